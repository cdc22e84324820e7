// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ShrinkCost`: what makes one failing run smaller than another.

#ifndef ORRERY_EXPLORER_SHRINK_COST_H_
#define ORRERY_EXPLORER_SHRINK_COST_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "orrery/explorer/detailed_run.h"

namespace orrery {

// The first difference decides, from the top.
struct ShrinkCost {
  uint64_t faults = 0;  // what was made to go wrong
  // Tasks, callbacks and messages that the schedule treats otherwise than the
  // simplest one: who runs out of turn, before whom, and who draws no zero.
  uint64_t entities = 0;
  uint64_t deviations = 0;            // how often somebody runs out of turn
  uint64_t draws = 0;                 // numbers that are not 0, without faults
  uint64_t length = 0;                // choices
  std::vector<uint64_t> chosen = {};  // all answers, in order

  friend auto operator<=>(const ShrinkCost&, const ShrinkCost&) = default;
};

ShrinkCost CostOf(const DetailedRun& record);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_COST_H_
