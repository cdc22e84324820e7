// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MakeScheduler`: from a text such as "pct:depth=3" to a policy.

#ifndef ORRERY_SCHEDULER_MAKE_SCHEDULER_H_
#define ORRERY_SCHEDULER_MAKE_SCHEDULER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Returns the policy that `spec` names, ready for a run with `seed`.
//
// A spec is a name, or a name with options: "NAME:KEY=VALUE,KEY=VALUE". The
// header of each policy says what it is good for.
//
//   fifo        first in, first out; random numbers come from the seed
//   random      a random walk
//   pct         depth=3, steps=K; random priorities that change at few places
//   pos         random priorities, new ones for those that have lost a race
//   urw         a random walk that is uniform over schedules
//   surw        the same over the orders in which one object is used
//   delay       bound=2, steps=K; first in, first out with a few delays
//   portfolio   members=NAME+NAME; they take turns. A member's options stand
//               behind it as usual, with '/' in place of ',':
//               "members=random+pct:depth=2/steps=50"
//   dfs         preemptions=N, delays=N, steps=N, values=16; every schedule
//   dpor        steps=N, values=16; one schedule of each kind
//   bytes:FILE  the choices are the bytes of a file
//
// More may have been added by `RegisterScheduler`. `Scheduler::Spec` returns a
// text that makes such a policy again.
//
// A simulation begins its run with the seed of its own options, so give it the
// same one:
//
//   auto scheduler = MakeScheduler("random", seed);
//   if (!scheduler.ok()) return scheduler.status();
//   Simulation simulation({.seed = seed, .scheduler = scheduler->get()});
//
// Errors:
//   kInvalidArgument  no policy has that name, it does not have such an option,
//                     its value is out of range, the text is not of that form,
//                     or a file cannot be read; the message lists what there is
absl::StatusOr<std::unique_ptr<Scheduler>> MakeScheduler(absl::string_view spec,
                                                         Seed seed);

// Returns the names that `MakeScheduler` knows, sorted.
std::vector<std::string> SchedulerNames();

// Makes a policy from what comes after "NAME:" in a spec; "" if there is
// nothing. Errors are kInvalidArgument, and need not repeat the spec.
using SchedulerFactory =
    absl::StatusOr<std::unique_ptr<Scheduler>> (*)(absl::string_view argument);

// Adds a name to those that `MakeScheduler` knows, for policies made of things
// that this folder has never heard of: "replay:FILE" needs to read traces.
// `name` is a literal that nobody else has registered. It may be called before
// `main`, in any order of initialization, and is not thread-safe:
//
//   const bool registered = (RegisterScheduler("replay", OpenReplay), true);
void RegisterScheduler(absl::string_view name, SchedulerFactory factory);

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_MAKE_SCHEDULER_H_
