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
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// The scheduler sees the `Candidate` in it. `order` is its place in first-in
// first-out order while it is ready, and the instant at which it is due while
// it is a pending timer.
struct Runnable : Candidate {
  enum class Place : uint8_t { kNowhere, kReady, kTimer, kWaiting };

  Runnable* next = nullptr;
  Runnable* prev = nullptr;
  uint32_t index = 0;     // among the candidates, while ready
  uint32_t children = 0;  // how many entities it has brought into being
  Place place = Place::kNowhere;
  // How many more trips to the back of the ready queue come before it runs. In
  // CPython a sleeper wakes in two trips: the timer fires, then the task runs.
  uint8_t hops = 0;

  TaskId number() const { return task; }
  SimTime due() const { return SimTime(static_cast<int64_t>(order)); }
  void set_due(SimTime due) { order = static_cast<uint64_t>(due.ns); }
};

// A list of runnables, first in, first out. It owns nothing. It is circular,
// so that it takes one pointer: there are many lists, and most are empty.
class RunnableList {
 public:
  bool empty() const { return head_ == nullptr; }
  Runnable* front() const { return head_; }
  // Returns the one after `node`, or null.
  Runnable* after(const Runnable* node) const {
    return node->next == head_ ? nullptr : node->next;
  }
  // Whether there is exactly one.
  bool single() const { return head_ != nullptr && head_->next == head_; }

  void PushBack(Runnable* node) {
    if (head_ == nullptr) {
      node->next = node->prev = head_ = node;
    } else {
      InsertBefore(head_, node);
    }
  }
  void PushFront(Runnable* node) {
    PushBack(node);
    head_ = node;
  }
  // Puts `node` before `position`, which is in the list; before the front one,
  // that is the back.
  void InsertBefore(Runnable* position, Runnable* node) {
    Runnable* before = position->prev;
    node->next = position;
    node->prev = before;
    before->next = node;
    position->prev = node;
  }
  void Remove(Runnable* node) {
    Runnable* following = node->next;
    if (following == node) {
      head_ = nullptr;
      return;
    }
    node->prev->next = following;
    following->prev = node->prev;
    if (head_ == node) head_ = following;
  }
  Runnable* PopFront() {
    Runnable* node = head_;
    Remove(node);
    return node;
  }
  // Calls `f` for each, front to back, and leaves the list empty. `f` may put
  // the runnable into another list.
  template <typename F>
  void Drain(F f) {
    Runnable* node = head_;
    if (node == nullptr) return;
    head_ = nullptr;
    const Runnable* last = node->prev;
    for (;;) {
      Runnable* following = node->next;
      const bool done = node == last;
      f(node);
      if (done) return;
      node = following;
    }
  }
  // Moves the front one to the back.
  void Rotate() { head_ = head_->next; }
  void Clear() { head_ = nullptr; }

 private:
  Runnable* head_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RUNNABLE_H_
