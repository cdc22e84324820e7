// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Queue<T>`: items in transit between tasks, first in, first out, as
// asyncio.Queue. Neither side suspends where it need not wait.

#ifndef ORRERY_SIM_SYNC_QUEUE_H_
#define ORRERY_SIM_SYNC_QUEUE_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync/ring_buffer.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

template <typename T>
class Queue : public SyncObject {
 public:
  static constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

  // `capacity` is at least 1. `name` is for reports.
  explicit Queue(size_t capacity = kUnbounded, absl::string_view name = "",
                 SourceSite site = SourceSite::current())
      : SyncObject("Queue", name, site), capacity_(capacity) {
    ORRERY_CHECK(capacity >= 1, "a Queue needs a capacity of at least 1");
  }
  ~Queue() {
    Forsake(getters_);
    Forsake(putters_);
  }

  class [[nodiscard]] PutAwaiter : public OperationAwaiter<PutAwaiter> {
   public:
    PutAwaiter(Queue* queue, T item)
        : OperationAwaiter<PutAwaiter>(queue, AccessKind::kRelease),
          queue_(queue),
          item_(std::move(item)) {}

    void await_resume() const {}

    bool CanDo() const { return !queue_->full(); }
    void Do(Simulation& simulation) {
      queue_->Add(simulation, std::move(item_));
    }
    WaitKind wait_kind() const { return WaitKind::kQueuePut; }
    RunnableList& waiters() const { return queue_->putters_; }

   private:
    Queue* queue_;
    T item_;
  };

  class [[nodiscard]] GetAwaiter : public OperationAwaiter<GetAwaiter> {
   public:
    explicit GetAwaiter(Queue* queue)
        : OperationAwaiter<GetAwaiter>(queue, AccessKind::kAcquire),
          queue_(queue) {}

    T await_resume() { return *std::move(item_); }

    bool CanDo() const { return !queue_->empty(); }
    void Do(Simulation& simulation) { item_.emplace(queue_->Take(simulation)); }
    WaitKind wait_kind() const { return WaitKind::kQueueGet; }
    RunnableList& waiters() const { return queue_->getters_; }

   private:
    Queue* queue_;
    std::optional<T> item_;
  };

  // Adds `item` at the end; waits while the queue is full.
  //   co_await queue.Put(1);
  PutAwaiter Put(T item) { return PutAwaiter(this, std::move(item)); }

  // Takes the first item; waits while there is none.
  //   int item = co_await queue.Get();
  GetAwaiter Get() { return GetAwaiter(this); }

  // Adds `item` if there is room. Returns whether there was.
  bool TryPut(T item) {
    Simulation& simulation = Simulation::Current("Queue::TryPut");
    simulation.Accessed(*this, AccessKind::kRelease);
    if (full()) return false;
    Add(simulation, std::move(item));
    return true;
  }

  // Takes the first item, if there is one.
  std::optional<T> TryGet() {
    Simulation& simulation = Simulation::Current("Queue::TryGet");
    simulation.Accessed(*this, AccessKind::kAcquire);
    if (empty()) return std::nullopt;
    return Take(simulation);
  }

  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  bool full() const { return items_.size() >= capacity_; }

 private:
  void Add(Simulation& simulation, T item) {
    items_.PushBack(std::move(item));
    WakeFirst(simulation, getters_);
  }

  T Take(Simulation& simulation) {
    T item = items_.PopFront();
    WakeFirst(simulation, putters_);
    return item;
  }

  // The one that is woken attempts again when it runs, as in asyncio: whoever
  // runs before it may find the item first.
  static void WakeFirst(Simulation& simulation, RunnableList& waiters) {
    // In the end the tasks are destroyed before the objects of their elders.
    if (waiters.empty() || simulation.closing()) return;
    simulation.WakeToAttempt(static_cast<TaskState*>(waiters.PopFront()));
  }

  size_t capacity_;
  RingBuffer<T> items_;
  RunnableList getters_;
  RunnableList putters_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_QUEUE_H_
