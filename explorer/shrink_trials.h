// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ShrinkTrials`: tries runs, keeps the smallest that fails as it should,
// counts how many there were. What the passes of `Shrink` have in common.

#ifndef ORRERY_EXPLORER_SHRINK_TRIALS_H_
#define ORRERY_EXPLORER_SHRINK_TRIALS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "orrery/explorer/detailed_run.h"
#include "orrery/explorer/run.h"
#include "orrery/explorer/run_log.h"
#include "orrery/explorer/shrink_cost.h"
#include "orrery/explorer/shrink_options.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/scheduler/straight_scheduler.h"

namespace orrery {

// One run, and what it came to.
struct ShrinkTrial {
  RunReport report;
  DetailedRun record;
  Deviations deviations;
  ShrinkCost cost;
  bool same = false;  // it fails as it should
};

class ShrinkTrials {
 public:
  // Keeps references to all three. `reserved` of the replays are not for
  // passes.
  ShrinkTrials(const RunFunction& run, const FailingRun& failing,
               const ShrinkOptions& options, uint64_t reserved);

  // Runs the program once under `policy`, whatever the budget says.
  ShrinkTrial Run(Scheduler& policy);

  // Makes `trial` the one to be beaten.
  void Begin(ShrinkTrial trial) { best_ = std::move(trial); }

  // Each tries a run, unless the same was tried before or the budget is used
  // up. Returns whether it fails as it should and is smaller than the best so
  // far, whose place it then takes.
  bool TryDeviations(const Deviations& deviations);
  bool TryList(const Schedule& schedule);
  // The steps of the best so far, in a straighter order.
  bool TryStraight(WhenNotYet when_not);

  // Runs with `deviations`, tried or not, to see what could be chosen there. If
  // the run is smaller than the best so far, and fails as it should, it takes
  // its place.
  ShrinkTrial Look(const Deviations& deviations);

  const ShrinkTrial& best() const { return best_; }
  // Whether there is no budget for another run.
  bool over();
  bool stopped() const { return stopped_; }
  bool out_of_replays() const { return out_of_replays_; }
  uint64_t replays() const { return replays_; }
  std::vector<OtherFailure> TakeOthers() { return std::move(others_); }

 private:
  bool Consider(ShrinkTrial trial);
  // Returns whether nothing with this fingerprint was tried before.
  bool IsNew(uint64_t fingerprint);

  const RunFunction& run_;
  const FailingRun& failing_;
  const ShrinkOptions& options_;
  const uint64_t reserved_;
  RunLog log_;
  ShrinkTrial best_;
  absl::flat_hash_set<uint64_t> tried_;
  std::vector<OtherFailure> others_;
  uint64_t replays_ = 0;
  bool stopped_ = false;
  bool out_of_replays_ = false;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_TRIALS_H_
