// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WithCleanup`: cleans up after something, in whatever way that has ended; as
// `try` and `finally` with an `await` in it. C++ allows none in a `catch`, and
// destructors cannot wait.
//
//   co_await WithCleanup(Transfer(connection),
//                        [&connection] { return connection.Close(); });

#ifndef ORRERY_SIM_COMBINATORS_WITH_CLEANUP_H_
#define ORRERY_SIM_COMBINATORS_WITH_CLEANUP_H_

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/task.h"

namespace orrery {

// Runs `body`, then `cleanup()`, which returns a Task<>: also if the body has
// thrown or was cancelled. Returns the body's result, or throws what it threw,
// when the cleanup is over; if that throws, what it threw.
//
// A cancel that comes while the cleanup runs meets the cleanup; if it is to be
// finished in any case, await Shield(...) in it. A task that is cancelled
// before this is awaited has nothing to clean up.
//
// On g++ 12, capture references, or give the callable a name in a statement of
// its own (docs/compilers.md).
template <typename T, typename F>
  requires std::is_same_v<std::invoke_result_t<F&>, Task<>>
Task<T> WithCleanup(Task<T> body, F cleanup) {
  std::optional<combinators_internal::Value<T>> result;
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(body);
    } else {
      result.emplace(co_await std::move(body));
    }
  } catch (...) {
    error = std::current_exception();
  }
  Task<> cleaning = std::invoke(cleanup);
  co_await std::move(cleaning);
  if (error != nullptr) std::rethrow_exception(error);
  if constexpr (!std::is_void_v<T>) co_return *std::move(result);
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_WITH_CLEANUP_H_
