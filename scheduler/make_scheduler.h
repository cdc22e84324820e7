// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MakeScheduler`: from a text such as "random" to a policy.

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
// policy of a replay is not made from a text, see replay_scheduler.h.
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
//                     or the text is not of that form; the message lists what
//                     there is
absl::StatusOr<std::unique_ptr<Scheduler>> MakeScheduler(absl::string_view spec,
                                                         Seed seed);

// Returns the names that `MakeScheduler` knows, sorted.
std::vector<std::string> SchedulerNames();

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_MAKE_SCHEDULER_H_
