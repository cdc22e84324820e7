// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LenientScheduler`: follows a list of choices as well as it can. Where the
// list does not fit, it goes on first in, first out, or draws a zero, and takes
// the next entry for the next choice. So any edit of a recorded list is a run.
//
// Internal reduction: MacIver and Donaldson, "Test-case reduction via test-case
// generation", ECOOP 2020.

#ifndef ORRERY_SCHEDULER_LENIENT_SCHEDULER_H_
#define ORRERY_SCHEDULER_LENIENT_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class LenientScheduler final : public Scheduler {
 public:
  explicit LenientScheduler(Schedule schedule)
      : schedule_(std::move(schedule)) {}

  std::string Spec() const override { return "lenient"; }
  SchedulerTraits traits() const override {
    return {.orders = schedule_.ordered};
  }
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;

 private:
  // Returns the next entry if it fits, and 0 if not: another kind or label, or
  // an answer that there is not, or the list is at its end.
  uint64_t Follow(const ChoicePoint& where);

  Schedule schedule_;
  size_t next_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_LENIENT_SCHEDULER_H_
