// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Sleep`, `SleepUntil`, `Yield`: letting others run, for a time or for a turn.

#ifndef ORRERY_SIM_SLEEP_H_
#define ORRERY_SIM_SLEEP_H_

#include <coroutine>

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class [[nodiscard]] SleepAwaiter {
 public:
  explicit SleepAwaiter(int64_t nanoseconds) : nanoseconds_(nanoseconds) {}

  bool await_ready() const { return false; }
  template <TaskPromise Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) const {
    Simulation& simulation = Simulation::Current("co_await Sleep");
    if (nanoseconds_ <= 0) {
      simulation.SuspendReady(frame);
    } else {
      simulation.SuspendUntil(frame, DueIn(simulation, nanoseconds_));
    }
  }
  void await_resume() const { ThrowIfCancelled(); }

 private:
  int64_t nanoseconds_;
};

// Suspends the task until `duration` of simulated time has passed. Zero or less
// is exactly one trip to the back of the ready queue. An infinite duration
// never ends.
//   co_await Sleep(absl::Seconds(1));
inline SleepAwaiter Sleep(absl::Duration duration) {
  return SleepAwaiter(ToNanoseconds(duration));
}

class [[nodiscard]] SleepUntilAwaiter {
 public:
  explicit SleepUntilAwaiter(SimTime due) : due_(due) {}

  bool await_ready() const { return false; }
  template <TaskPromise Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) const {
    Simulation& simulation = Simulation::Current("co_await SleepUntil");
    const SimTime due = DueAt(simulation, due_);
    if (due <= simulation.now()) {
      simulation.SuspendReady(frame);
    } else {
      simulation.SuspendUntil(frame, due);
    }
  }
  void await_resume() const { ThrowIfCancelled(); }

 private:
  SimTime due_;
};

// Suspends the task until `instant`; if that has passed when it is awaited,
// like `Yield`.
inline SleepUntilAwaiter SleepUntil(absl::Time instant) {
  return SleepUntilAwaiter(SimTime(ToNanoseconds(instant - SimEpoch())));
}

// Lets everything that is ready run first: one trip to the back of the queue.
inline SleepAwaiter Yield() { return SleepAwaiter(0); }

}  // namespace orrery

#endif  // ORRERY_SIM_SLEEP_H_
