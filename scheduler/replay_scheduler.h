// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayScheduler`: follows a recorded list of choices to the letter. A choice
// that is asked for and does not have the recorded kind, label and number of
// alternatives ends the run as diverged, and so does a run that asks for more
// choices than were recorded, or for fewer.
//
//   ReplayScheduler scheduler(trace.schedule);
//   RunResult result = Simulation({.scheduler = &scheduler}).Run(Main);
//   if (scheduler.divergence().has_value()) ...

#ifndef ORRERY_SCHEDULER_REPLAY_SCHEDULER_H_
#define ORRERY_SCHEDULER_REPLAY_SCHEDULER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Where a replay left the recorded run. The labels are copies, since the texts
// in `recorded` and `actual` need not be there any more.
struct Divergence {
  uint64_t choice = 0;                      // index from 0
  std::optional<ScheduledChoice> recorded;  // none: the record ended before
  std::string recorded_site;
  std::optional<Choice> actual;  // none: the run ended before
  std::string actual_site;
  // Where the run came to that, and who could have run: the first few of them,
  // in the order of the alternatives. Only if `actual` is there.
  SimTime time;
  TaskId task;  // who asked; 0 for who runs next
  std::vector<TaskId> candidates;

  // Returns both sides in words, on three lines:
  //   at choice 7
  //     recorded: choice of random "jitter" among 10 -> 3
  //     this run: choice of next task among 2
  std::string ToString() const;
};

class ReplayScheduler final : public Scheduler {
 public:
  // `spec` is what `Spec` returns: "replay:FILE" if it comes from a trace
  // there.
  explicit ReplayScheduler(Schedule schedule, std::string spec = "replay")
      : schedule_(std::move(schedule)), spec_(std::move(spec)) {}

  std::string Spec() const override { return spec_; }
  SchedulerTraits traits() const override {
    return {.orders = schedule_.ordered, .follows = true};
  }
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  std::string Explain() const override {
    return divergence_.has_value() ? divergence_->ToString() : "";
  }
  // Notes a divergence if choices are left over, unless the run has diverged
  // from something else than its choices: an event, a digest.
  NextRun EndRun(const RunSummary& run) override;

  // Returns the first difference of the latest run, if there was one.
  const std::optional<Divergence>& divergence() const { return divergence_; }
  // Returns how many recorded choices the latest run has followed.
  uint64_t followed() const { return next_; }

 private:
  // Returns the recorded answer. From the first difference on, `kDiverged`.
  uint64_t Follow(const ChoicePoint& where, Candidates ready);
  // Fills in the recorded side.
  void NoteDivergence();

  Schedule schedule_;
  std::string spec_;
  size_t next_ = 0;
  std::optional<Divergence> divergence_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_REPLAY_SCHEDULER_H_
