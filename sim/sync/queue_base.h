// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `QueueBase`: what all queues do: put, get, wait, count, shut down. In which
// order items come out is up to the container that they are kept in.

#ifndef ORRERY_SIM_SYNC_QUEUE_BASE_H_
#define ORRERY_SIM_SYNC_QUEUE_BASE_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync/queue_shut_down.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

// `Items` has `Push(T)`, `T Pop()`, `size()` and `empty()`.
//
// As in asyncio, the one that is woken attempts again when it runs: whoever
// runs before it may find the item, or the room, first. What is cancelled after
// it was woken wakes the next one in its place.
template <typename T, typename Items>
class QueueBase : public SyncObject {
 public:
  static constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

  class [[nodiscard]] PutAwaiter : public OperationAwaiter<PutAwaiter> {
   public:
    PutAwaiter(QueueBase* queue, T item)
        : OperationAwaiter<PutAwaiter>(queue, AccessKind::kRelease),
          queue_(queue),
          item_(std::move(item)) {}

    void await_resume() const {
      ThrowIfCancelled();
      if (refused_) [[unlikely]]
        queue_->FailShutDown();
    }

    bool CanDo() const { return queue_->HasRoom() || queue_->shut_down_; }
    void Do(Simulation& simulation) {
      if (queue_->HasRoom()) [[likely]] {
        queue_->Add(simulation, std::move(item_));
      } else {
        refused_ = true;
      }
    }
    WaitKind wait_kind() const { return WaitKind::kQueuePut; }
    WaiterList& waiters() const { return queue_->putters_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken && queue_->HasRoom()) waiters().WakeFirst(simulation);
    }

   private:
    QueueBase* queue_;
    T item_;
    bool refused_ = false;
  };

  class [[nodiscard]] GetAwaiter : public OperationAwaiter<GetAwaiter> {
   public:
    explicit GetAwaiter(QueueBase* queue)
        : OperationAwaiter<GetAwaiter>(queue, AccessKind::kAcquire),
          queue_(queue) {}

    T await_resume() {
      ThrowIfCancelled();
      if (!item_.has_value()) [[unlikely]]
        queue_->FailShutDown();
      return *std::move(item_);
    }

    bool CanDo() const { return !queue_->empty() || queue_->shut_down_; }
    void Do(Simulation& simulation) {
      if (queue_->shut_down_ && queue_->empty()) [[unlikely]]
        return;
      item_.emplace(queue_->Take(simulation));
    }
    WaitKind wait_kind() const { return WaitKind::kQueueGet; }
    WaiterList& waiters() const { return queue_->getters_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken && !queue_->empty()) waiters().WakeFirst(simulation);
    }

   private:
    QueueBase* queue_;
    std::optional<T> item_;
  };

  class [[nodiscard]] JoinAwaiter : public OperationAwaiter<JoinAwaiter> {
   public:
    explicit JoinAwaiter(QueueBase* queue)
        : OperationAwaiter<JoinAwaiter>(queue, AccessKind::kWait),
          queue_(queue) {}

    void await_resume() const { ThrowIfCancelled(); }

    bool CanDo() const { return this->woken() || queue_->unfinished_ == 0; }
    void Do(Simulation&) const {}
    WaitKind wait_kind() const { return WaitKind::kEvent; }
    WaiterList& waiters() const { return queue_->joiners_; }
    void Withdrawn(Simulation&, bool) const {}

   private:
    QueueBase* queue_;
  };

  // Puts `item` in; waits while the queue is full. Throws QueueShutDown if the
  // queue is shut down, or is while the task waits.
  //   co_await queue.Put(1);
  PutAwaiter Put(T item) { return PutAwaiter(this, std::move(item)); }

  // Takes the next item; waits while there is none. Throws QueueShutDown if
  // there is none and the queue is shut down, or is while the task waits.
  //   int item = co_await queue.Get();
  GetAwaiter Get() { return GetAwaiter(this); }

  // Puts `item` in if there is room. Returns whether there was. Throws
  // QueueShutDown if the queue is shut down.
  bool TryPut(T item) {
    Simulation& simulation = Simulation::Current("Queue::TryPut");
    if (simulation.closing()) return false;  // by a destructor of the dead
    simulation.Accessed(*this, AccessKind::kRelease);
    if (shut_down_) FailShutDown();
    if (full()) return false;
    Add(simulation, std::move(item));
    return true;
  }

  // Takes the next item, if there is one. Throws QueueShutDown if there is none
  // and the queue is shut down.
  std::optional<T> TryGet() {
    Simulation& simulation = Simulation::Current("Queue::TryGet");
    simulation.Accessed(*this, AccessKind::kAcquire);
    if (empty()) {
      if (shut_down_) FailShutDown();
      return std::nullopt;
    }
    return Take(simulation);
  }

  // Says that one of the items that were put in has been dealt with. Throws
  // InvalidStateError if as many have been as were put in.
  void TaskDone() {
    Simulation& simulation = Simulation::Current("Queue::TaskDone");
    if (unfinished_ == 0) {
      throw InvalidStateError(
          absl::StrCat(ToString(),
                       ": TaskDone() was called more often than items were put "
                       "in"));
    }
    simulation.Accessed(*this, AccessKind::kSignal);
    if (--unfinished_ == 0) WakeAll(simulation, joiners_);
  }

  // Waits until all items that were put in have been dealt with, as `TaskDone`
  // tells; does not suspend if they have.
  //   co_await queue.Join();
  JoinAwaiter Join() { return JoinAwaiter(this); }

  // From now on nothing can be put in, and when there is nothing left nothing
  // can be taken out: who tries, or waits, is thrown QueueShutDown. `immediate`
  // drops what is left, which counts as dealt with.
  void Shutdown(bool immediate = false) {
    Simulation& simulation = Simulation::Current("Queue::Shutdown");
    simulation.Accessed(*this, AccessKind::kSignal);
    shut_down_ = true;
    room_ = 0;
    if (immediate) {
      while (!empty()) {
        items_.Pop();
        if (unfinished_ > 0) --unfinished_;
      }
      if (unfinished_ == 0) WakeAll(simulation, joiners_);
    }
    WakeAll(simulation, getters_);
    WakeAll(simulation, putters_);
  }

  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  bool full() const { return items_.size() >= capacity_; }
  size_t capacity() const { return capacity_; }
  // Returns how many items were put in and not dealt with.
  size_t Unfinished() const { return unfinished_; }
  bool IsShutDown() const { return shut_down_; }

 protected:
  // `arguments` are for the container.
  template <typename... Arguments>
  QueueBase(const char* type, size_t capacity, absl::string_view name,
            const SourceSite& site, Arguments&&... arguments)
      : SyncObject(type, name, site),
        room_(capacity),
        capacity_(capacity),
        items_(std::forward<Arguments>(arguments)...) {
    ORRERY_CHECK(capacity >= 1,
                 absl::StrCat("a ", type, " needs a capacity of at least 1"));
  }
  ~QueueBase() {
    Forsake(getters_);
    Forsake(putters_);
    Forsake(joiners_);
  }

 private:
  // Whether one more can be put in: never when it is shut down.
  bool HasRoom() const { return items_.size() < room_; }

  void Add(Simulation& simulation, T item) {
    items_.Push(std::move(item));
    ++unfinished_;
    getters_.WakeFirst(simulation);
  }

  T Take(Simulation& simulation) {
    T item = items_.Pop();
    putters_.WakeFirst(simulation);
    return item;
  }

  static void WakeAll(Simulation& simulation, WaiterList& waiters) {
    while (waiters.WakeFirst(simulation)) {
    }
  }

  [[noreturn]] void FailShutDown() const {
    throw QueueShutDown(absl::StrCat(ToString(), " is shut down"));
  }

  size_t room_;  // for how many items there is any
  size_t capacity_;
  Items items_;
  size_t unfinished_ = 0;
  bool shut_down_ = false;
  WaiterList getters_;
  WaiterList putters_;
  WaiterList joiners_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_QUEUE_BASE_H_
