// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayScheduler`: follows a recorded list of choices to the letter. A choice
// that is asked for and does not have the recorded kind, label and number of
// alternatives ends the run as diverged, and so does a run that asks for more
// choices than were recorded, or for fewer.

#ifndef ORRERY_SCHEDULER_REPLAY_SCHEDULER_H_
#define ORRERY_SCHEDULER_REPLAY_SCHEDULER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Where a replay left the recorded run.
struct Divergence {
  uint64_t choice = 0;                      // index from 0
  std::optional<ScheduledChoice> recorded;  // none: the record ended before
  std::string recorded_site;
  std::optional<Choice> actual;  // none: the run ended before
  std::string actual_site;

  // Returns both sides in words: "recorded: ...\nthis run: ...".
  std::string ToString() const;
};

class ReplayScheduler final : public Scheduler {
 public:
  explicit ReplayScheduler(Schedule schedule)
      : schedule_(std::move(schedule)) {}

  std::string Spec() const override { return "replay"; }
  SchedulerTraits traits() const override {
    return {.orders = schedule_.ordered, .follows = true};
  }
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where,
                  absl::Span<const Candidate> ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  std::string Explain() const override {
    return divergence_.has_value() ? divergence_->ToString() : "";
  }
  // Notes a divergence if choices are left over, unless the run was stopped.
  NextRun EndRun(const RunSummary& run) override;

  // Returns the first difference of the latest run, if there was one.
  const std::optional<Divergence>& divergence() const { return divergence_; }
  // Returns how many recorded choices the latest run has followed.
  uint64_t followed() const { return next_; }

 private:
  uint64_t Follow(const ChoicePoint& where);

  Schedule schedule_;
  size_t next_ = 0;
  std::optional<Divergence> divergence_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_REPLAY_SCHEDULER_H_
