// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/timer_queue.h"

#include <algorithm>

namespace orrery {

void TimerQueue::Reset() {
  while (levels_in_use_ != 0) {
    const int level = LowestLevel();
    while (occupied_[level] != 0) {
      const int slot = std::countr_zero(occupied_[level]);
      slots_[level][slot].Clear();
      MarkEmpty(level, slot);
    }
  }
  past_.Clear();
  time_ = 0;
  bound_ = SimTime::Infinite();
}

void TimerQueue::MarkEmpty(int level, int slot) {
  occupied_[level] &= ~(uint64_t{1} << slot);
  if (occupied_[level] == 0) levels_in_use_ &= ~(1u << level);
}

void TimerQueue::AddPast(Runnable* timer) {
  Runnable* later = past_.front();
  while (later != nullptr && later->key <= timer->key) later = later->next;
  if (later == nullptr) {
    past_.PushBack(timer);
  } else {
    past_.InsertBefore(later, timer);
  }
}

void TimerQueue::Remove(Runnable* timer) {
  timer->place = Runnable::Place::kNowhere;
  if (timer->key < time_) {
    past_.Remove(timer);
  } else {
    const int level = LevelOf(timer->key);
    const int slot = SlotOf(timer->key, level);
    slots_[level][slot].Remove(timer);
    if (slots_[level][slot].empty()) MarkEmpty(level, slot);
  }
  if (empty()) bound_ = SimTime::Infinite();
}

SimTime TimerQueue::Earliest() {
  if (!past_.empty()) return past_.front()->due();
  if (levels_in_use_ == 0) return SimTime::Infinite();
  const int level = LowestLevel();
  const Runnable* timer =
      slots_[level][std::countr_zero(occupied_[level])].front();
  int64_t earliest = timer->key;
  if (level > 0) {
    for (; timer != nullptr; timer = timer->next) {
      earliest = std::min(earliest, timer->key);
    }
  }
  bound_ = SimTime(earliest);
  return bound_;
}

RunnableList& TimerQueue::Advance() {
  const int level = LowestLevel();
  const int slot = std::countr_zero(occupied_[level]);
  RunnableList& list = slots_[level][slot];
  if (level == 0) return list;
  // Everything else is later than this slot. With the queue's time set to the
  // earliest deadline in it, all timers with that deadline fall into one slot
  // of the lowest level, in the order in which they hang here.
  const SimTime earliest = Earliest();
  Runnable* timer = list.front();
  list.Clear();
  MarkEmpty(level, slot);
  time_ = earliest.ns;
  while (timer != nullptr) {
    Runnable* next = timer->next;
    Hang(timer);
    timer = next;
  }
  return slots_[0][SlotOf(time_, 0)];
}

Runnable* TimerQueue::TakeDue(SimTime now) {
  if (!past_.empty()) [[unlikely]] {
    Runnable* timer = past_.front();
    if (timer->due() > now) return nullptr;
    past_.PopFront();
    timer->place = Runnable::Place::kNowhere;
    UpdateBound();
    return timer;
  }
  if (levels_in_use_ == 0) return nullptr;
  // The usual case: one timer in its slot, wherever that is.
  const int level = LowestLevel();
  const int slot = std::countr_zero(occupied_[level]);
  RunnableList& first = slots_[level][slot];
  Runnable* timer = first.front();
  if (timer->next == nullptr) {
    if (timer->due() > now) {
      bound_ = timer->due();
      return nullptr;
    }
    first.Clear();
    MarkEmpty(level, slot);
    time_ = timer->key;
  } else {
    if (Earliest() > now) return nullptr;
    RunnableList& list = Advance();
    timer = list.PopFront();
    time_ = timer->key;
    if (list.empty()) MarkEmpty(0, SlotOf(time_, 0));
  }
  timer->place = Runnable::Place::kNowhere;
  UpdateBound();
  return timer;
}

void TimerQueue::UpdateBound() {
  if (!past_.empty()) {
    bound_ = past_.front()->due();
    return;
  }
  if (levels_in_use_ == 0) {
    bound_ = SimTime::Infinite();
    return;
  }
  const int level = LowestLevel();
  const int slot = std::countr_zero(occupied_[level]);
  const int shift = level * kBits;
  // The first instant that belongs to the slot: the digits of `time_` above
  // this level, this level's digit, and zeros. The top level has four bits.
  const uint64_t above =
      shift + kBits >= 64
          ? 0
          : static_cast<uint64_t>(time_) >> (shift + kBits) << (shift + kBits);
  bound_ = SimTime(
      static_cast<int64_t>(above | static_cast<uint64_t>(slot) << shift));
}

}  // namespace orrery
