// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_recording.h"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

// Notes who made each choice, and who took each step.
class Actors {
 public:
  explicit Actors(Recording& to) : to_(to) {}

  void Take(const TraceEvent& event) {
    if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      to_.entities.push_back({spawned->entity, EntityOf(event.task),
                              spawned->kind, std::string(spawned->name)});
      tasks_[spawned->id.value] = spawned->entity;
    } else if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
      Take(event.task, *chosen);
    } else if (std::holds_alternative<event::Resumed>(event.what)) {
      const EntityId who = EntityOf(event.task);
      to_.steps.push_back({who, pick_.value_or(Recording::Step::kNotChosen)});
      if (pick_.has_value()) to_.actors[*pick_] = who;
      pick_.reset();
    }
  }

 private:
  void Take(TaskId task, const event::Chosen& chosen) {
    const Choice& choice = chosen.choice;
    if (choice.kind != ChoiceKind::kNextEntity) {
      to_.actors.push_back(EntityOf(task));
      return;
    }
    pick_ = to_.actors.size();
    to_.actors.push_back(choice.chosen < chosen.candidates.size()
                             ? EntityOf(chosen.candidates[choice.chosen])
                             : EntityId());
  }

  EntityId EntityOf(TaskId task) const {
    const auto found = tasks_.find(task.value);
    return found != tasks_.end() ? found->second : EntityId();
  }

  Recording& to_;
  absl::flat_hash_map<uint32_t, EntityId> tasks_;
  std::optional<size_t> pick_;  // the latest, until somebody runs
};

}  // namespace

Recording RecordingOf(const Trace& trace) {
  Recording recording;
  recording.schedule = trace.schedule;
  recording.schedule.ordered = trace.header.ordered;
  recording.seed = trace.header.seed;
  // Without its first events, nobody knows who the tasks are.
  if (trace.header.level != TraceLevel::kEvents || trace.first_event != 0) {
    return recording;
  }
  Actors actors(recording);
  for (const TraceEvent& event : trace.events) actors.Take(event);
  // Of choices that no event tells about, nobody is known.
  recording.actors.resize(recording.schedule.choices.size());
  return recording;
}

}  // namespace orrery
