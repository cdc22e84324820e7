// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DfsScheduler`: tries every schedule, one after the other. All choices of a
// run, who runs next as well as draws, form one vector; the next run has the
// vector that comes next in lexicographic order, as far as it is determined by
// then. There is no other state, so a search can go on in another process.
//
// Guarantee: without bounds, when the search is over, every behavior of the
// program has been seen, each exactly once, whatever its tasks share and
// whether they declare it. Bounds make that "every behavior within the bounds".
//
// Bounds, all of which may be given at once:
//   preemptions  how often a task that could go on is made to wait (Musuvathi
//                and Qadeer, "Iterative context bounding for systematic testing
//                of multithreaded programs", PLDI 2007)
//   delays       how many places the chosen ones stood behind the first in
//                first-in first-out order, summed up (Emmi, Qadeer and
//                Rakamaric, "Delay-bounded scheduling", POPL 2011): at most
//                C(k + c, c) schedules with k choices and c delays, however
//                many tasks there are
//   steps        choices after that many steps are not branched on
//   values       draws from more alternatives than this are always 0
//
// Cost: the number of schedules is exponential in the number of choices: for
// tests with few tasks and few steps. Each choice costs O(n) with n candidates.

#ifndef ORRERY_SCHEDULER_DFS_SCHEDULER_H_
#define ORRERY_SCHEDULER_DFS_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

struct DfsOptions {
  static constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();
  // Random numbers and latencies have large ranges as a rule. All values of
  // small ones are tried.
  static constexpr uint64_t kDefaultValues = 16;

  uint64_t preemptions = kUnbounded;
  uint64_t delays = kUnbounded;
  uint64_t steps = kUnbounded;
  uint64_t values = kDefaultValues;
};

class DfsScheduler final : public Scheduler {
 public:
  explicit DfsScheduler(DfsOptions options = {}) : options_(options) {}

  std::string Spec() const override;
  SchedulerTraits traits() const override {
    return {.follows = true, .searches = true};
  }

  // Follows the vector from its beginning, whatever the seed is.
  void BeginRun(const RunInfo& run) override;
  // The choices that were made before are made again. A program that then asks
  // for another one than last time is not deterministic: the run diverges.
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  // Returns kExhausted if everything was tried; kOutOfBudget if a bound has cut
  // something off, the process of a run has died, or the program is not
  // deterministic.
  NextRun EndRun(const RunSummary& run) override;
  std::string Explain() const override { return divergence_; }

  std::string SaveState() const override;
  bool RestoreState(absl::string_view state) override;

  // Returns in words how complete the search is: "every schedule with at most 2
  // preemptions (14 of them); 3 of them were cut at 40 steps".
  std::string Completeness() const override;

  // Returns how many schedules were tried.
  uint64_t schedules() const { return schedules_; }

 private:
  // One choice of the vector.
  struct Level {
    ChoiceKind kind = ChoiceKind::kNextEntity;
    bool preempts = false;  // all but 0 make a task wait that could go on
    uint64_t n = 0;
    // The alternative; for `kNextEntity`, the place in first-in first-out
    // order. So 0 is the simplest, and the sum is the number of delays.
    uint64_t chosen = 0;
    // Who was chosen; nobody if that has not been executed yet.
    EntityId who = {};
  };

  // Returns the level of the choice that is asked for, which is a new one at
  // the end of the vector; null if the run has diverged.
  Level* Follow(const Level& asked);
  void Diverge(const Level& asked);
  // Moves on to the next vector. Returns whether there is one.
  bool Advance();
  // Returns whether a bound is exceeded if `level` has `chosen`.
  bool Exceeds(const Level& level, uint64_t chosen) const;
  uint64_t PreemptionsOf(const Level& level) const {
    return level.preempts && level.chosen != 0 ? 1 : 0;
  }
  uint64_t DelaysOf(const Level& level) const {
    return level.kind == ChoiceKind::kNextEntity ? level.chosen : 0;
  }

  enum class Phase : uint8_t { kSearching, kOver, kDiverged };

  const DfsOptions options_;

  // What is saved.
  Phase phase_ = Phase::kSearching;
  std::vector<Level> levels_;
  uint64_t schedules_ = 0;
  uint64_t cut_ = 0;         // of them, those with choices after `steps`
  uint64_t large_ = 0;       // those with draws from more than `values`
  uint64_t lost_ = 0;        // those whose process died
  bool bound_used_ = false;  // a schedule was left out, because of a bound

  // Of the run.
  size_t given_ =
      0;  // how many levels it has to follow; the others are its own
  size_t next_ = 0;
  bool run_cut_ = false;
  bool run_large_ = false;
  std::string divergence_;

  // Of the part of the vector that `Advance` looks at.
  uint64_t preemptions_ = 0;
  uint64_t delays_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DFS_SCHEDULER_H_
