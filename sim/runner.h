// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Run` and `Runner`: running a task from a program that has no loop, for its
// result.
//
//   int answer = Run(Compute, 6, 7);
//   int other = Run({.seed = Seed(7)}, Compute, 6, 7);
//
//   Runner runner;                 // several runs on one loop
//   runner.Run(Connect, "server");
//   runner.Run(Ask, "server");     // one clock, and the task-local values stay
//   runner.Close();
//
// In the body of a GoogleTest TEST, whose class has a `Run` of its own, it is
// `orrery::Run`. What a test wants to look at, failures included,
// `Simulation::Run` returns.

#ifndef ORRERY_SIM_RUNNER_H_
#define ORRERY_SIM_RUNNER_H_

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/simulation_options.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// Thrown where a run fails by itself: a deadlock, a limit, an exception in a
// task that nobody awaits. What its main task throws is thrown as it is.
class RunError : public std::runtime_error {
 public:
  // `what()` is the result in words, with the tree of tasks.
  explicit RunError(RunResult result);

  const RunResult& result() const { return *result_; }

 private:
  std::shared_ptr<const RunResult> result_;  // exceptions are copied
};

// A loop for several runs, one after the other. Tasks that one has left run on
// in the next. It is no task's business: to make or use one within a step stops
// the process.
class Runner {
 public:
  explicit Runner(SimulationOptions options = {});
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  // Closes it, if that was not done. What fails then, nobody asks for any more:
  // it is printed to standard error.
  ~Runner();

  // Runs `body(arguments...)`, which returns a Task, until it is done. Returns
  // its result, or throws what it threw: `Cancelled`, if it was cancelled.
  // Throws RunError if the run fails before; so does every later call then.
  template <typename Body, typename... Arguments>
  auto Run(Body&& body, Arguments&&... arguments) {
    CheckOpen();
    Simulation::Scope scope(simulation_);
    auto task = std::invoke(std::forward<Body>(body),
                            std::forward<Arguments>(arguments)...);
    ORRERY_CHECK(task, "Run was given a function that returned an empty Task");
    using T = typename decltype(task)::Result;
    TaskState* state = NewTaskState<T>();
    const JoinHandle<T> main(state);
    if (!simulation_.RunOneOfSeveral(state, task.Release())) Throw();
    simulation_.Joined(state);
    if constexpr (!std::is_void_v<T>) {
      return T(std::move(static_cast<TaskStateOf<T>*>(state)->result));
    }
  }

  // Cancels the tasks that are left, in the order in which they were spawned,
  // and runs them to their end. Returns how it all went: each error that one of
  // them ended with is in the failure. After that there are no runs. Called
  // again, it returns the same.
  const RunResult& Close();

  // The loop, to spawn tasks on within a `Scope`, and to drive between runs.
  Simulation& simulation() { return simulation_; }

 private:
  void CheckOpen() const;
  [[noreturn]] void Throw();

  Simulation simulation_;
  std::optional<RunResult> result_;  // once it is closed, or has failed
};

namespace runner_internal {

template <typename Body, typename... Arguments>
concept Startable = std::invocable<Body, Arguments...> && requires {
  typename std::invoke_result_t<Body, Arguments...>::promise_type;
};

// Throws RunError if the run has failed since its main task was over.
void CloseOrThrow(Runner& runner);

}  // namespace runner_internal

// Runs `body(arguments...)`, which returns a Task, on a loop of its own and
// returns its result, or throws what it threw. Tasks that are left when it is
// done are cancelled and run to their end. Throws RunError if the run fails
// otherwise. Not within a step of a simulation.
template <typename Body, typename... Arguments>
  requires runner_internal::Startable<Body, Arguments...>
auto Run(SimulationOptions options, Body&& body, Arguments&&... arguments) {
  Simulation::CheckNothingRuns("Run");
  Runner runner(std::move(options));
  using T = typename std::invoke_result_t<Body, Arguments...>::Result;
  if constexpr (std::is_void_v<T>) {
    runner.Run(std::forward<Body>(body), std::forward<Arguments>(arguments)...);
    runner_internal::CloseOrThrow(runner);
  } else {
    T result = runner.Run(std::forward<Body>(body),
                          std::forward<Arguments>(arguments)...);
    runner_internal::CloseOrThrow(runner);
    return result;
  }
}
template <typename Body, typename... Arguments>
  requires runner_internal::Startable<Body, Arguments...>
auto Run(Body&& body, Arguments&&... arguments) {
  return Run(SimulationOptions(), std::forward<Body>(body),
             std::forward<Arguments>(arguments)...);
}

}  // namespace orrery

#endif  // ORRERY_SIM_RUNNER_H_
