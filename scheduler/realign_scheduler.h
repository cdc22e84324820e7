// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RealignScheduler`: follows a recorded run in a program that has changed
// since. As long as each choice is the recorded one it follows the list. From
// the first one on that is not, it finds the recorded answer by who asks, for
// what, and for which time:
//
//   who runs next   Each candidate has taken so many steps. Whose next one came
//                   first in the recorded run goes first. Those of whom the
//                   record knows no further step wait until nobody else can
//                   run, and then go first in, first out.
//   numbers         the k-th one of that kind and label that this task has
//                   drawn. If there are fewer alternatives now, or more: its
//                   remainder. If the task, or the k-th one, was not recorded:
//                   a pseudorandom number that follows from the recorded seed.
//
// A record without tasks, as a trace with choices only has it, is followed by
// kind, label and count alone.
//
// This is for people who replay. `LenientScheduler` follows lists that a
// shrinker has edited, where nobody knows who asked.

#ifndef ORRERY_SCHEDULER_REALIGN_SCHEDULER_H_
#define ORRERY_SCHEDULER_REALIGN_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/ids.h"
#include "orrery/base/prng.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/entity_matcher.h"
#include "orrery/scheduler/recording.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// How much of a recording has served in a run.
struct Realignment {
  uint64_t recorded = 0;  // choices
  uint64_t reused = 0;    // of these
  // Choices of the run that no recorded one has answered, and the first of
  // them, counted from 0.
  uint64_t mismatched = 0;
  std::optional<uint64_t> first_mismatch;
  // The choice at which the run has left the list.
  std::optional<uint64_t> realigned_from;

  // Whether each choice was the recorded one, and there were no others.
  bool exact() const { return !realigned_from && reused == recorded; }

  // Returns "812 of 840 choices reused, realigned from choice 205 on, 3
  // mismatched (first at choice 211)", or "all 840 choices reused".
  std::string ToString() const;
};

class RealignScheduler final : public Scheduler {
 public:
  explicit RealignScheduler(Recording recording);

  std::string Spec() const override { return "realign"; }
  SchedulerTraits traits() const override {
    return {.orders = recording_.schedule.ordered,
            .observes_steps =
                recording_.schedule.ordered && !recording_.steps.empty()};
  }
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override;

  // To be called for each event of the run, if tasks are to be known by their
  // names.
  void OnEvent(const TraceEvent& event) { matcher_.OnEvent(event); }

  // Returns how the latest run went so far.
  const Realignment& realignment() const { return realignment_; }

 private:
  // Who draws, what, and under which label, as an index into `sites`.
  using Key = std::tuple<EntityId, ChoiceKind, uint32_t>;
  static constexpr uint32_t kNoSuchSite = ~uint32_t{0};

  void Index();
  uint32_t SiteOf(absl::string_view label) const;
  // Returns the next recorded choice if it is this one, and moves on.
  const ScheduledChoice* Follow(const ChoicePoint& where, EntityId actor);
  // Notes that the list is left here, if it was not before.
  void Leave();
  void Reuse(size_t choice);
  void Mismatch();
  // Returns the answer of the k-th recorded choice with `key`, or a number of
  // its own.
  uint64_t Answer(const Key& key, uint64_t k, uint64_t n);
  size_t PickByOrder(Candidates ready);

  Recording recording_;
  EntityMatcher matcher_;
  absl::flat_hash_map<std::string, uint32_t> sites_;
  // The recorded choices, by what they are looked up by, in order. Choices of
  // who runs next are among them where nobody knows who ran.
  absl::flat_hash_map<Key, std::vector<size_t>> by_key_;
  // The recorded steps of each task, in order.
  absl::flat_hash_map<EntityId, std::vector<size_t>> steps_of_;

  // The run.
  Prng prng_{0};
  size_t next_ = 0;       // in the list, while it is followed
  uint64_t choices_ = 0;  // of the run so far
  absl::flat_hash_map<Key, uint64_t> asked_;
  absl::flat_hash_map<EntityId, uint64_t> taken_;  // steps, by recorded id
  std::vector<bool> used_;
  Realignment realignment_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_REALIGN_SCHEDULER_H_
