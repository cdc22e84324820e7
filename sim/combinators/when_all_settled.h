// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WhenAllSettled`: runs several tasks side by side, and tells how each has
// ended.
//
//   auto [a, b] = co_await WhenAllSettled(Fetch("a"), Fetch("b"));
//   if (a.failed()) Report(a.error());
//
// It is structured: none of them is running when it is over. An error ends
// nobody but the task that threw it. If the task that waits is cancelled, all
// are, and `Cancelled` is thrown when they have come to their ends.

#ifndef ORRERY_SIM_COMBINATORS_WHEN_ALL_SETTLED_H_
#define ORRERY_SIM_COMBINATORS_WHEN_ALL_SETTLED_H_

#include <utility>
#include <vector>

#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/task.h"

namespace orrery {

// Returns a tuple of a TaskOutcome for each.
template <typename... Ts>
auto WhenAllSettled(Task<Ts>... tasks) {
  return GatherSettled(std::move(tasks)...);
}

// The same for a vector, in its order.
template <typename T>
Task<std::vector<TaskOutcome<T>>> WhenAllSettled(std::vector<Task<T>> tasks) {
  return GatherSettled(std::move(tasks));
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_WHEN_ALL_SETTLED_H_
