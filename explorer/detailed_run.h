// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DetailedRun`: a run in so much detail that a smaller one can be made from
// it: every choice with who could have been chosen instead, every step with
// what it touched.

#ifndef ORRERY_EXPLORER_DETAILED_RUN_H_
#define ORRERY_EXPLORER_DETAILED_RUN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/straight_scheduler.h"

namespace orrery {

// A choice of who runs next.
struct RecordedPick {
  size_t choice = 0;  // its place among all choices of the run
  uint64_t step = 0;  // how many steps the one whose turn it was had taken
  Access next;        // what that one was known to touch next
  EntityId ran;
  // The first `kMaxCandidates` of those who could run, in the order in which
  // the policy saw them: the first one is the one whose turn it was.
  std::vector<EntityId> candidates;

  static constexpr size_t kMaxCandidates = 64;

  EntityId turn() const { return candidates.front(); }
  bool deviates() const { return ran != turn(); }
  Deviation AsDeviation(EntityId runs) const {
    return {.before = turn(), .step = step, .runs = runs};
  }
};

// A choice of a number.
struct RecordedDraw {
  size_t choice = 0;  // its place among all choices of the run
  uint64_t n = 0;
  SpanId span;
  KeyedDraw drawn;
};

struct DetailedRun {
  Schedule schedule;
  std::vector<RecordedPick> picks;
  std::vector<RecordedDraw> draws;
  // Those that were over; empty where the policy does not order steps.
  std::vector<RecordedStep> steps;
  // Whether there was memory for all of it.
  bool complete = true;

  // Returns what the run did otherwise than the simplest one.
  Deviations ToDeviations() const;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_DETAILED_RUN_H_
