// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CanBeAwaited<T>`: whether `co_await` takes a T. What asyncio finds out when
// it runs (`await lock` is a TypeError), a compiler knows.

#ifndef ORRERY_TESTS_CONFORMANCE_AWAITABLE_H_
#define ORRERY_TESTS_CONFORMANCE_AWAITABLE_H_

#include <utility>

namespace orrery {

template <typename T>
concept CanBeAwaited = requires(T&& value) {
  std::forward<T>(value).await_ready();
} || requires(T&& value) { std::forward<T>(value).operator co_await(); };

}  // namespace orrery

#endif  // ORRERY_TESTS_CONFORMANCE_AWAITABLE_H_
