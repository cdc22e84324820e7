// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `AsCompleted`: takes the results of several one by one, in the order in which
// they come; as asyncio.as_completed.
//
//   AsCompleted pages(std::move(fetches), absl::Seconds(10));
//   while (pages.HasNext()) {
//     Page page = co_await pages.Next();
//     Show(page);
//   }

#ifndef ORRERY_SIM_COMBINATORS_AS_COMPLETED_H_
#define ORRERY_SIM_COMBINATORS_AS_COMPLETED_H_

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "orrery/base/access.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/scoped_timer.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace as_completed_internal {

// The indices of the children that are over, in order, for whoever takes them.
// It is asyncio's queue: waiters are served first in, first out.
class Arrivals : public Children {
 public:
  static constexpr size_t kTimedOut = static_cast<size_t>(-1);

  Arrivals(size_t count, const SourceSite& site)
      : Children("AsCompleted", site, count, &ChildIsOver), left_(count) {
    indices_.reserve(count);
  }
  ~Arrivals() { SyncObject::Forsake(takers_); }

  // The children that have not arrived when `timeout` has passed count as timed
  // out.
  void SetTimeout(absl::Duration timeout, const SourceSite& site) {
    if (left_ == 0 || timeout == absl::InfiniteDuration()) return;
    timer_.StartAt(
        DueIn(Simulation::Current("AsCompleted"), ToNanoseconds(timeout)),
        [this] { TimeOut(); }, site);
  }

  class [[nodiscard]] TakeAwaiter : public OperationAwaiter<TakeAwaiter> {
   public:
    explicit TakeAwaiter(Arrivals* arrivals)
        : OperationAwaiter(arrivals, AccessKind::kAcquire),
          arrivals_(arrivals) {}

    size_t await_resume() const {
      ThrowIfCancelled();
      return index_;
    }

    bool CanDo() const {
      return arrivals_->taken_ < arrivals_->indices_.size();
    }
    void Do(Simulation&) { index_ = arrivals_->indices_[arrivals_->taken_++]; }
    WaitKind wait_kind() const { return WaitKind::kQueueGet; }
    WaiterList& waiters() const { return arrivals_->takers_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken && CanDo()) waiters().WakeFirst(simulation);
    }

   private:
    Arrivals* arrivals_;
    size_t index_ = 0;
  };

  // Waits for the next one.
  TakeAwaiter Take() { return TakeAwaiter(this); }

 private:
  static void ChildIsOver(Children* self, size_t index) {
    auto* arrivals = static_cast<Arrivals*>(self);
    if (arrivals->left_ == 0) return;  // they have timed out
    --arrivals->left_;
    arrivals->Arrive(index);
    if (arrivals->left_ == 0) arrivals->timer_.Cancel();
  }

  void TimeOut() {
    StopWatching();
    for (; left_ != 0; --left_) Arrive(kTimedOut);
  }

  void Arrive(size_t index) {
    Simulation& simulation = Simulation::Current("AsCompleted");
    simulation.Accessed(*this, AccessKind::kRelease);
    indices_.push_back(index);
    takers_.WakeFirst(simulation);
  }

  size_t left_;  // which have neither arrived nor timed out
  size_t taken_ = 0;
  std::vector<size_t> indices_;
  WaiterList takers_;
  ScopedTimer timer_;
};

}  // namespace as_completed_internal

// `A` is a Task, a JoinHandle or a Future. When this goes, those that are not
// over run on.
template <combinators_internal::Awaited A>
class AsCompleted {
 public:
  using Result = combinators_internal::ResultOf<A>;
  using Handle = combinators_internal::HandleOf<A>;

  // Tasks are started here. Time runs from here.
  explicit AsCompleted(std::vector<A> awaited,
                       absl::Duration timeout = absl::InfiniteDuration(),
                       SourceSite site = SourceSite::current())
      : left_(awaited.size()), arrivals_(awaited.size(), site) {
    handles_.reserve(awaited.size());
    for (A& one : awaited) {
      handles_.push_back(combinators_internal::Start(std::move(one), site));
      arrivals_.Add(combinators_internal::CompletionOf(handles_.back()));
    }
    arrivals_.SetTimeout(timeout, site);
  }

  // Whether `Next` or `NextHandle` may be called.
  bool HasNext() const { return left_ != 0; }

  // Waits for the next one to be over. Returns its result, or throws what it
  // ended with; TimeoutError if it has run out of time. Each call, whether it
  // is awaited or not, stands for one of them; several tasks may wait. Throws
  // InvalidStateError if there are no more.
  //
  // A result is moved out of a Task, and copied from the others if it can be.
  Task<Result> Next() {
    Count();
    return TakeResult();
  }
  // The same, but returns the handle of what is over.
  Task<Handle> NextHandle() {
    Count();
    return TakeHandle();
  }

 private:
  void Count() {
    if (left_ == 0) {
      throw InvalidStateError(
          "Next() was called on an AsCompleted that has "
          "no more");
    }
    --left_;
  }

  Task<Handle> TakeHandle() {
    const size_t index = co_await arrivals_.Take();
    if (index == as_completed_internal::Arrivals::kTimedOut) {
      throw TimeoutError();
    }
    co_return handles_[index];
  }
  Task<Result> TakeResult() {
    const size_t index = co_await arrivals_.Take();
    if (index == as_completed_internal::Arrivals::kTimedOut) {
      throw TimeoutError();
    }
    if constexpr (std::is_void_v<Result>) {
      handles_[index].Result();
    } else {
      co_return combinators_internal::TakeValue<A>(handles_[index]);
    }
  }

  size_t left_;  // how many there are to ask for
  std::vector<Handle> handles_;
  as_completed_internal::Arrivals arrivals_;  // goes before the handles
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_AS_COMPLETED_H_
