// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PctScheduler`: probabilistic concurrency testing (Burckhardt, Kothari,
// Musuvathi and Nagarakatte, "A randomized scheduler with probabilistic
// guarantees of finding bugs", ASPLOS 2010). Each task has a random priority;
// the one with the highest runs. At `depth` - 1 random choices, the one that
// would run falls below all others.
//
// Guarantee: with n tasks and k choices, a run meets a bug of depth d (d
// constraints on the order of steps suffice for it) with probability at least
// 1 / (n k^(d-1)), if d is at most `depth`.
//
// A task that yields falls below all others, or it would never let anybody
// catch up who is to end its loop. The guarantee is for programs that do not
// yield.
//
// Cost: O(n) per choice with n candidates. k comes from the profile run, unless
// the option `steps` gives it; without either it is taken to be 100.

#ifndef ORRERY_SCHEDULER_PCT_SCHEDULER_H_
#define ORRERY_SCHEDULER_PCT_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/entity_slots.h"
#include "orrery/scheduler/profiled_scheduler.h"
#include "orrery/scheduler/run_profile.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

struct PctOptions {
  static constexpr uint64_t kMaxDepth = 100;
  static constexpr uint64_t kMaxSteps = uint64_t{1} << 40;

  uint64_t depth = 3;  // from 1 to kMaxDepth
  // k, the number of choices among which the priority changes are spread; at
  // most kMaxSteps. 0: as many as there are
  // steps in the profile run.
  uint64_t steps = 0;
};

class PctScheduler final : public ProfiledScheduler {
 public:
  explicit PctScheduler(PctOptions options = {});

  std::string Spec() const override;
  // To see who yields.
  SchedulerTraits traits() const override { return {.observes_steps = true}; }

  // Returns k.
  uint64_t steps() const { return steps_; }

 protected:
  void Learn(const RunProfile& profile) override;
  void StartRun() override;
  size_t Pick(Candidates ready) override;
  void Observe(const StepInfo& step) override;

 private:
  // Priorities: of whoever was lowered below this one, of all others above it.
  static constexpr uint64_t kHigh = uint64_t{1} << 63;
  // Changes lower to places above this one, yields to places below it.
  static constexpr uint64_t kMiddle = uint64_t{1} << 62;
  static constexpr uint64_t kNone = 0;

  uint64_t FirstPriority(EntityId id) const;
  size_t Highest(Candidates ready, absl::Span<const uint32_t> slots) const;

  const PctOptions options_;
  uint64_t steps_;

  // Of the run.
  uint64_t key_ = 0;  // of the priorities
  uint64_t choices_ = 0;
  std::vector<uint64_t> change_points_;  // the i-th lowers to i
  EntitySlots slots_;
  std::vector<uint64_t> priorities_;  // by slot
  uint64_t yields_ = 0;
  EntityId goes_on_;  // the latest step was its, and it is still ready
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_PCT_SCHEDULER_H_
