// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Scheduler` answers the only question that a simulation leaves open: of the
// things that could happen now, which one does? All else follows from the
// program, so a policy and a seed name a run completely.

#ifndef ORRERY_SCHEDULER_SCHEDULER_H_
#define ORRERY_SCHEDULER_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/seed.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"

namespace orrery {

// Something that could run now.
struct Candidate {
  EntityId id;         // stable: the same in every run that creates it
  ObjectKey object;    // what its next step is known to touch, and how; a
                       // step that has declared nothing has kNone below
  uint64_t order = 0;  // less means earlier in first-in first-out order
  TaskId task;         // dense: for reports
  NodeId node;
  EntityKind kind = EntityKind::kTask;
  AccessKind access_kind = AccessKind::kNone;

  Access access() const { return {object, access_kind}; }
};

// All that could run now. They belong to the engine.
using Candidates = absl::Span<const Candidate* const>;

// A place where the run could go on in more than one way.
struct ChoicePoint {
  ChoiceKind kind = ChoiceKind::kNextEntity;
  uint64_t n = 0;               // the number of alternatives, at least 2
  absl::string_view site = {};  // a label; the same in every run
  NodeId node = {};             // on whose behalf
  TaskId task = {};             // who asks; for kNextEntity: who ran last
  EntityId entity = {};  // who asks, by its stable id; not for kNextEntity
  SpanId span = {};      // the group of choices to which this one belongs
  SimTime now = {};
  uint64_t step = 0;  // steps executed so far
};

// What the scheduler is told before a run.
struct RunInfo {
  Seed seed;
  uint64_t index = 0;  // which run of a campaign this is, from 0
  // The run is there for the policy to learn from: see `needs_profile`.
  bool profile = false;
};

// Something that a step made ready.
struct Readied {
  EntityId id;
  bool created =
      false;  // it has not run before: the step brought it into being

  friend constexpr bool operator==(const Readied&, const Readied&) = default;
};

// A step that has been executed.
struct StepInfo {
  EntityId id;
  TaskId task;
  SimTime time;
  absl::Span<const Access> accesses = {};  // all of them, in order
  // What became ready in it, itself included if it goes on, in that order.
  absl::Span<const Readied> readied = {};
  // How often the clock has moved because nothing was ready. Steps of two
  // instants cannot be exchanged: the clock stands between them.
  uint64_t instant = 0;
  // It was no candidate, and nobody chose it: work of the engine's own between
  // two steps, done as soon as its turn came. `id` is that of the event loop.
  bool forced = false;
  // Of such work: the number of the step that asked for it. Steps that were
  // chosen are numbered from 1; 0 if it was asked for before the first.
  uint64_t cause = 0;
};

// What the scheduler is told after a run.
struct RunSummary {
  Outcome outcome = Outcome::kUnknown;
  uint64_t steps = 0;
  uint64_t choices = 0;
};

// Whether a policy that searches wants to run the program again.
enum class NextRun : uint8_t {
  kAgain,        // there is more to try (policies that sample always say so)
  kExhausted,    // every behavior has been tried
  kOutOfBudget,  // stopped early; what was not tried may still fail
};

// What a policy needs. Fixed for the life of a policy.
struct SchedulerTraits {
  // False: ready things run first in, first out, and `PickNext` is never
  // called. The engine has a fast path for that.
  bool orders = true;
  // True: `OnStep` is called after each step.
  bool observes_steps = false;
  // True: the policy follows a record, and may answer `kDiverged`.
  bool follows = false;
  // True: the policy is systematic. Each of its runs follows from the ones
  // before, whatever their seeds are.
  bool searches = false;
};

// Scheduler
//
// A policy for choosing what happens next. The simulation asks once per choice
// and records the answer, so a policy need not remember its own choices.
//
// A policy must be a pure function of its construction arguments and of the
// calls made to it: no clock, no address, no hash order, no other randomness.
//
// Alternative 0 is always the simplest: go on first in, first out; the smallest
// number; no fault. A policy that always answers 0 behaves like `fifo` with
// zeros for random numbers.
//
// Not thread-safe: a simulation runs on one thread.
//
// Example, a policy that always runs what became ready last:
//
//   class LifoScheduler : public Scheduler {
//    public:
//     std::string Spec() const override { return "lifo"; }
//     size_t PickNext(const ChoicePoint&, Candidates ready) override {
//       return std::max_element(ready.begin(), ready.end(),
//                               [](const Candidate* a, const Candidate* b) {
//                                 return a->order < b->order;
//                               }) - ready.begin();
//     }
//     uint64_t Draw(const ChoicePoint&) override { return 0; }
//   };
class Scheduler {
 public:
  // An answer that ends the run as diverged; only a replay gives it.
  static constexpr uint64_t kDiverged = ~uint64_t{0};

  virtual ~Scheduler() = default;

  // Returns the policy and its options in the form that `MakeScheduler` reads.
  virtual std::string Spec() const = 0;

  // Returns the same for the policy that makes the choices of the current run:
  // a portfolio names the member whose turn it is.
  virtual std::string SpecOfRun() const { return Spec(); }

  virtual SchedulerTraits traits() const { return {}; }

  // Called before each run: when a simulation is made, with the seed of its
  // options. All state left by an earlier run that is not meant to steer a
  // search must go.
  virtual void BeginRun(const RunInfo& run) { static_cast<void>(run); }

  // Returns the index in `ready` of the candidate that runs next.
  //
  // `ready` has at least two elements. `ready[0]` is the one that first-in
  // first-out order would run, or the current task, if that could carry on. The
  // others stand in an order that depends on what was chosen so far and on
  // nothing else; `Candidate::order` gives the order in which they became
  // ready. Nothing of it may be used after the call has returned.
  virtual size_t PickNext(const ChoicePoint& where, Candidates ready) = 0;

  // Returns a number in [0, where.n) for any choice that is not who runs next.
  virtual uint64_t Draw(const ChoicePoint& where) = 0;

  // Called after each step, if the traits ask for it.
  virtual void OnStep(const StepInfo& step) { static_cast<void>(step); }

  // Whether the policy has to see the program run once before it can do what it
  // promises. That run comes before all others, has `RunInfo::profile` set and
  // the seed 0, and is a random walk: so what a policy learns is a function of
  // the program alone, and a seed still names a run completely. Without it the
  // policy works from estimates.
  virtual bool NeedsProfile() const { return false; }

  // Returns what the policy has learned from its runs so far, as bytes; "" if
  // it learns nothing.
  virtual std::string SaveState() const { return ""; }

  // Goes on from what `SaveState` of such a policy, with the same options, has
  // returned: a search in another process, or on another day. Returns false,
  // and changes nothing, if `state` is not that.
  virtual bool RestoreState(absl::string_view state) { return state.empty(); }

  // Returns in words how much of what there is to try a search has tried, and
  // what it has left out; "" if the policy does not search.
  virtual std::string Completeness() const { return ""; }

  // Returns in words where the latest run left the record that the policy
  // follows; "" if it did not. Only asked if the traits say that it follows
  // one.
  virtual std::string Explain() const { return ""; }

  // Called after each run. Returns whether the policy wants another one.
  virtual NextRun EndRun(const RunSummary& run) {
    static_cast<void>(run);
    return NextRun::kAgain;
  }
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_SCHEDULER_H_
