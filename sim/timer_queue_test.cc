// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/timer_queue.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
  Runnable* TakeFirst() {
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

// What `TakeNext` gives, as a vector.
std::vector<Runnable*> Take(TimerQueue& queue, int64_t limit) {
  RunnableList due;
  queue.TakeNext(SimTime(limit), due);
  std::vector<Runnable*> taken;
  while (!due.empty()) taken.push_back(due.PopFront());
  return taken;
}

TEST(TimerQueueTest, GivesTimersInTheOrderOfTheirDeadlines) {
  TimerQueue queue;
  Runnable a, b, c;
  queue.Add(&a, SimTime(3'000'000'000));
  queue.Add(&b, SimTime(1));
  queue.Add(&c, SimTime(70));
  EXPECT_EQ(queue.Earliest(), SimTime(1));
  EXPECT_THAT(Take(queue, 0), IsEmpty());
  EXPECT_THAT(Take(queue, 100), ElementsAre(&b));
  EXPECT_THAT(Take(queue, 100), ElementsAre(&c));
  EXPECT_THAT(Take(queue, 100), IsEmpty());
  EXPECT_THAT(Take(queue, 3'000'000'000), ElementsAre(&a));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.Earliest(), SimTime::Infinite());
}

TEST(TimerQueueTest, SaysWhenWhatItGaveWasDue) {
  TimerQueue queue;
  Runnable timer;
  RunnableList due;
  queue.Add(&timer, SimTime(70));
  EXPECT_EQ(queue.TakeNext(SimTime(69), due), SimTime::Infinite());
  EXPECT_EQ(queue.TakeNext(SimTime(100), due), SimTime(70));
  EXPECT_EQ(due.PopFront(), &timer);
  EXPECT_EQ(queue.TakeNext(SimTime(100), due), SimTime::Infinite());
}

TEST(TimerQueueTest, EqualDeadlinesAreFirstInFirstOut) {
  TimerQueue queue;
  Runnable timers[100];
  std::vector<Runnable*> expected;
  Runnable later;
  queue.Add(&later, SimTime(1'000'001));
  for (Runnable& timer : timers) {
    queue.Add(&timer, SimTime(1'000'000));
    expected.push_back(&timer);
  }
  EXPECT_EQ(Take(queue, 2'000'000), expected);
  EXPECT_THAT(Take(queue, 2'000'000), ElementsAre(&later));
}

TEST(TimerQueueTest, DeadlinesThatHavePassedComeFirst) {
  TimerQueue queue;
  Runnable first, late, later, latest, now;
  queue.Add(&first, SimTime(1000));
  EXPECT_THAT(Take(queue, 1000), ElementsAre(&first));
  queue.Add(&now, SimTime(1000));
  queue.Add(&later, SimTime(900));
  queue.Add(&late, SimTime(800));
  queue.Add(&latest, SimTime(900));
  EXPECT_THAT(Take(queue, 1000), ElementsAre(&late));
  EXPECT_THAT(Take(queue, 1000), ElementsAre(&later, &latest));
  EXPECT_THAT(Take(queue, 1000), ElementsAre(&now));
}

TEST(TimerQueueTest, LookingAheadDoesNotKeepEarlierTimersOut) {
  TimerQueue queue;
  Runnable far, near;
  queue.Add(&far, SimTime(1'000'000));
  EXPECT_EQ(queue.Earliest(), SimTime(1'000'000));
  EXPECT_THAT(Take(queue, 10), IsEmpty());
  queue.Add(&near, SimTime(20));
  EXPECT_THAT(Take(queue, 20), ElementsAre(&near));
  EXPECT_THAT(Take(queue, 1'000'000), ElementsAre(&far));
}

TEST(TimerQueueTest, TheLastInstantCanBeSet) {
  TimerQueue queue;
  Runnable timer;
  const int64_t last = SimTime::Infinite().ns - 1;
  queue.Add(&timer, SimTime(last));
  EXPECT_THAT(Take(queue, 1'000'000'000'000), IsEmpty());
  EXPECT_THAT(Take(queue, last), ElementsAre(&timer));
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
        RunnableList due;
        const SimTime at = queue.TakeNext(SimTime(now), due);
        if (expected.Earliest().ns > now) {
          ASSERT_EQ(at, SimTime::Infinite());
          ASSERT_TRUE(due.empty());
          continue;
        }
        ASSERT_EQ(at, expected.Earliest()) << "operation " << i;
        while (expected.Earliest() == at) {
          ASSERT_FALSE(due.empty()) << "operation " << i;
          Runnable* timer = due.PopFront();
          ASSERT_EQ(timer, expected.TakeFirst()) << "operation " << i;
          pending.erase(std::find(pending.begin(), pending.end(), timer));
          idle.push_back(timer);
        }
        ASSERT_TRUE(due.empty());
      }
    }
    queue.Reset();
    EXPECT_TRUE(queue.empty());
  }
}

}  // namespace
}  // namespace orrery
