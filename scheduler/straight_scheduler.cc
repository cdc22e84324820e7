// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/straight_scheduler.h"

#include <optional>

namespace orrery {
namespace {

// Who has touched an object last, and how.
struct Touched {
  std::optional<size_t> changed;  // the last step that did more than read it
  std::vector<size_t> read;       // the steps that have read it since
};

}  // namespace

StraightScheduler::StraightScheduler(const std::vector<RecordedStep>& steps,
                                     const std::vector<KeyedDraw>& draws,
                                     WhenNotYet when_not)
    : when_not_(when_not), draws_(Deviations{.draws = draws}) {
  absl::flat_hash_map<ObjectKey, Touched> objects;
  absl::flat_hash_map<EntityId, size_t> readied;  // by which step, last
  std::vector<Progress> reached;                  // by each step
  reached.reserve(steps.size());
  for (size_t place = 0; place < steps.size(); ++place) {
    const RecordedStep& recorded = steps[place];
    if (recorded.forced) {  // nobody chooses it
      reached.push_back({recorded.entity, 0});
      continue;
    }
    std::vector<Step>& own = steps_[recorded.entity];
    Step step{.place = place, .after = {}};
    auto after = [&](size_t other) {
      if (steps[other].entity != recorded.entity) {
        step.after.push_back(reached[other]);
      }
    };
    if (const auto by = readied.find(recorded.entity); by != readied.end()) {
      after(by->second);
    }
    auto touch = [&](const Access& access) {
      if (access.kind == AccessKind::kNone) return;
      Touched& object = objects[access.object];
      if (object.changed.has_value()) after(*object.changed);
      if (access.kind == AccessKind::kRead) {
        object.read.push_back(place);
        return;
      }
      for (const size_t reader : object.read) after(reader);
      object.read.clear();
      object.changed = place;
    };
    for (const Access& access : recorded.accesses) touch(access);
    // Each step is a change of its own entity, which others may look at.
    touch({ObjectKey(recorded.entity.value), AccessKind::kWrite});
    own.push_back(std::move(step));
    reached.push_back({recorded.entity, own.size()});
    for (const Readied& other : recorded.readied) readied[other.id] = place;
  }
}

void StraightScheduler::BeginRun(const RunInfo& run) {
  draws_.BeginRun(run);
  taken_.Clear();
}

const StraightScheduler::Step* StraightScheduler::NextOf(
    EntityId entity) const {
  const auto found = steps_.find(entity);
  if (found == steps_.end()) return nullptr;
  const uint64_t taken = taken_.Of(entity);
  if (taken >= found->second.size()) return nullptr;
  const Step& step = found->second[taken];
  for (const Progress& other : step.after) {
    if (taken_.Of(other.entity) < other.steps) return nullptr;
  }
  return &step;
}

size_t StraightScheduler::PickNext(const ChoicePoint&, Candidates ready) {
  if (NextOf(ready[0]->id) != nullptr) return 0;
  size_t best = 0;
  uint64_t best_rank = UINT64_MAX;
  for (size_t i = 1; i < ready.size(); ++i) {
    const Step* step = NextOf(ready[i]->id);
    if (step == nullptr) continue;
    const uint64_t rank =
        when_not_ == WhenNotYet::kLongestReady ? ready[i]->order : step->place;
    if (rank < best_rank) {
      best_rank = rank;
      best = i;
    }
  }
  return best;
}

void StraightScheduler::OnStep(const StepInfo& step) {
  if (!step.forced) taken_.Count(step.id);
}

}  // namespace orrery
