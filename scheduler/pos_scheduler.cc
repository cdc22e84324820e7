// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/pos_scheduler.h"

#include "absl/types/span.h"
#include "orrery/base/access.h"

namespace orrery {

void PosScheduler::BeginRun(const RunInfo& run) {
  random_ = Prng(run.seed.value);
  streams_.Begin(run.seed);
  slots_.StartRun();
  priorities_.clear();
}

size_t PosScheduler::PickNext(const ChoicePoint&, Candidates ready) {
  const absl::Span<const uint32_t> slots = slots_.SlotsOf(ready);
  priorities_.resize(slots_.size(), kNone);
  size_t best = 0;
  for (size_t i = 0; i < ready.size(); ++i) {
    uint64_t& priority = priorities_[slots[i]];
    if (priority == kNone) priority = random_.Next() | 1;
    if (priority > priorities_[slots[best]]) best = i;
  }
  const Access winner = ready[best]->access();
  if (winner.kind != AccessKind::kNone) {
    for (size_t i = 0; i < ready.size(); ++i) {
      if (Dependent(ready[i]->access(), winner)) priorities_[slots[i]] = kNone;
    }
  }
  priorities_[slots[best]] = kNone;
  return best;
}

}  // namespace orrery
