// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/exploration/search.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "orrery/base/ids.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

// Hands everything on, and remembers what the policy says at the end of a run.
class Listening : public Scheduler {
 public:
  Listening(Scheduler& policy, uint64_t order)
      : policy_(policy), order_(order) {}

  std::string Spec() const override { return policy_.Spec(); }
  SchedulerTraits traits() const override { return policy_.traits(); }
  void BeginRun(const RunInfo& run) override { policy_.BeginRun(run); }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    return order_ == 0 ? policy_.PickNext(where, ready)
                       : PickReordered(where, ready);
  }
  uint64_t Draw(const ChoicePoint& where) override {
    return policy_.Draw(where);
  }
  void OnStep(const StepInfo& step) override { policy_.OnStep(step); }
  std::string Explain() const override { return policy_.Explain(); }
  NextRun EndRun(const RunSummary& run) override {
    next = policy_.EndRun(run);
    return next;
  }

  NextRun next = NextRun::kAgain;

 private:
  size_t PickReordered(const ChoicePoint& where, Candidates ready) {
    std::vector<Candidate> others;
    for (const Candidate* candidate : ready) {
      others.push_back(*candidate);
      others.back().order =
          ChildEntity(candidate->id, static_cast<uint32_t>(order_)).value;
    }
    std::vector<const Candidate*> reordered;
    for (const Candidate& other : others) reordered.push_back(&other);
    std::sort(reordered.begin(), reordered.end(),
              [](const Candidate* a, const Candidate* b) {
                return a->order < b->order;
              });
    const size_t index = policy_.PickNext(where, reordered);
    if (index >= reordered.size()) return index;
    return static_cast<size_t>(reordered[index] - others.data());
  }

  Scheduler& policy_;
  uint64_t order_;
};

}  // namespace

std::string* Observed() {
  static std::string observed;
  return &observed;
}

Searched Search(Scheduler& scheduler, const std::function<Task<>()>& main,
                const SearchOptions& search) {
  Listening listening(scheduler, search.order);
  Searched searched;
  while (listening.next == NextRun::kAgain && searched.runs < search.max_runs) {
    Observed()->clear();
    SimulationOptions options;
    options.seed = Seed(1);
    options.run_index = searched.runs;
    options.scheduler = &listening;
    options.max_steps = 10'000;
    Simulation simulation(options);
    const RunResult result = simulation.Run(main);
    ++searched.runs;
    if (search.ignored && search.ignored()) continue;
    std::string outcome = *Observed();
    if (result.outcome != Outcome::kCompleted) {
      absl::StrAppend(&outcome, outcome.empty() ? "" : ", ",
                      OutcomeName(result.outcome));
    }
    if (result.outcome == Outcome::kFailed ||
        result.outcome == Outcome::kDiverged) {
      absl::StrAppend(&outcome, ": ", result.failure->message);
    }
    ++searched.outcomes[outcome];
  }
  searched.end = listening.next;
  return searched;
}

}  // namespace orrery
