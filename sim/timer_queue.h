// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TimerQueue`: runnables by the instant at which they are due; among equal
// instants, in the order in which they were added.
//
// The clock never goes back, so this is a monotone radix structure (Ahuja,
// Mehlhorn, Orlin, Tarjan: "Faster algorithms for the shortest path problem",
// 1990) with 64-way digits: eleven levels cover all of int64. A timer hangs in
// the slot of the highest digit in which its deadline differs from the queue's
// own time. Adding and removing are O(1); taking moves a timer down at most
// once for each level. Lists are intrusive; nothing is allocated. Since a slot
// keeps the order of arrival and is emptied as a whole, ties need no sequence
// number.

#ifndef ORRERY_SIM_TIMER_QUEUE_H_
#define ORRERY_SIM_TIMER_QUEUE_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "orrery/base/sim_time.h"
#include "orrery/sim/runnable.h"

namespace orrery {

class TimerQueue {
 public:
  // Empties the queue and sets its time back to the beginning. Touches only
  // slots that hold something.
  void Reset();

  bool empty() const { return levels_in_use_ == 0 && past_.empty(); }

  // Returns an instant that is not after the earliest deadline;
  // `SimTime::Infinite()` if there is none.
  SimTime bound() const { return bound_; }

  // Adds `timer`, due at `due`; also if that has passed already.
  void Add(Runnable* timer, SimTime due) {
    timer->set_due(due);
    timer->place = Runnable::Place::kTimer;
    if (due < bound_) bound_ = due;
    if (due.ns < time_) [[unlikely]] {
      AddPast(timer);
      return;
    }
    Hang(timer);
  }

  // Calls `f` for each timer, in no order that means anything but always the
  // same. `f` must not change the queue.
  template <typename F>
  void ForEach(F f) const {
    auto all = [&f](const RunnableList& list) {
      for (Runnable* timer = list.front(); timer != nullptr;
           timer = list.after(timer)) {
        f(timer);
      }
    };
    all(past_);
    for (int level = 0; level < kLevels; ++level) {
      for (uint64_t left = occupied_[level]; left != 0; left &= left - 1) {
        all(slots_[level][std::countr_zero(left)]);
      }
    }
  }

  // Takes out `timer`, which is in the queue.
  void Remove(Runnable* timer);

  // Returns the earliest deadline; `SimTime::Infinite()` if there is none.
  SimTime Earliest();

  // Takes out all timers that are due at the earliest deadline and puts them
  // into `due`, which is empty, in the order in which they were added. Returns
  // that deadline. If it is after `limit`, or if there is none, takes nothing
  // and returns `SimTime::Infinite()`.
  SimTime TakeNext(SimTime limit, RunnableList& due);

 private:
  static constexpr int kBits = 6;
  static constexpr int kLevels = 11;
  static constexpr int kSlots = 1 << kBits;

  static constexpr auto kLevelOfBit = [] {
    std::array<uint8_t, 64> levels{};
    for (int bit = 0; bit < 64; ++bit) {
      levels[static_cast<size_t>(bit)] = static_cast<uint8_t>(bit / kBits);
    }
    return levels;
  }();

  int LevelOf(int64_t due) const {
    const uint64_t differing = static_cast<uint64_t>(due ^ time_) | 1;
    return kLevelOfBit[static_cast<size_t>(63 - std::countl_zero(differing))];
  }
  // The lowest level that holds anything. The slots are not all empty.
  int LowestLevel() const {
    if (levels_in_use_ == 0) __builtin_unreachable();
    return std::countr_zero(levels_in_use_);
  }
  static int SlotOf(int64_t due, int level) {
    return static_cast<int>(static_cast<uint64_t>(due) >> (level * kBits)) &
           (kSlots - 1);
  }

  void Hang(Runnable* timer) {
    const int level = LevelOf(timer->due().ns);
    const int slot = SlotOf(timer->due().ns, level);
    slots_[level][slot].PushBack(timer);
    occupied_[level] |= uint64_t{1} << slot;
    levels_in_use_ |= 1u << level;
  }
  void AddPast(Runnable* timer);
  SimTime TakePast(SimTime limit, RunnableList& due);
  void MarkEmpty(int level, int slot);

  int64_t time_ = 0;  // not after any deadline in the slots
  SimTime bound_ = SimTime::Infinite();
  uint32_t levels_in_use_ = 0;
  uint64_t occupied_[kLevels] = {};
  RunnableList past_;  // deadlines before `time_`, sorted
  RunnableList slots_[kLevels][kSlots];
};

}  // namespace orrery

#endif  // ORRERY_SIM_TIMER_QUEUE_H_
