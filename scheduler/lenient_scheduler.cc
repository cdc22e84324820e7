// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/lenient_scheduler.h"

namespace orrery {

void LenientScheduler::BeginRun(const RunInfo&) { next_ = 0; }

size_t LenientScheduler::PickNext(const ChoicePoint& where, Candidates) {
  return Follow(where);
}

uint64_t LenientScheduler::Draw(const ChoicePoint& where) {
  return Follow(where);
}

uint64_t LenientScheduler::Follow(const ChoicePoint& where) {
  if (next_ >= schedule_.choices.size()) return 0;
  const ScheduledChoice& choice = schedule_.choices[next_++];
  const bool fits = choice.kind == where.kind && choice.chosen < where.n &&
                    schedule_.SiteOf(choice) == where.site;
  return fits ? choice.chosen : 0;
}

}  // namespace orrery
