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
  for (Runnable* later = past_.front(); later != nullptr;
       later = past_.after(later)) {
    if (later->due() <= timer->due()) continue;
    if (later == past_.front()) {
      past_.PushFront(timer);
    } else {
      past_.InsertBefore(later, timer);
    }
    return;
  }
  past_.PushBack(timer);
}

void TimerQueue::Remove(Runnable* timer) {
  timer->place = Runnable::Place::kNowhere;
  if (timer->due().ns < time_) {
    past_.Remove(timer);
  } else {
    const int level = LevelOf(timer->due().ns);
    const int slot = SlotOf(timer->due().ns, level);
    slots_[level][slot].Remove(timer);
    if (slots_[level][slot].empty()) MarkEmpty(level, slot);
  }
  if (empty()) bound_ = SimTime::Infinite();
}

SimTime TimerQueue::Earliest() {
  if (!past_.empty()) return past_.front()->due();
  if (levels_in_use_ == 0) return SimTime::Infinite();
  const int level = LowestLevel();
  const RunnableList& list = slots_[level][std::countr_zero(occupied_[level])];
  SimTime earliest = list.front()->due();
  if (level > 0) {
    for (const Runnable* timer = list.after(list.front()); timer != nullptr;
         timer = list.after(timer)) {
      earliest = std::min(earliest, timer->due());
    }
  }
  bound_ = earliest;
  return earliest;
}

SimTime TimerQueue::TakePast(SimTime limit, RunnableList& due) {
  const SimTime earliest = past_.front()->due();
  if (earliest > limit) return SimTime::Infinite();
  while (!past_.empty() && past_.front()->due() == earliest) {
    due.PushBack(past_.PopFront());
  }
  bound_ = empty() ? SimTime::Infinite() : After(earliest, 1);
  return earliest;
}

SimTime TimerQueue::TakeNext(SimTime limit, RunnableList& due) {
  if (!past_.empty()) [[unlikely]]
    return TakePast(limit, due);
  if (levels_in_use_ == 0) return SimTime::Infinite();
  // Everything else is later than what hangs in this slot.
  const int level = LowestLevel();
  const int slot = std::countr_zero(occupied_[level]);
  RunnableList& list = slots_[level][slot];
  Runnable* first = list.front();
  SimTime earliest = first->due();
  bool tied = true;
  if (level > 0 && !list.single()) {
    for (const Runnable* timer = list.after(first); timer != nullptr;
         timer = list.after(timer)) {
      tied = tied && timer->due() == earliest;
      earliest = std::min(earliest, timer->due());
    }
  }
  if (earliest > limit) {
    bound_ = earliest;
    return SimTime::Infinite();
  }
  RunnableList taken = list;
  list.Clear();
  MarkEmpty(level, slot);
  time_ = earliest.ns;
  if (tied) {
    due = taken;
  } else {
    // With the queue's time moved on, the others hang further down.
    taken.Drain([&](Runnable* timer) {
      if (timer->due() == earliest) {
        due.PushBack(timer);
      } else {
        Hang(timer);
      }
    });
  }
  bound_ = levels_in_use_ == 0 ? SimTime::Infinite() : After(earliest, 1);
  return earliest;
}

}  // namespace orrery
