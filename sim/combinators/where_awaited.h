// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WhereAwaited`: tells a coroutine where it is awaited, so that what it makes
// is reported to come from there.

#ifndef ORRERY_SIM_COMBINATORS_WHERE_AWAITED_H_
#define ORRERY_SIM_COMBINATORS_WHERE_AWAITED_H_

#include <coroutine>

#include "orrery/base/source_site.h"
#include "orrery/sim/promise.h"

namespace orrery {

// Never suspends.
//   const SourceSite site = co_await WhereAwaited();
class [[nodiscard]] WhereAwaited {
 public:
  WhereAwaited() {}
  bool await_ready() const { return false; }
  template <TaskPromise Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) {
    if (std::coroutine_handle<> awaiting = frame.promise().continuation()) {
      site_ = PromiseOf(awaiting).site();
    }
    return false;
  }
  SourceSite await_resume() const { return site_; }

 private:
  SourceSite site_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_WHERE_AWAITED_H_
