// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StaggeredRace`: tries several ways to the same end, each a little later than
// the one before, until one succeeds; as asyncio's staggered_race, which is
// what RFC 8305 ("Happy Eyeballs") asks for.
//
//   std::vector<std::function<Task<Connection>()>> ways = ...;
//   RaceResult<Connection> race =
//       co_await StaggeredRace(std::move(ways), absl::Milliseconds(250));
//   if (race.winner.has_value()) Use(std::move(race.winner->value));

#ifndef ORRERY_SIM_COMBINATORS_STAGGERED_RACE_H_
#define ORRERY_SIM_COMBINATORS_STAGGERED_RACE_H_

#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/when_any.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {

template <typename T>
struct RaceResult {
  RaceResult() {}  // g++ 12 destroys an aggregate twice

  // Which way it was, and its result. Empty: none has succeeded.
  std::optional<Winner<combinators_internal::Value<T>>> winner;
  // What each way that was begun has thrown, `Cancelled` for those that the
  // winner has ended; null for the winner.
  std::vector<std::exception_ptr> exceptions;
};

namespace staggered_race_internal {

using combinators_internal::Value;

template <typename F>
using ResultOf = typename std::invoke_result_t<F&>::Result;

// The future is what the task waits in that awaits the race.
template <typename F>
class Race : public Children {
 public:
  using T = ResultOf<F>;

  Race(std::vector<F> ways, absl::Duration delay, const SourceSite& site)
      : Children("StaggeredRace", site, ways.size() + 1, &RunnerIsOver),
        site_(site),
        delay_(delay),
        ways_(std::move(ways)) {
    runners_.reserve(ways_.size() + 1);
    StartRunner(nullptr);
  }
  ~Race() { StopWatching(); }  // before the handles go

  bool running() const { return over_ != runners_.size(); }
  // Waits until no runner is left, or until the task is cancelled.
  FutureState::Awaiter WaitForRunners() {
    end = End::kNotYet;  // each wait is a future of its own in asyncio
    return Wait(WaitKind::kAny);
  }
  RaceResult<T> TakeResult() { return std::move(result_); }

 private:
  // A runner starts the next one, and goes one way to its end.
  void StartRunner(Event* previous_failed) {
    runners_.push_back(
        combinators_internal::Start(RunOne(this, previous_failed), site_));
    Add(*runners_.back().state());
  }

  static void RunnerIsOver(Children* self, size_t) {
    auto* race = static_cast<Race*>(self);
    ++race->over_;
    if (!race->running() && !race->done()) race->Finish(End::kValue);
  }

  static Task<> WaitFor(Event* event) { co_await event->Wait(); }

  static Task<> RunOne(Race* race, Event* previous_failed) {
    if (previous_failed != nullptr) {
      try {
        co_await WithTimeout(race->delay_, WaitFor(previous_failed));
      } catch (const TimeoutError&) {
      }
    }
    const size_t way = race->failed_.size();
    if (way == race->ways_.size()) co_return;
    race->failed_.emplace_back("", race->site_);
    race->StartRunner(&race->failed_[way]);
    race->result_.exceptions.push_back(nullptr);
    std::optional<Value<T>> result;
    try {
      Task<T> task = std::invoke(race->ways_[way]);
      if constexpr (std::is_void_v<T>) {
        co_await std::move(task);
        result.emplace();
      } else {
        result.emplace(co_await std::move(task));
      }
    } catch (...) {
      race->result_.exceptions[way] = std::current_exception();
      race->failed_[way].Set();
    }
    if (result.has_value()) race->Win(way, *std::move(result));
  }

  void Win(size_t way, Value<T> value) {
    // Another one may have won already, and this one not have given way.
    if (result_.winner.has_value()) return;
    result_.winner.emplace(way, std::move(value));
    Simulation& simulation = Simulation::Current("StaggeredRace");
    for (const JoinHandle<>& runner : runners_) {
      if (runner.state() != simulation.current_task()) runner.Cancel();
    }
  }

  const SourceSite site_;
  const absl::Duration delay_;
  std::vector<F> ways_;
  std::deque<Event> failed_;  // one for each way that was begun
  std::vector<JoinHandle<>> runners_;
  size_t over_ = 0;
  RaceResult<T> result_;
};

}  // namespace staggered_race_internal

// Calls each of `ways`, which returns a Task, in order: the first at once, each
// other one when `delay` has passed since the one before was begun, or when
// that has thrown, whichever comes first. The first that returns has won: the
// others are cancelled, and no more are begun. With absl::InfiniteDuration()
// one comes after the other.
//
// It is structured: none is running when it is over. If the task that waits is
// cancelled, all are, and `Cancelled` is thrown when they have come to their
// ends.
template <typename F>
Task<RaceResult<staggered_race_internal::ResultOf<F>>> StaggeredRace(
    std::vector<F> ways, absl::Duration delay) {
  const SourceSite site = co_await WhereAwaited();
  staggered_race_internal::Race<F> race(std::move(ways), delay, site);
  bool cancelled = false;
  while (race.running()) {
    try {
      co_await race.WaitForRunners();
    } catch (const Cancelled&) {
      cancelled = true;
      race.CancelAll(Simulation::Current("StaggeredRace"));
    }
  }
  if (cancelled) promise_internal::ThrowCancelled();
  co_return race.TakeResult();
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_STAGGERED_RACE_H_
