// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/barrier.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/sim/simulation.h"

namespace orrery {

Barrier::Barrier(size_t parties, absl::string_view name, SourceSite site)
    : SyncObject("Barrier", name, site),
      parties_(parties),
      mutex_(name, site),
      waiters_(this, &mutex_, WaitKind::kBarrier) {
  // A negative number is converted to a very large one.
  ORRERY_CHECK(
      parties >= 1 && parties <= std::numeric_limits<size_t>::max() / 2,
      "a Barrier is for at least 1 party");
}

void Barrier::NotifyAll() {
  waiters_.Notify(Simulation::Current("Barrier"),
                  std::numeric_limits<size_t>::max());
}

// A task that has come and has yet to leave. It holds the mutex whenever it
// runs. If its guard is empty, the barrier is gone.
class Barrier::Visit {
 public:
  Visit(Barrier* barrier, const Mutex::Guard* guard)
      : barrier_(barrier), guard_(guard), index_(barrier->inside_++) {}
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  ~Visit() {
    if (!*guard_ || Simulation::Current("Barrier").closing()) return;
    if (--barrier_->inside_ != 0) return;
    // The last one out lets the next round in.
    if (barrier_->state_ == State::kDraining ||
        barrier_->state_ == State::kResetting) {
      barrier_->state_ = State::kFilling;
    }
    barrier_->NotifyAll();
  }

  size_t index() const { return index_; }

 private:
  Barrier* barrier_;
  const Mutex::Guard* guard_;
  size_t index_;
};

Task<size_t> Barrier::Wait() {
  Mutex::Guard guard = co_await mutex_.Lock();
  while (state_ == State::kDraining || state_ == State::kResetting) {
    co_await waiters_.Wait();
  }
  if (state_ == State::kBroken) {
    throw BrokenBarrierError(absl::StrCat(ToString(), " is broken"));
  }
  Visit visit(this, &guard);
  if (visit.index() + 1 == parties_) {
    state_ = State::kDraining;
    NotifyAll();
    co_return visit.index();
  }
  while (state_ == State::kFilling) co_await waiters_.Wait();
  if (state_ != State::kDraining) {
    throw BrokenBarrierError(
        absl::StrCat(ToString(), state_ == State::kBroken
                                     ? " was aborted"
                                     : " was reset, which sends away those "
                                       "who wait"));
  }
  co_return visit.index();
}

Task<> Barrier::Reset() {
  Mutex::Guard guard = co_await mutex_.Lock();
  state_ = inside_ > 0 ? State::kResetting : State::kFilling;
  NotifyAll();
}

Task<> Barrier::Abort() {
  Mutex::Guard guard = co_await mutex_.Lock();
  state_ = State::kBroken;
  NotifyAll();
}

}  // namespace orrery
