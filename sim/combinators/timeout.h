// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WithTimeout`, `WithDeadline`: waits no longer than that; as asyncio's
// wait_for.
//
//   Reply reply = co_await WithTimeout(absl::Seconds(5), Ask(server));
//
// When the time is up, what is waited for is cancelled; when it has come to its
// end, TimeoutError is thrown. It may end otherwise all the same, if it catches
// the `Cancelled`: then its result is returned, or its error thrown. What comes
// at the very instant of the deadline is late.
//
// If the waiting task is cancelled, so is what it waits for. Such a request is
// never lost: where it meets the result, `Cancelled` is thrown, and where it
// meets the deadline, too.
//
// timeout_scope.h has a deadline that can be moved.

#ifndef ORRERY_SIM_COMBINATORS_TIMEOUT_H_
#define ORRERY_SIM_COMBINATORS_TIMEOUT_H_

#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace timeout_internal {

// Ends when the only child has, which is cancelled.
class CancelledChild : public Children {
 public:
  CancelledChild(Completion& completion, const SourceSite& site)
      : Children("WithTimeout", site, 1, [](Children* self, size_t) {
          if (!self->done()) self->Finish(End::kValue);
        }) {
    Add(completion);
    CancelAll(Simulation::Current("WithTimeout"));
  }
};

// What is waited for has no time at all: a Task does not even begin.
template <typename A, typename T = combinators_internal::ResultOf<A>>
Task<T> WithoutTime(A awaited, SourceSite site) {
  const auto handle = combinators_internal::Start(std::move(awaited), site);
  Completion& completion = combinators_internal::CompletionOf(handle);
  if (!completion.done()) {
    CancelledChild child(completion, site);
    co_await child.Wait(WaitKind::kFuture);
    if (completion.end == End::kCancelled) throw TimeoutError();
  }
  if constexpr (std::is_void_v<T>) {
    handle.Result();
  } else {
    co_return combinators_internal::TakeValue<A>(handle);
  }
}

}  // namespace timeout_internal

// Returns the result of `awaited`, a Task, JoinHandle or Future, if that comes
// within `delay` of the time at which this is awaited. With zero or less it is
// cancelled at once, unless it is over; a Task then never begins.
//
// A result is moved out of a Task, and copied from the others if it can be.
template <combinators_internal::Awaited A>
Task<combinators_internal::ResultOf<A>> WithTimeout(absl::Duration delay,
                                                    A awaited) {
  const SourceSite site = co_await WhereAwaited();
  if (delay <= absl::ZeroDuration()) {
    co_return co_await timeout_internal::WithoutTime<A>(std::move(awaited),
                                                        site);
  }
  TimeoutScope scope(timeout_internal::DueAfter(delay), site);
  try {
    co_return co_await combinators_internal::ToAwait(awaited);
  } catch (const Cancelled&) {
    if (scope.Leave()) throw TimeoutError();
    throw;
  }
}

// The same with an instant. If that has passed, a Task runs until it first
// suspends, as in asyncio's timeout_at.
template <combinators_internal::Awaited A>
Task<combinators_internal::ResultOf<A>> WithDeadline(absl::Time when,
                                                     A awaited) {
  const SourceSite site = co_await WhereAwaited();
  TimeoutScope scope(SimTime(ToNanoseconds(when - SimEpoch())), site);
  try {
    co_return co_await combinators_internal::ToAwait(awaited);
  } catch (const Cancelled&) {
    if (scope.Leave()) throw TimeoutError();
    throw;
  }
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_TIMEOUT_H_
