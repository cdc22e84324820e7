// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/oracle/world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/sync/bounded_semaphore.h"

namespace orrery::oracle {
namespace {

World::AnyQueue MakeQueue(const Objects::Queue& queue) {
  const size_t capacity =
      queue.capacity() == 0 ? Queue<int>::kUnbounded : queue.capacity();
  switch (queue.kind()) {
    case Objects::Queue::LIFO:
      return std::make_unique<LifoQueue<int>>(capacity);
    case Objects::Queue::PRIORITY:
      return std::make_unique<PriorityQueue<int>>(capacity);
    default:
      return std::make_unique<Queue<int>>(capacity);
  }
}

}  // namespace

World::World(const Program& the_program)
    : program(the_program), bodies(MakeNodes(the_program)) {}

void World::MakeObjects() {
  const Objects& objects = program.objects();
  for (int i = 0; i < objects.locks(); ++i) {
    locks.push_back(std::make_unique<Lock>());
  }
  for (const Objects::Condition& condition : objects.conditions()) {
    conditions.push_back(
        std::make_unique<Condition>(locks[condition.lock()].get()));
  }
  for (const Objects::Semaphore& semaphore : objects.semaphores()) {
    if (semaphore.bounded()) {
      semaphores.push_back(
          std::make_unique<BoundedSemaphore>(semaphore.value()));
    } else {
      semaphores.push_back(std::make_unique<Semaphore>(semaphore.value()));
    }
  }
  for (int i = 0; i < objects.events(); ++i) {
    events.push_back(std::make_unique<Event>());
  }
  for (const Objects::Queue& queue : objects.queues()) {
    queues.push_back(MakeQueue(queue));
  }
  for (const Objects::Barrier& barrier : objects.barriers()) {
    barriers.push_back(std::make_unique<Barrier>(barrier.parties()));
  }
  futures.resize(objects.futures());
  handles.resize(objects.handles());
  timers.resize(objects.timers());
  groups.resize(objects.groups());
}

void World::DropObjects() {
  main = JoinHandle<int>();
  handles.clear();
  kept_.clear();
  timers.clear();
  futures.clear();
  barriers.clear();
  queues.clear();
  events.clear();
  semaphores.clear();
  conditions.clear();
  locks.clear();
}

void World::Log(absl::string_view label, absl::string_view event,
                absl::string_view outcome) {
  Simulation& simulation = Simulation::Current("World::Log");
  if (simulation.closing()) return;  // frames are being destroyed
  const TaskState* task = simulation.current_task();
  AddLine(simulation.now(), task != nullptr ? numbers_.Of(task->number()) : 0,
          label, event, outcome);
}

void World::LogEnd(absl::string_view outcome) {
  AddLine(Simulation::Current("World::LogEnd").now(), 0, "-", "run", outcome);
}

void World::LogDeadlock() {
  lines_.push_back(
      absl::StrCat("-\t0\t-\trun\tdeadlock ", numbers_.Unfinished()));
}

void World::AddLine(SimTime time, size_t task, absl::string_view label,
                    absl::string_view event, absl::string_view outcome) {
  lines_.push_back(absl::StrCat(ToDuration(time) / Ticks(1), "\t", task, "\t",
                                label, "\t", event, "\t", outcome));
}

}  // namespace orrery::oracle
