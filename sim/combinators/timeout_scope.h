// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TimeoutScope`: a deadline for a part of a task, which can be moved; as
// asyncio's timeout() and timeout_at().
//
//   Task<> Serve(TimeoutScope& idle, Connection& connection) {
//     for (;;) {
//       Request request = co_await connection.Next();
//       idle.Reschedule(Now() + absl::Seconds(30));
//       ...
//     }
//   }
//   co_await WithTimeoutScope(absl::Seconds(30), Serve, std::ref(connection));
//
// When the deadline comes, the task is cancelled. Where the `Cancelled` would
// leave the scope, TimeoutError is thrown instead, unless somebody else has
// asked the task to cancel as well: that goes first.

#ifndef ORRERY_SIM_COMBINATORS_TIMEOUT_SCOPE_H_
#define ORRERY_SIM_COMBINATORS_TIMEOUT_SCOPE_H_

#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/scoped_timer.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_state.h"

namespace orrery {

class TimeoutScope {
 public:
  TimeoutScope(const TimeoutScope&) = delete;
  TimeoutScope& operator=(const TimeoutScope&) = delete;

  // Returns the deadline; absl::InfiniteFuture() if there is none.
  absl::Time When() const {
    if (due_ == SimTime::Infinite()) return absl::InfiniteFuture();
    return SimEpoch() + ToDuration(due_);
  }
  // Moves the deadline; absl::InfiniteFuture() is none. One that has passed
  // comes at once, behind everything that is ready. Throws InvalidStateError if
  // the old one has come, or if the scope has been left.
  void Reschedule(absl::Time when) {
    if (state_ != State::kActive) {
      throw InvalidStateError(Expired()
                                  ? "Reschedule() was called on a TimeoutScope "
                                    "that has expired"
                                  : "Reschedule() was called on a TimeoutScope "
                                    "that has been left");
    }
    timer_.Cancel();
    SetDue(DueAt(Simulation::Current("a timeout"),
                 SimTime(ToNanoseconds(when - SimEpoch()))));
  }
  // Whether the deadline came while the scope had not been left.
  bool Expired() const { return state_ >= State::kExpiring; }

  // For combinators. Enters a scope that the running task is to leave at `due`.
  TimeoutScope(SimTime due, const SourceSite& site) : site_(site) {
    task_ = Simulation::Current("a timeout").current_task();
    ORRERY_CHECK(task_ != nullptr, "a timeout was set outside of a task");
    requests_before_ = task_->cancel_requests;
    SetDue(due);
  }
  ~TimeoutScope() { Leave(); }
  // Leaves it. Returns whether `Cancelled`, if that is how it is left, was
  // thrown because of the deadline alone. Does nothing a second time.
  bool Leave() {
    timer_.Cancel();
    if (state_ != State::kExpiring) {
      if (state_ == State::kActive) state_ = State::kLeft;
      return false;
    }
    state_ = State::kExpired;
    return Simulation::Current("a timeout").Uncancel(task_) <= requests_before_;
  }

 private:
  enum class State : uint8_t { kActive, kLeft, kExpiring, kExpired };

  void SetDue(SimTime due) {
    due_ = due;
    if (due == SimTime::Infinite()) return;
    auto expire = [this] {
      state_ = State::kExpiring;
      Simulation::Current("a timeout").Cancel(task_);
    };
    if (due <= Simulation::Current("a timeout").now()) {
      timer_.StartSoon(expire, site_);
    } else {
      timer_.StartAt(due, expire, site_);
    }
  }

  TaskState* task_;
  SimTime due_;
  SourceSite site_;
  int requests_before_;  // for the task to cancel
  State state_ = State::kActive;
  ScopedTimer timer_;
};

namespace timeout_internal {

template <typename F, typename... Arguments>
using BodyResult =
    typename std::invoke_result_t<F&, TimeoutScope&, Arguments&&...>::Result;

// Returns the instant `delay` from now.
inline SimTime DueAfter(absl::Duration delay) {
  return DueIn(Simulation::Current("a timeout"), ToNanoseconds(delay));
}

}  // namespace timeout_internal

// Runs `body(scope, arguments...)`, which returns a Task, in a scope whose
// deadline is at `when`; absl::InfiniteFuture() is none. One that has passed
// comes when the body first suspends. Callable and arguments are kept until the
// body is over; references are passed with std::ref.
//
// Returns what the body returns, or throws what it throws: TimeoutError if the
// deadline ended it. A body that catches the `Cancelled` and returns has
// returned.
template <typename F, typename... Arguments>
Task<timeout_internal::BodyResult<F, Arguments...>> WithDeadlineScope(
    absl::Time when, F body, Arguments... arguments) {
  const SourceSite site = co_await WhereAwaited();
  TimeoutScope scope(DueAt(Simulation::Current("WithDeadlineScope"),
                           SimTime(ToNanoseconds(when - SimEpoch()))),
                     site);
  try {
    auto task = std::invoke(body, scope, std::forward<Arguments>(arguments)...);
    co_return co_await std::move(task);
  } catch (const Cancelled&) {
    if (scope.Leave()) throw TimeoutError();
    throw;
  }
}

// The same with a deadline `delay` after the time at which it is awaited.
template <typename F, typename... Arguments>
Task<timeout_internal::BodyResult<F, Arguments...>> WithTimeoutScope(
    absl::Duration delay, F body, Arguments... arguments) {
  const SourceSite site = co_await WhereAwaited();
  TimeoutScope scope(timeout_internal::DueAfter(delay), site);
  try {
    auto task = std::invoke(body, scope, std::forward<Arguments>(arguments)...);
    co_return co_await std::move(task);
  } catch (const Cancelled&) {
    if (scope.Leave()) throw TimeoutError();
    throw;
  }
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_TIMEOUT_SCOPE_H_
