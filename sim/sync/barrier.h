// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Barrier`: a place where a number of tasks wait for each other, as
// asyncio.Barrier. It serves any number of rounds.
//
//   const size_t index = co_await round.Wait();
//   if (index == 0) Log("all are here");

#ifndef ORRERY_SIM_SYNC_BARRIER_H_
#define ORRERY_SIM_SYNC_BARRIER_H_

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/sync/condition_waiters.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync_object.h"
#include "orrery/sim/task.h"

namespace orrery {

// Thrown at those who wait at a barrier that is reset or aborted, or come to
// one that is broken.
class BrokenBarrierError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Barrier : public SyncObject {
 public:
  // `parties`, at least 1, is how many tasks make a round. `name` is for
  // reports.
  explicit Barrier(size_t parties, absl::string_view name = "",
                   SourceSite site = SourceSite::current());
  ~Barrier() { Forsake(waiters_.list()); }

  // Waits until as many tasks have come as make a round; the last one does not
  // suspend. Returns how many had come before, from 0 to parties() - 1.
  //
  // While those of one round leave, or were sent away by `Reset`, newcomers
  // wait for their turn. A task that is cancelled does not count: the others
  // wait for another one.
  //
  // Throws BrokenBarrierError if the barrier is broken, or is aborted or reset
  // while the task waits.
  Task<size_t> Wait();

  // Sends away those who wait, with BrokenBarrierError, and mends a barrier
  // that is broken.
  //   co_await round.Reset();
  Task<> Reset();

  // Breaks the barrier: those who wait, and those who come until it is reset,
  // are thrown BrokenBarrierError.
  //   co_await round.Abort();
  Task<> Abort();

  size_t parties() const { return parties_; }
  // Returns how many have come and wait for the round to be full.
  size_t Waiting() const { return state_ == State::kFilling ? inside_ : 0; }
  bool IsBroken() const { return state_ == State::kBroken; }

 private:
  class Visit;
  enum class State : uint8_t { kFilling, kDraining, kResetting, kBroken };

  void NotifyAll();

  size_t parties_;
  size_t inside_ = 0;  // those who have come and not left
  State state_ = State::kFilling;
  Mutex mutex_;
  ConditionWaiters waiters_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_BARRIER_H_
