// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReadyQueue`: what could run now. It is a first-in first-out list and, if the
// policy chooses the order, an array of candidates beside it, from which any
// element can be taken in constant time.
//
// `candidates()[0]` is always the head of the list, so that index 0 means "go
// on first in, first out"; the order of the others follows from what was taken
// before.

#ifndef ORRERY_SIM_READY_QUEUE_H_
#define ORRERY_SIM_READY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/runnable.h"

namespace orrery {

class ReadyQueue {
 public:
  // Empties the queue. `ordered`: whether candidates are wanted.
  void Reset(bool ordered) {
    list_.Clear();
    size_ = 0;
    ordered_ = ordered;
    next_key_ = 0;
  }

  bool empty() const { return list_.empty(); }
  bool ordered() const { return ordered_; }
  Runnable* front() const { return list_.front(); }
  // Greater than the key of everything that is in the queue.
  int64_t next_key() const { return next_key_; }

  void PushBack(Runnable* node, Access next) {
    node->place = Runnable::Place::kReady;
    node->key = next_key_++;
    list_.PushBack(node);
    if (ordered_) AddCandidate(node, next);
  }

  // Puts `node` before all others: it is what first-in first-out order would
  // run next. Only in an ordered queue that is not empty.
  void PushFront(Runnable* node, Access next) {
    node->place = Runnable::Place::kReady;
    node->key = list_.front()->key - 1;
    list_.PushFront(node);
    AddCandidate(node, next);
    Swap(0, node->index);
  }

  Runnable* PopFront() {
    Runnable* node = list_.PopFront();
    node->place = Runnable::Place::kNowhere;
    if (ordered_) DropCandidate(node->index);
    return node;
  }

  // Takes the candidate at `index`.
  Runnable* Take(size_t index) {
    Runnable* node = runnables_[index];
    Remove(node);
    return node;
  }

  void Remove(Runnable* node) {
    list_.Remove(node);
    node->place = Runnable::Place::kNowhere;
    if (ordered_) DropCandidate(node->index);
  }

  // Moves the head to the back; it keeps the access it declared.
  void RotateFront() {
    Runnable* node = list_.PopFront();
    node->key = next_key_++;
    list_.PushBack(node);
    if (!ordered_) return;
    candidates_[node->index].order = Order(node);
    Swap(0, list_.front()->index);
  }

  // Only in an ordered queue.
  absl::Span<const Candidate> candidates() const {
    return {candidates_.data(), size_};
  }
  Runnable* at(size_t index) const { return runnables_[index]; }

 private:
  // Keys start below zero only for what was put in front; candidates carry them
  // shifted so that they compare as unsigned numbers.
  static uint64_t Order(const Runnable* node) {
    return static_cast<uint64_t>(node->key) + (uint64_t{1} << 63);
  }

  void AddCandidate(Runnable* node, Access next) {
    if (size_ == candidates_.size()) [[unlikely]]
      Grow();
    const size_t index = size_++;
    node->index = static_cast<uint32_t>(index);
    runnables_[index] = node;
    Candidate& added = candidates_[index];
    added.id = node->id;
    added.object = next.object;
    added.order = Order(node);
    added.task = node->number;
    added.kind = node->kind;
    added.access_kind = next.kind;
  }

  void DropCandidate(size_t index) {
    const size_t last = --size_;
    if (index != last) {
      candidates_[index] = candidates_[last];
      runnables_[index] = runnables_[last];
      runnables_[index]->index = static_cast<uint32_t>(index);
    }
    if (Runnable* head = list_.front(); head != nullptr && head->index != 0) {
      Swap(0, head->index);
    }
  }

  void Grow() {
    const size_t larger = candidates_.empty() ? 64 : 2 * candidates_.size();
    candidates_.resize(larger);
    runnables_.resize(larger);
  }

  void Swap(size_t a, size_t b) {
    if (a == b) return;
    std::swap(candidates_[a], candidates_[b]);
    std::swap(runnables_[a], runnables_[b]);
    runnables_[a]->index = static_cast<uint32_t>(a);
    runnables_[b]->index = static_cast<uint32_t>(b);
  }

  RunnableList list_;
  bool ordered_ = false;
  int64_t next_key_ = 0;
  // Grown by hand: the first `size_` elements are in use.
  size_t size_ = 0;
  std::vector<Candidate> candidates_;
  std::vector<Runnable*> runnables_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_READY_QUEUE_H_
