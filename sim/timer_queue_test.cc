// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/timer_queue.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/prng.h"

namespace orrery {
namespace {

// What the queue must be equal to: a list sorted by deadline and arrival.
class SortedList {
 public:
  void Add(Runnable* timer, int64_t due) {
    const Entry entry = {due, next_++, timer};
    entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry),
                    entry);
  }
  void Remove(Runnable* timer) {
    entries_.erase(
        std::find_if(entries_.begin(), entries_.end(),
                     [&](const Entry& e) { return e.timer == timer; }));
  }
  Runnable* TakeDue(int64_t now) {
    if (entries_.empty() || entries_.front().due > now) return nullptr;
    Runnable* timer = entries_.front().timer;
    entries_.pop_front();
    return timer;
  }
  SimTime Earliest() const {
    return entries_.empty() ? SimTime::Infinite()
                            : SimTime(entries_.front().due);
  }

 private:
  struct Entry {
    int64_t due;
    uint64_t order;
    Runnable* timer;
    bool operator<(const Entry& other) const {
      return due != other.due ? due < other.due : order < other.order;
    }
  };
  std::deque<Entry> entries_;
  uint64_t next_ = 0;
};

TEST(TimerQueueTest, GivesTimersInTheOrderOfTheirDeadlines) {
  TimerQueue queue;
  Runnable a, b, c;
  queue.Add(&a, SimTime(3'000'000'000));
  queue.Add(&b, SimTime(1));
  queue.Add(&c, SimTime(70));
  EXPECT_EQ(queue.Earliest(), SimTime(1));
  EXPECT_EQ(queue.TakeDue(SimTime(0)), nullptr);
  EXPECT_EQ(queue.TakeDue(SimTime(100)), &b);
  EXPECT_EQ(queue.TakeDue(SimTime(100)), &c);
  EXPECT_EQ(queue.TakeDue(SimTime(100)), nullptr);
  EXPECT_EQ(queue.TakeDue(SimTime(3'000'000'000)), &a);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.Earliest(), SimTime::Infinite());
}

TEST(TimerQueueTest, EqualDeadlinesAreFirstInFirstOut) {
  TimerQueue queue;
  Runnable timers[100];
  for (Runnable& timer : timers) queue.Add(&timer, SimTime(1'000'000));
  for (Runnable& timer : timers) {
    EXPECT_EQ(queue.TakeDue(SimTime(1'000'000)), &timer);
  }
}

TEST(TimerQueueTest, DeadlinesThatHavePassedComeFirst) {
  TimerQueue queue;
  Runnable first, late, later, now;
  queue.Add(&first, SimTime(1000));
  EXPECT_EQ(queue.TakeDue(SimTime(1000)), &first);
  queue.Add(&now, SimTime(1000));
  queue.Add(&later, SimTime(900));
  queue.Add(&late, SimTime(800));
  EXPECT_EQ(queue.TakeDue(SimTime(1000)), &late);
  EXPECT_EQ(queue.TakeDue(SimTime(1000)), &later);
  EXPECT_EQ(queue.TakeDue(SimTime(1000)), &now);
}

TEST(TimerQueueTest, LookingAheadDoesNotKeepEarlierTimersOut) {
  TimerQueue queue;
  Runnable far, near;
  queue.Add(&far, SimTime(1'000'000));
  EXPECT_EQ(queue.Earliest(), SimTime(1'000'000));
  EXPECT_EQ(queue.TakeDue(SimTime(10)), nullptr);
  queue.Add(&near, SimTime(20));
  EXPECT_EQ(queue.TakeDue(SimTime(20)), &near);
  EXPECT_EQ(queue.TakeDue(SimTime(1'000'000)), &far);
}

TEST(TimerQueueTest, TheLatestInstantCanBeSet) {
  TimerQueue queue;
  Runnable timer;
  queue.Add(&timer, SimTime::Infinite());
  EXPECT_EQ(queue.TakeDue(SimTime(1'000'000'000'000)), nullptr);
  EXPECT_EQ(queue.TakeDue(SimTime::Infinite()), &timer);
}

// Delays of many sizes, ties, removals, and instants that have passed.
TEST(TimerQueueTest, EqualsASortedListOverRandomOperations) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Prng prng(seed);
    TimerQueue queue;
    SortedList expected;
    std::vector<Runnable> timers(200);
    std::vector<Runnable*> idle;
    std::vector<Runnable*> pending;
    for (Runnable& timer : timers) idle.push_back(&timer);
    int64_t now = 0;
    for (int i = 0; i < 20'000; ++i) {
      const uint64_t what = prng.Below(10);
      if (what < 5 && !idle.empty()) {
        Runnable* timer = idle.back();
        idle.pop_back();
        const int64_t delay =
            static_cast<int64_t>(prng.Below(uint64_t{1} << prng.Below(40)));
        const int64_t due = now + delay - (prng.Below(8) == 0 ? 50 : 0);
        queue.Add(timer, SimTime(due));
        expected.Add(timer, due);
        pending.push_back(timer);
      } else if (what == 5 && !pending.empty()) {
        const size_t which = prng.Below(pending.size());
        Runnable* timer = pending[which];
        pending.erase(pending.begin() + static_cast<ptrdiff_t>(which));
        queue.Remove(timer);
        expected.Remove(timer);
        idle.push_back(timer);
      } else {
        if (prng.Below(2) == 0 && expected.Earliest() != SimTime::Infinite()) {
          ASSERT_EQ(queue.Earliest(), expected.Earliest());
          now = std::max(now, expected.Earliest().ns);
        }
        ASSERT_LE(queue.bound(), expected.Earliest());
        Runnable* timer = queue.TakeDue(SimTime(now));
        ASSERT_EQ(timer, expected.TakeDue(now)) << "operation " << i;
        if (timer != nullptr) {
          pending.erase(std::find(pending.begin(), pending.end(), timer));
          idle.push_back(timer);
        }
      }
    }
    queue.Reset();
    EXPECT_TRUE(queue.empty());
  }
}

}  // namespace
}  // namespace orrery
