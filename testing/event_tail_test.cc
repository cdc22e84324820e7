// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/event_tail.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/log.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

// Two workers that know nothing of each other.
Task<> Work(std::string text) {
  co_await Sleep(absl::Seconds(1));
  Log(text);
}
Task<> SpawnTwo() {
  JoinHandle<> one = Spawn("one", Work, "first");
  JoinHandle<> two = Spawn("two", Work, "second");
  co_await one;
  co_await two;
}

constexpr uint32_t kMain = 1, kOne = 2, kTwo = 3;

TEST(EventTailTest, TellsWhatATaskDid) {
  EventTail tail(100, nullptr);
  EXPECT_TRUE(Simulation({.trace = &tail}).Run(SpawnTwo).ok());
  EXPECT_THAT(
      tail.Last({kOne}, 10),
      ElementsAre(MatchesRegex("#[0-9]+ 0.000s one#2 sleeps until 1.000s "
                               "\\[testing/event_tail_test.cc:[0-9]+ Work\\]"),
                  MatchesRegex("#[0-9]+ 1.000s one#2 log: first \\[.*\\]"),
                  MatchesRegex("#[0-9]+ 1.000s one#2 ends"),
                  MatchesRegex("#[0-9]+ 1.000s one#2 wakes main#1")));
}

TEST(EventTailTest, AddsTheTasksThatOneHasStartedOrWaitedFor) {
  EventTail tail(100, nullptr);
  EXPECT_TRUE(Simulation({.trace = &tail}).Run(SpawnTwo).ok());
  EXPECT_THAT(
      tail.Last({kMain}, 100),
      testing::AllOf(testing::Contains(HasSubstr("one#2 log: first")),
                     testing::Contains(HasSubstr("two#3 log: second"))));
  EXPECT_THAT(tail.Last({kTwo}, 100),
              Not(testing::Contains(HasSubstr("one#"))));
}

TEST(EventTailTest, ReturnsTheLastOnesOnly) {
  EventTail tail(100, nullptr);
  EXPECT_TRUE(Simulation({.trace = &tail}).Run(SpawnTwo).ok());
  EXPECT_THAT(tail.Last({kOne}, 2),
              ElementsAre(HasSubstr("one#2 ends"), HasSubstr("one#2 wakes")));
  EXPECT_THAT(tail.Last({kOne}, 0), IsEmpty());
  EXPECT_THAT(tail.Last({}, 10), IsEmpty());
}

Task<> YieldOften(int times) {
  for (int i = 0; i < times; ++i) co_await Yield();
}

TEST(EventTailTest, RepetitionsMakeOneLine) {
  EventTail tail(100, nullptr);
  EXPECT_TRUE(Simulation({.trace = &tail}).Run(YieldOften, 50).ok());
  EXPECT_THAT(tail.Last({kMain}, 10),
              ElementsAre(MatchesRegex("#[0-9]+ 0.000s main#1 yields \\[.*\\] "
                                       "\\(the last of 50 times\\)"),
                          HasSubstr("main#1 ends")));
}

TEST(EventTailTest, RemembersTheEndOfALongRunOnly) {
  const int steps = static_cast<int>(EventTail::kSteps) + 1000;
  EventTail tail(static_cast<uint64_t>(steps) + 1, nullptr);
  EXPECT_TRUE(Simulation({.trace = &tail}).Run(YieldOften, steps).ok());
  const std::vector<std::string> last = tail.Last({kMain}, 10);
  ASSERT_THAT(last, SizeIs(2));
  EXPECT_THAT(last[0], HasSubstr("(the last of 5000 times)"));
}

TEST(EventTailTest, NamesWhatWasNamedBeforeTheEnd) {
  EventTail tail(EventTail::kSteps + 3, nullptr);
  event::Spawned worker;
  worker.id = TaskId(9);
  worker.name = "worker";
  tail.OnEvent({SimTime(), TaskId(1), worker});
  for (uint64_t i = 0; i < EventTail::kSteps + 3; ++i) {
    tail.OnEvent({SimTime(), TaskId(9), event::Resumed()});
  }
  tail.OnEvent({SimTime(5), TaskId(9), event::Finished()});
  EXPECT_THAT(tail.Last({9}, 10),
              ElementsAre("#5004 0.000000005s worker#9 ends"));
}

TEST(EventTailTest, SaysWhoHasAskedATaskToCancel) {
  EventTail tail(10, nullptr);
  tail.OnEvent({SimTime(), TaskId(7), event::CancelRequested{TaskId(9)}});
  tail.OnEvent({SimTime(), TaskId(), event::CancelRequested{TaskId(8)}});
  tail.OnEvent({SimTime(), TaskId(7), event::Finished()});
  tail.OnEvent({SimTime(), TaskId(9), event::Finished{.cancelled = true}});
  EXPECT_THAT(tail.Last({9}, 10),
              ElementsAre("#0 0.000s task#7 asks task#9 to cancel",
                          "#3 0.000s task#9 ends, cancelled"));
  EXPECT_THAT(tail.Last({8}, 10),
              ElementsAre("#1 0.000s loop asks task#8 to cancel"));
}

TEST(EventTailTest, ListsFaultsOfTheWholeRun) {
  EventTail tail(1'000'000, nullptr);
  tail.OnEvent({SimTime(2'000'000'000), TaskId(),
                event::Faulted{"partition {1}|{2,3}", NodeId()}});
  EXPECT_THAT(tail.faults(), ElementsAre("partition {1}|{2,3} at 2.000s"));
}

class CountingSink : public TraceSink {
 public:
  explicit CountingSink(TraceLevel level) : level_(level) {}
  TraceLevel level() const override { return level_; }
  void OnChoices(absl::Span<const Choice> made, const DigestPair&) override {
    choices += made.size();
  }
  void OnEvent(const TraceEvent&) override { ++events; }
  size_t choices = 0;
  size_t events = 0;

 private:
  TraceLevel level_;
};

TEST(EventTailTest, HandsOnWhatTheNextSinkWants) {
  CountingSink all(TraceLevel::kEvents);
  CountingSink choices(TraceLevel::kChoices);
  for (CountingSink* sink : {&all, &choices}) {
    EventTail tail(10, sink);
    const Choice choice = {.n = 2};
    tail.OnChoices({&choice, 1}, {});
    tail.OnEvent({SimTime(), TaskId(1), event::Resumed()});
    EXPECT_EQ(sink->choices, 1);
  }
  EXPECT_EQ(all.events, 1);
  EXPECT_EQ(choices.events, 0);
}

}  // namespace
}  // namespace orrery
