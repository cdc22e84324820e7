// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReadyQueue`: what could run now. It is a first-in first-out list and, if the
// policy chooses the order, an array of candidates beside it, from which any
// element can be taken in constant time.
//
// `candidates()[0]` is always the first candidate, so that index 0 means "go on
// first in, first out"; the order of the others follows from what was taken
// before. Notices take their turn between them, and are no candidates.

#ifndef ORRERY_SIM_READY_QUEUE_H_
#define ORRERY_SIM_READY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "orrery/base/access.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/pause_gate.h"
#include "orrery/sim/runnable.h"

namespace orrery {

class ReadyQueue {
 public:
  // Empties the queue. `ordered`: whether candidates are wanted.
  void Reset(bool ordered) {
    list_.Clear();
    notices_.Clear();
    size_ = 0;
    ordered_ = ordered;
    next_order_ = kFirstOrder;
    gate_ = nullptr;
  }

  // From now on, what `gate` holds goes there; null: nothing does.
  void set_gate(PauseGate* gate) { gate_ = gate; }

  bool empty() const { return list_.empty() && notices_.empty(); }
  bool ordered() const { return ordered_; }
  // Returns what first-in first-out order would run next; null if it is empty.
  Runnable* front() const {
    Runnable* head = list_.front();
    if (!notices_.empty()) [[unlikely]] {
      Runnable* notice = notices_.front();
      if (head == nullptr || notice->order < head->order) return notice;
    }
    return head;
  }
  // Greater than the order of everything that is in the queue.
  uint64_t next_order() const { return next_order_; }

  // Adds `node`, whose next step has not declared what it touches.
  void PushBack(Runnable* node) {
    node->object = ObjectKey();
    node->access_kind = AccessKind::kNone;
    Append(node);
  }
  void PushBack(Runnable* node, Access next) {
    node->object = next.object;
    node->access_kind = next.kind;
    Append(node);
  }

  // Puts `node` before all others: it is what first-in first-out order would
  // run next. Only in an ordered queue that is not empty.
  void PushFront(Runnable* node, Access next) {
    node->object = next.object;
    node->access_kind = next.kind;
    if (IsHeld(node)) [[unlikely]] {
      gate_->Keep(node);
      return;
    }
    node->place = Runnable::Place::kReady;
    node->order = front()->order - 1;
    list_.PushFront(node);
    AddCandidate(node);
    MoveToFront(node);
  }

  // Adds a notice: it takes its turn, and is no candidate.
  void PushNotice(Notice* notice) {
    notice->place = Runnable::Place::kReady;
    notice->order = next_order_++;
    (ordered_ ? notices_ : list_).PushBack(notice);
  }

  // The same for a queue of which it is known whether it is ordered.
  template <bool kOrdered>
  Runnable* Front() const {
    return kOrdered ? front() : list_.front();
  }
  // Takes the front one, which is no notice.
  template <bool kOrdered>
  void Pop(Runnable* head) {
    list_.Remove(head);
    head->place = Runnable::Place::kNowhere;
    if (kOrdered) DropCandidate(head->index);
  }

  Runnable* PopFront() {
    Runnable* node = front();
    Remove(node);
    return node;
  }

  // Takes the candidate at `index`. Only if there are at least two.
  Runnable* Take(size_t index) {
    Runnable* node = at(index);
    list_.Remove(node);
    node->place = Runnable::Place::kNowhere;
    DropCandidate(static_cast<uint32_t>(index));
    return node;
  }

  void Remove(Runnable* node) {
    if (node->place == Runnable::Place::kHeld) [[unlikely]] {
      gate_->Remove(node);
      return;
    }
    node->place = Runnable::Place::kNowhere;
    if (!ordered_) {
      list_.Remove(node);
    } else if (node->is_notice()) [[unlikely]] {
      notices_.Remove(node);
    } else {
      list_.Remove(node);
      DropCandidate(node->index);
    }
  }

  // Moves the head, which is no notice, to the back; it keeps the access it
  // declared.
  void RotateFront() {
    list_.front()->order = next_order_++;
    list_.Rotate();
    if (size_ > 1) MoveToFront(list_.front());
  }
  // Calls `f` for each whose order is at least `order`, front to back, but for
  // notices.
  template <typename F>
  void ForEachFrom(uint64_t order, F f) const {
    const Runnable* first = nullptr;
    for (const Runnable* node = list_.back();
         node != nullptr && node->order >= order; node = list_.before(node)) {
      first = node;
    }
    for (; first != nullptr; first = list_.after(first)) {
      if (!first->is_notice()) f(first);
    }
  }
  // Calls `f` for each but notices, front to back. `f` may remove it.
  template <typename F>
  void ForEach(F f) {
    for (Runnable* node = list_.front(); node != nullptr;) {
      Runnable* following = list_.after(node);
      if (!node->is_notice()) f(node);
      node = following;
    }
  }
  // Returns the first notice, or null. Only in an ordered queue.
  Notice* FirstNotice() const { return static_cast<Notice*>(notices_.front()); }

  // How many candidates there are. Only in an ordered queue, as the next two.
  size_t size() const { return size_; }
  // Only if there are at least two.
  Candidates candidates() const { return {candidates_.get(), size_}; }
  Runnable* at(size_t index) const {
    return static_cast<Runnable*>(candidates_[index]);
  }

 private:
  // Room below it for what is put in front.
  static constexpr uint64_t kFirstOrder = uint64_t{1} << 63;

  bool IsHeld(const Runnable* node) const {
    return gate_ != nullptr && gate_->Holds(node->node);
  }

  void Append(Runnable* node) {
    if (IsHeld(node)) [[unlikely]] {
      gate_->Keep(node);
      return;
    }
    node->place = Runnable::Place::kReady;
    node->order = next_order_++;
    list_.PushBack(node);
    if (ordered_) AddCandidate(node);
  }

  // One alone is nothing to choose from, so it does not stand in the array.
  void AddCandidate(Runnable* node) {
    if (size_++ == 0) return;
    if (size_ > capacity_) [[unlikely]]
      Grow();
    if (size_ == 2) Put(0, node->prev);  // the other one: the list is a ring
    Put(size_ - 1, node);
  }

  void DropCandidate(uint32_t index) {
    if (--size_ <= 1) return;
    Put(index, candidates_[size_]);
    MoveToFront(list_.front());
  }

  void MoveToFront(Runnable* node) {
    Put(node->index, candidates_[0]);
    Put(0, node);
  }

  void Put(uint32_t index, Candidate* candidate) {
    candidates_[index] = candidate;
    static_cast<Runnable*>(candidate)->index = index;
  }

  void Grow();

  RunnableList list_;
  RunnableList notices_;  // apart from the candidates, if it is ordered
  bool ordered_ = false;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
  uint64_t next_order_ = kFirstOrder;
  PauseGate* gate_ = nullptr;
  std::unique_ptr<Candidate*[]> candidates_;  // the first `size_` are in use
};

}  // namespace orrery

#endif  // ORRERY_SIM_READY_QUEUE_H_
