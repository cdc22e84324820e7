// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Recording`: a run as those follow it who have to find their way in another
// one: its choices, and who made them.

#ifndef ORRERY_SCHEDULER_RECORDING_H_
#define ORRERY_SCHEDULER_RECORDING_H_

#include <cstddef>
#include <string>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/schedule.h"

namespace orrery {

// A task or callback of a run that was recorded.
struct RecordedEntity {
  EntityId id;
  EntityId parent;  // 0: the event loop
  EntityKind kind = EntityKind::kTask;
  std::string name;
};

struct Recording {
  // One step of the run, in the order in which they were taken.
  struct Step {
    static constexpr size_t kNotChosen = ~size_t{0};
    EntityId who;
    // The choice that led to it; `kNotChosen` if nobody else could run.
    size_t choice = kNotChosen;
  };

  Schedule schedule;
  Seed seed;
  // Of each choice, who asked for a number, or who ran next; 0: the event loop,
  // or not known. Empty where a trace has choices only: then so are the two
  // lists below.
  std::vector<EntityId> actors;
  std::vector<Step> steps;
  std::vector<RecordedEntity> entities;  // in the order of creation

  bool has_actors() const { return !actors.empty() || !steps.empty(); }
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_RECORDING_H_
