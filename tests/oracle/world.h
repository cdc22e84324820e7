// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `World`: what all tasks of a running program share, and its log.

#ifndef ORRERY_TESTS_ORACLE_WORLD_H_
#define ORRERY_TESTS_ORACLE_WORLD_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync/barrier.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/lifo_queue.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/priority_queue.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/task_handle.h"
#include "orrery/tests/oracle/node.h"
#include "orrery/tests/oracle/program.pb.h"
#include "orrery/tests/oracle/task_numbers.h"

namespace orrery::oracle {

inline absl::Duration Ticks(int ticks) { return absl::Seconds(ticks); }

// One execution of a body: the timeouts that it is in, innermost last.
struct Frame {
  std::vector<TimeoutScope*> timeouts;
};

class World {
 public:
  struct Lock {
    Mutex mutex;
    TaskHandle holder;
    // Got by `acquire_lock`.
    std::optional<Mutex::Guard> kept;
  };

  struct Condition {
    explicit Condition(Lock* l) : lock(l), variable(&l->mutex) {}

    Lock* lock;
    ConditionVariable variable;
  };

  using AnyQueue =
      std::variant<std::unique_ptr<Queue<int>>, std::unique_ptr<LifoQueue<int>>,
                   std::unique_ptr<PriorityQueue<int>>>;

  explicit World(const Program& program);

  // Makes the objects, and lets go of them and of all tasks. Both are to be
  // called in the simulation.
  void MakeObjects();
  void DropObjects();

  // Adds a line to the log, of the task that runs.
  void Log(absl::string_view label, absl::string_view event,
           absl::string_view outcome = "ok");
  // Adds the last line: how the run has ended.
  void LogEnd(absl::string_view outcome);
  void LogDeadlock();
  const std::vector<std::string>& lines() const { return lines_; }
  TaskNumbers& numbers() { return numbers_; }

  // Sees to it that an error of the task does not fail the run.
  void Keep(TaskHandle task) { kept_.push_back(std::move(task)); }

  const Program& program;
  const std::vector<std::vector<Node>> bodies;

  std::vector<std::unique_ptr<Lock>> locks;
  std::vector<std::unique_ptr<Condition>> conditions;
  std::vector<std::unique_ptr<Semaphore>> semaphores;
  std::vector<std::unique_ptr<Event>> events;
  std::vector<AnyQueue> queues;
  std::vector<std::unique_ptr<Barrier>> barriers;
  std::vector<Promise<int>> futures;

  // Variables.
  JoinHandle<int> main;
  std::vector<JoinHandle<int>> handles;
  std::vector<std::optional<PostHandle>> timers;
  std::vector<TaskGroup*> groups;  // those that are not over

 private:
  void AddLine(SimTime time, size_t task, absl::string_view label,
               absl::string_view event, absl::string_view outcome);

  std::vector<std::string> lines_;
  TaskNumbers numbers_;
  std::vector<TaskHandle> kept_;
};

}  // namespace orrery::oracle

#endif  // ORRERY_TESTS_ORACLE_WORLD_H_
