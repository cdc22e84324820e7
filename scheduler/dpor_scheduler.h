// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DporScheduler`: tries one schedule of each set of schedules that differ only
// in the order of steps which do not affect each other. It is source-set DPOR
// with sleep sets (Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic
// partial order reduction", POPL 2014; "Source sets", JACM 2017): each run is
// searched for races, and each race makes one more run, in which the later of
// the two steps comes first. race_analysis.h says how steps that wait for locks
// and for each other are dealt with.
//
// Guarantee: when the search is over, each way in which the steps of the
// program can depend on each other has been seen once, and so has every
// failure, deadlocks included. That rests on the accesses that the steps
// declare. What tasks share in other ways, such as a plain variable that one
// task writes and another reads, does not count: use `Shared`, or `dfs`.
// Of draws with few alternatives all are tried; the others are always 0.
//
// Two things are known to escape it, since in them steps make a difference to
// each other that no access connects. What the event loop does by itself when
// one of several tasks is over (see `WhenAny`) keeps its turn among the ready
// ones, so it can matter in which order unrelated tasks have queued up. And a
// task that cancels another one which waits for it asks itself to cancel, of
// which it is told only if something suspends it, which may depend on whether
// others are ready.
//
// Cost: exponential in the number of races, where `dfs` is exponential in the
// number of steps. Some runs turn out to repeat others and are cut short: the
// engine takes them to their end, first in first out, but they count apart.
//
// A step that ends the run as failed can be exchanged with no other, so a
// program that fails in many places has as many more schedules.

#ifndef ORRERY_SCHEDULER_DPOR_SCHEDULER_H_
#define ORRERY_SCHEDULER_DPOR_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/race_analysis.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/scheduler/touch.h"

namespace orrery {

class StateReader;

struct DporOptions {
  static constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();
  static constexpr uint64_t kDefaultValues = 16;

  uint64_t steps = kUnbounded;       // choices after them are not branched on
  uint64_t values = kDefaultValues;  // draws from more are always 0
};

class DporScheduler final : public Scheduler {
 public:
  explicit DporScheduler(DporOptions options = {}) : options_(options) {}

  std::string Spec() const override;
  SchedulerTraits traits() const override {
    return {.observes_steps = true, .follows = true, .searches = true};
  }

  void BeginRun(const RunInfo& run) override;
  // The choices up to the one that is new are made again. A program that then
  // has other candidates than last time is not deterministic: the run diverges.
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override;
  // Returns kExhausted if everything was tried; kOutOfBudget if a bound has cut
  // something off, the process of a run has died, or the program is not
  // deterministic.
  NextRun EndRun(const RunSummary& run) override;
  std::string Explain() const override { return divergence_; }

  std::string SaveState() const override;
  bool RestoreState(absl::string_view state) override;

  // Returns in words how complete the search is: "one schedule of each kind (56
  // of them, and 3 repetitions that were cut short)".
  std::string Completeness() const override;

  // Returns how many schedules were tried, without repetitions.
  uint64_t schedules() const { return schedules_; }
  // Returns how many runs were found to repeat others.
  uint64_t repetitions() const { return repetitions_; }
  // Returns whether the latest run was one of them.
  bool repeated() const { return asleep_; }

 private:
  // An entity whose next step has been tried from some point on. As long as
  // nothing happens that it depends on, it need not be tried again.
  struct Tried {
    EntityId who;
    Touches touches;
  };
  // A place where the search branches.
  struct Node {
    // A draw: `n` alternatives, of which `value` is being tried.
    uint64_t n = 0;
    uint64_t value = 0;
    // Else: who could run, in the engine's order; who shall be tried; who has
    // been; and who is being tried. Its step may depend on draws in it, so it
    // touches what it touches with any of their values.
    std::vector<EntityId> ready = {};
    std::vector<EntityId> wanted = {};
    std::vector<Tried> tried = {};
    Tried current = {};
    // Who was asleep on arrival. The same in every run, so it is not saved.
    std::vector<Tried> sleep = {};

    bool is_draw() const { return n != 0; }
  };

  enum class Phase : uint8_t { kSearching, kOver, kDiverged };
  static constexpr size_t kNoNode = ~size_t{0};

  bool Follows() const { return phase_ == Phase::kSearching && !aside_; }
  // Whether `who` is in `sleep`.
  static bool Sleeps(const std::vector<Tried>& sleep, EntityId who);
  static void Want(Node& node, EntityId who);
  void Diverge(absl::string_view before, absl::string_view now);
  size_t NewNode(Candidates ready);
  void FollowRace(const Race& race);
  void WantDisabled(const StepInfo& step, const Touches& touches);
  bool Advance();
  bool ReadNode(StateReader& reader, Node& node, size_t max) const;

  const DporOptions options_;

  // What is saved.
  Phase phase_ = Phase::kSearching;
  std::vector<Node> nodes_;
  uint64_t schedules_ = 0;
  uint64_t repetitions_ = 0;
  uint64_t cut_ = 0;    // schedules with choices after `steps`
  uint64_t large_ = 0;  // those with draws from more than `values`
  uint64_t lost_ = 0;   // those whose process died

  // Of the run.
  size_t given_ = 0;  // how many nodes it has to follow; the others are its own
  size_t next_ = 0;
  size_t chosen_at_ = kNoNode;     // the node that has chosen the next step
  std::vector<size_t> node_of_;    // by step: where to put another first
  std::vector<size_t> chosen_by_;  // by step that was chosen: who chose it
  std::vector<Tried> sleep_;
  RaceAnalysis analysis_;
  bool aside_ = false;    // the rest of the run is no part of the search: it is
  bool asleep_ = false;   // a repetition,
  bool run_cut_ = false;  // or goes on after `steps`
  bool run_large_ = false;
  std::string divergence_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DPOR_SCHEDULER_H_
