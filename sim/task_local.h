// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskLocal<T>`: a variable of which every task has a value of its own, which
// it inherits from whoever spawned it: a request's id, a prefix for log lines.
// What asyncio's users know as a context variable.
//
//   const TaskLocal<int> request(0);
//
//   Task<> Handle() { Log(absl::StrCat("request ", request.Get())); ... }
//   ...
//   request.Set(7);
//   Spawn(Handle);   // logs "request 7", whatever is set here later
//
// The value is copied when a task is spawned and when a callback is posted or
// added (`Post`, `AddDoneCallback`): what one sets afterwards, the other does
// not see. To await a task is a call, and sees and sets the caller's. The main
// task's values are those of the loop: it has what a fixture set before the
// run, and where several runs share a loop, the next one has what this one has
// set.

#ifndef ORRERY_SIM_TASK_LOCAL_H_
#define ORRERY_SIM_TASK_LOCAL_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/base/ids.h"
#include "orrery/sim/local_values.h"
#include "orrery/sim/simulation.h"

namespace orrery {

namespace task_local_internal {

// Returns a number that no other variable of the process has.
uint32_t NewVariable();

}  // namespace task_local_internal

// Usually a constant of namespace scope: the object itself never changes, only
// the values that tasks have for it. Each simulation has values of its own.
template <typename T>
class TaskLocal {
 public:
  class Scope;

  // `initial` is its value where nothing was set.
  explicit TaskLocal(T initial = T())
      : variable_(task_local_internal::NewVariable()),
        initial_(std::move(initial)) {}
  TaskLocal(const TaskLocal&) = delete;
  TaskLocal& operator=(const TaskLocal&) = delete;

  // Returns the value that the running task or callback has. The reference is
  // good until it sets another one.
  const T& Get() const {
    const LocalValues* values =
        Simulation::Current("TaskLocal::Get").FindLocals();
    if (values == nullptr) return initial_;
    const LocalValues::Value value = values->Find(variable_);
    return value != nullptr ? *static_cast<const T*>(value.get()) : initial_;
  }

  // Gives the running task or callback another value.
  void Set(T value) const {
    Simulation::Current("TaskLocal::Set")
        .Locals()
        .Set(variable_, std::make_shared<const T>(std::move(value)));
  }

 private:
  uint32_t variable_;
  T initial_;
};

// Gives the task another value for as long as it lives, and then the one from
// before. It has to end in the task in which it was made.
//
//   TaskLocal<int>::Scope scope(request, 7);
template <typename T>
class TaskLocal<T>::Scope {
 public:
  Scope(const TaskLocal& variable, T value) : variable_(variable.variable_) {
    Simulation& simulation = Simulation::Current("TaskLocal::Scope");
    simulation_ = simulation.serial();
    owner_ = simulation.current_task_id();
    LocalValues& values = simulation.Locals();
    before_ = values.Find(variable_);
    values.Set(variable_, std::make_shared<const T>(std::move(value)));
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() {
    Simulation* simulation = Simulation::CurrentOrNull();
    // With the run, the values go too.
    if (simulation == nullptr || simulation->closing() ||
        simulation->serial() != simulation_) {
      return;
    }
    ORRERY_CHECK(simulation->current_task_id() == owner_,
                 "a TaskLocal::Scope ended in another task than it began in");
    simulation->Locals().Set(variable_, std::move(before_));
  }

 private:
  uint32_t variable_;
  uint32_t simulation_;  // its serial number
  TaskId owner_;
  LocalValues::Value before_;  // null: none
};

}  // namespace orrery

#endif  // ORRERY_SIM_TASK_LOCAL_H_
