// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CancelEverywhere`: runs a scenario again and again and cancels one of its
// tasks each time, at every instant in turn: each task as soon as it has
// suspended for the first, second, ... time, as soon as somebody has woken it,
// and between any two other steps. For tests.
//
//   Task<> Scenario(Victims& victims) {
//     Mutex mutex;
//     for (int i = 0; i < 3; ++i) {
//       victims.Add(Spawn(LockTwice, std::ref(mutex)));
//     }
//     co_await victims.Join();
//     EXPECT_TRUE(mutex.TryLock());
//   }
//   EXPECT_EQ(CancelEverywhere(Scenario), "");

#ifndef ORRERY_SIM_SYNC_CANCEL_EVERYWHERE_H_
#define ORRERY_SIM_SYNC_CANCEL_EVERYWHERE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {

// The tasks of one run of a scenario that may be cancelled.
class Victims {
 public:
  // Adds a task, which may well not end by being cancelled. Those added in the
  // same place among the others are the same in each run.
  void Add(TaskHandle task) { tasks_.push_back(std::move(task)); }

  size_t size() const { return tasks_.size(); }
  const TaskHandle& operator[](size_t index) const { return tasks_[index]; }
  // Returns how many of those from index `begin` to `end` are not over.
  size_t Alive(size_t begin, size_t end) const;
  size_t Alive() const { return Alive(0, size()); }

  // Waits until all are over. Returns how many ended by being cancelled. A task
  // that ended with an error fails the run.
  Task<size_t> Join();

 private:
  std::vector<TaskHandle> tasks_;
};

struct CancelEverywhereOptions {
  // How many schedules are tried beside first in, first out.
  uint64_t random_seeds = 20;
  // Whether every two tasks are cancelled at every two instants, too; under
  // first in, first out. The number of runs is the square of the other one.
  bool pairs = false;
};

// Returns what went wrong in the first run that did not complete, and in which
// that was; "" if all completed. Expectations of the scenario fail the test as
// ever. If no task was ever cancelled, or the scenario takes more than 1,000
// steps, that is said, too.
std::string CancelEverywhere(const std::function<Task<>(Victims&)>& scenario,
                             const CancelEverywhereOptions& options = {});

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_CANCEL_EVERYWHERE_H_
