// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Completion`: something that will be over once, and that others wait for: a
// task or a future.

#ifndef ORRERY_SIM_COMPLETION_H_
#define ORRERY_SIM_COMPLETION_H_

#include <cstdint>

#include "orrery/sim/runnable.h"

namespace orrery {

// How a task or a future ended.
enum class End : uint8_t { kNotYet, kValue, kError, kCancelled };

struct Completion {
  explicit Completion(bool task) : is_task(task) {}

  bool done() const { return end != End::kNotYet; }

  // The tasks, notices and callbacks that wait for the end, in the order in
  // which they came.
  RunnableList waiters;
  End end = End::kNotYet;
  bool is_task : 1;            // a `TaskState`; else a `FutureState`
  bool retrieved : 1 = false;  // somebody has seen the error
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMPLETION_H_
