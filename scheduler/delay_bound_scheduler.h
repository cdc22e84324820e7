// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DelayBoundScheduler`: first in, first out, with a few delays at random
// places (Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling", POPL 2011).
// A task goes on until it has to wait. A delay sends the one that would run
// next behind all others that are ready.
//
// Guarantee: with k choices, each schedule with `bound` delays has probability
// at least k^-bound, whatever the number of tasks. `dfs:delays=...` tries all
// of them instead.
//
// Cost: next to nothing per choice before the first delay, then O(n) with n
// candidates. k comes from the profile run, unless the option `steps` gives it;
// without either it is taken to be 100.

#ifndef ORRERY_SCHEDULER_DELAY_BOUND_SCHEDULER_H_
#define ORRERY_SCHEDULER_DELAY_BOUND_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/scheduler/profiled_scheduler.h"
#include "orrery/scheduler/run_profile.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

struct DelayBoundOptions {
  static constexpr uint64_t kMaxBound = 1000;
  static constexpr uint64_t kMaxSteps = uint64_t{1} << 40;

  // At most so many delays; there are fewer if the run is over before. At most
  // kMaxBound.
  uint64_t bound = 2;
  // k, the number of choices among which they are spread; at most kMaxSteps.
  // 0: as many as there are
  // steps in the profile run.
  uint64_t steps = 0;
};

class DelayBoundScheduler final : public ProfiledScheduler {
 public:
  explicit DelayBoundScheduler(DelayBoundOptions options = {});

  std::string Spec() const override;
  // To count those of the profile run.
  SchedulerTraits traits() const override {
    return {.observes_steps = options_.steps == 0 && options_.bound > 0};
  }

  // Returns k.
  uint64_t steps() const { return steps_; }
  // Returns how many delays there were in the current run.
  uint64_t delays() const { return delays_; }

 protected:
  void Learn(const RunProfile& profile) override;
  void StartRun() override;
  size_t Pick(Candidates ready) override;

 private:
  // Somebody who was sent back: comes after all that were before him in
  // first-in first-out order up to `order`.
  struct Delayed {
    EntityId id;
    uint64_t order = 0;
    uint64_t number = 0;  // who was sent back first goes first
  };

  // Returns the candidate whose turn it is.
  size_t First(Candidates ready) const;
  void SendBack(Candidates ready, EntityId id);

  const DelayBoundOptions options_;
  uint64_t steps_;

  // Of the run.
  uint64_t choices_ = 0;
  uint64_t delays_ = 0;
  std::vector<uint64_t> points_;  // the choices with a delay, in order
  size_t next_point_ = 0;
  std::vector<Delayed> delayed_;  // whoever has not run since
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DELAY_BOUND_SCHEDULER_H_
