// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Runnable`: the node by which the event loop knows whatever can run. A task,
// a posted callback and a timer each begin with one. At any time it is linked
// into at most one list: ready, pending timers, or the waiters of an object.

#ifndef ORRERY_SIM_RUNNABLE_H_
#define ORRERY_SIM_RUNNABLE_H_

#include <cstdint>

#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"

namespace orrery {

struct Runnable {
  enum class Place : uint8_t { kNowhere, kReady, kTimer, kWaiting };

  Runnable* next = nullptr;
  Runnable* prev = nullptr;
  // While a timer: the instant at which it is due. While ready: the place in
  // first-in first-out order.
  int64_t key = 0;
  EntityId id;
  TaskId number;
  uint32_t index = 0;  // into the candidates, while ready
  EntityKind kind = EntityKind::kTask;
  Place place = Place::kNowhere;
  // How many more trips to the back of the ready queue come before it runs. In
  // CPython a sleeper wakes in two trips: the timer fires, then the task runs.
  uint8_t hops = 0;
  // Tasks only: the main task, whose end ends the run.
  bool is_main = false;
  uint32_t children = 0;  // how many entities it has brought into being

  SimTime due() const { return SimTime(key); }
};

// A doubly linked list of runnables, first in, first out. It owns nothing.
class RunnableList {
 public:
  bool empty() const { return head_ == nullptr; }
  Runnable* front() const { return head_; }

  void PushBack(Runnable* node) {
    node->next = nullptr;
    node->prev = tail_;
    (tail_ != nullptr ? tail_->next : head_) = node;
    tail_ = node;
  }
  void PushFront(Runnable* node) {
    node->prev = nullptr;
    node->next = head_;
    (head_ != nullptr ? head_->prev : tail_) = node;
    head_ = node;
  }
  // Puts `node` before `position`, which is in the list.
  void InsertBefore(Runnable* position, Runnable* node) {
    node->next = position;
    node->prev = position->prev;
    (position->prev != nullptr ? position->prev->next : head_) = node;
    position->prev = node;
  }
  void Remove(Runnable* node) {
    (node->prev != nullptr ? node->prev->next : head_) = node->next;
    (node->next != nullptr ? node->next->prev : tail_) = node->prev;
  }
  Runnable* PopFront() {
    Runnable* node = head_;
    head_ = node->next;
    (head_ != nullptr ? head_->prev : tail_) = nullptr;
    return node;
  }
  void Clear() { head_ = tail_ = nullptr; }

 private:
  Runnable* head_ = nullptr;
  Runnable* tail_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RUNNABLE_H_
