// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Post`, `PostAfter`, `PostAt`: callbacks on the event loop, for code that is
// not written as coroutines. A callback runs as one step.

#ifndef ORRERY_SIM_POST_H_
#define ORRERY_SIM_POST_H_

#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {

// A callback that was posted. Dropping it changes nothing.
class PostHandle {
 public:
  PostHandle() = default;  // refers to no callback
  explicit PostHandle(PostedCallback* callback) : callback_(callback) {}
  PostHandle(PostHandle&& other) noexcept
      : callback_(std::exchange(other.callback_, nullptr)) {}
  PostHandle& operator=(PostHandle&& other) noexcept {
    std::swap(callback_, other.callback_);
    return *this;
  }
  ~PostHandle() {
    if (callback_ != nullptr) callback_->Unref();
  }

  // Takes the callback out of the loop in which it waits, in constant time;
  // that need not be the current simulation's. Returns whether it will not run
  // because of that: false if it has run, is running, was cancelled before, or
  // if its simulation is over.
  bool Cancel();

 private:
  PostedCallback* callback_ = nullptr;
};

// Runs `callback` behind everything that is ready now.
PostHandle Post(absl::AnyInvocable<void() &&> callback,
                SourceSite site = SourceSite::current());

// Runs `callback` when `delay` of simulated time has passed. With zero or less
// it runs at this instant, behind everything that is ready when the current
// batch is over.
PostHandle PostAfter(absl::Duration delay,
                     absl::AnyInvocable<void() &&> callback,
                     SourceSite site = SourceSite::current());

// Runs `callback` at `instant`; if that has passed, as soon as possible, and
// before timers that are due later.
PostHandle PostAt(absl::Time instant, absl::AnyInvocable<void() &&> callback,
                  SourceSite site = SourceSite::current());

}  // namespace orrery

#endif  // ORRERY_SIM_POST_H_
