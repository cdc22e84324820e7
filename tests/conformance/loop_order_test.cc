// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The event loop against asyncio's: when callbacks and timers run, and in which
// order. Where CPython's tests call the loop from outside, so do these.

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/progress.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Words = std::vector<std::string>;

// A loop that the test drives.
class LoopTest : public testing::Test {
 protected:
  Simulation loop_;
  Simulation::Scope scope_{loop_};
  Words words_;

  // Returns a callback that says `word`.
  auto Say(std::string word) {
    return [this, word] { words_.push_back(word); };
  }
};

// ---- Callbacks --------------------------------------------------------------

// Answers: test_base_events.py BaseEventLoopTests.test_call_soon
SIM_TEST(CallbackTest, RunsOnceInALaterStepOfTheSameInstant) {
  int calls = 0;
  PostHandle handle = Post([&calls] { ++calls; });
  EXPECT_EQ(calls, 0);
  co_await Yield();
  EXPECT_EQ(calls, 1);
  co_await Yield();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(handle.Cancel()) << "it has run";
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Answers: test_base_events.py BaseEventLoopTests.test__add_callback_handle
TEST_F(LoopTest, ACallbackIsReadyAndNotATimer) {
  Post(Say("called"));
  EXPECT_THAT(words_, IsEmpty());
  const Progress progress = loop_.RunFor(absl::ZeroDuration());
  EXPECT_THAT(words_, ElementsAre("called"));
  EXPECT_EQ(progress.steps, 1);
  EXPECT_EQ(progress.elapsed, absl::ZeroDuration());
}

// Answers: test_base_events.py
// BaseEventLoopTests.test__add_callback_cancelled_handle
TEST_F(LoopTest, ACallbackThatWasCancelledIsNoWork) {
  PostHandle handle = Post(Say("called"));
  EXPECT_TRUE(handle.Cancel());
  const Progress progress = loop_.RunUntilIdle();
  EXPECT_THAT(words_, IsEmpty());
  EXPECT_EQ(progress.steps, 0);
}

// Answers: test_base_events.py BaseEventLoopTests.test_call_soon_non_callable
TEST_F(LoopTest, OnlyWhatCanBeCalledIsPosted) {
  using Callback = void (*)();
  constexpr bool kTakesCallbacks =
      std::is_invocable_v<decltype(&Post), Callback, SourceSite>;
  constexpr bool kTakesNumbers =
      std::is_invocable_v<decltype(&Post), int, SourceSite>;
  EXPECT_TRUE(kTakesCallbacks);
  EXPECT_FALSE(kTakesNumbers);
}

// Answers: test_base_events.py BaseEventLoopTests.test_run_once
TEST_F(LoopTest, OneStepRunsOneCallback) {
  Post(Say("first"));
  Post(Say("second"));
  EXPECT_EQ(loop_.Step().reason, StopReason::kStepped);
  EXPECT_THAT(words_, ElementsAre("first"));
}

// ---- Timers -----------------------------------------------------------------

// Answers: test_base_events.py BaseEventLoopTests.test_call_later
TEST_F(LoopTest, ATimerIsNotReadyBeforeItsTime) {
  PostHandle handle = PostAfter(absl::Seconds(10), Say("called"));
  EXPECT_EQ(loop_.RunFor(absl::ZeroDuration()).steps, 0);
  EXPECT_EQ(loop_.RunFor(absl::Seconds(10) - absl::Nanoseconds(1)).steps, 0);
  EXPECT_THAT(words_, IsEmpty());
  EXPECT_EQ(loop_.RunFor(absl::Nanoseconds(1)).steps, 1);
  EXPECT_THAT(words_, ElementsAre("called"));
  EXPECT_EQ(Elapsed(), absl::Seconds(10));
  EXPECT_FALSE(handle.Cancel()) << "it has run";
}

// Answers: test_base_events.py
// BaseEventLoopTests.test_call_later_negative_delays
TEST_F(LoopTest, TimersThatAreLateRunByTheirDeadlines) {
  PostAfter(-absl::Seconds(1), Say("a"));
  PostAfter(-absl::Seconds(2), Say("b"));
  const Progress progress = loop_.RunUntilIdle();
  EXPECT_THAT(words_, ElementsAre("b", "a"));
  EXPECT_EQ(progress.elapsed, absl::ZeroDuration());
}

// Answers: test_base_events.py BaseEventLoopTests.test_time_and_call_at
TEST_F(LoopTest, ATimerRunsExactlyAtTheInstantItWasSetFor) {
  const absl::Time when = Now() + absl::Milliseconds(100);
  absl::Time called;
  PostAt(when, [&called] { called = Now(); });
  const Progress progress = loop_.RunUntilIdle();
  EXPECT_EQ(called, when);
  EXPECT_EQ(progress.elapsed, absl::Milliseconds(100));
}

// The loop goes straight to the first timer that is left.
// Answers: test_base_events.py BaseEventLoopTests.test__run_once
TEST_F(LoopTest, TheClockDoesNotStopAtATimerThatWasCancelled) {
  PostHandle five = PostAfter(absl::Seconds(5), Say("five"));
  PostAfter(absl::Seconds(10), Say("ten"));
  EXPECT_TRUE(five.Cancel());
  const Progress progress = loop_.Step();
  EXPECT_THAT(words_, ElementsAre("ten"));
  EXPECT_EQ(progress.steps, 1);
  EXPECT_EQ(progress.elapsed, absl::Seconds(10));
}

// Answers: test_base_events.py
// BaseEventLoopTests.test__run_once_schedule_handle
TEST_F(LoopTest, WhatATimerPostsRunsAfterTheBatch) {
  PostAt(Now() - absl::Seconds(1), [this] {
    words_.push_back("timer");
    Post(Say("posted"));
  });
  PostAt(Now(), Say("other timer"));
  Post(Say("ready"));
  loop_.Step();
  EXPECT_THAT(words_, ElementsAre("ready"));
  loop_.RunUntilIdle();
  EXPECT_THAT(words_, ElementsAre("ready", "timer", "other timer", "posted"));
}

// asyncio clears cancelled timers away when there are many: that must not touch
// the others.
// Answers: test_base_events.py
// BaseEventLoopTests.test__run_once_cancelled_event_cleanup
TEST_F(LoopTest, CancelledTimersLeaveTheOthersInOrder) {
  constexpr int kEach = 100;
  std::vector<PostHandle> doomed;
  std::vector<int> called;
  std::vector<int> expected;
  PostAfter(absl::Seconds(3000), Say("first"));
  for (int i = 0; i < kEach; ++i) {
    doomed.push_back(PostAfter(absl::Seconds(100), Say("doomed")));
    doomed.push_back(PostAfter(absl::Seconds(3600 + i % 7), Say("doomed")));
    PostAfter(absl::Seconds(3600), [&called, i] { called.push_back(i); });
    expected.push_back(i);
  }
  for (PostHandle& handle : doomed) EXPECT_TRUE(handle.Cancel());
  const Progress first = loop_.Step();
  EXPECT_EQ(first.elapsed, absl::Seconds(3000));
  const Progress rest = loop_.RunUntilIdle();
  EXPECT_THAT(words_, ElementsAre("first"));
  EXPECT_EQ(called, expected);
  EXPECT_EQ(rest.steps, kEach);
  EXPECT_EQ(rest.elapsed, absl::Seconds(600));
}

// ---- Driving it -------------------------------------------------------------

// Answers: test_base_events.py BaseEventLoopTests.test_run_forever_pre_stopped
TEST_F(LoopTest, RunningForNoTimeLooksOnceAndDoesNotWait) {
  PostAfter(absl::Seconds(1), Say("later"));
  Post(Say("now"));
  const Progress progress = loop_.RunFor(absl::ZeroDuration());
  EXPECT_EQ(progress.reason, StopReason::kTimeReached);
  EXPECT_THAT(words_, ElementsAre("now"));
  EXPECT_EQ(progress.elapsed, absl::ZeroDuration());
}

// Answers: test_base_events.py
// BaseEventLoopTests.test_custom_run_forever_integration
TEST(LoopOfOnesOwnTest, CanDriveASimulationStepByStep) {
  Simulation loop;
  bool ran_in_loop = false;
  {
    Simulation::Scope scope(loop);
    Post([&] { ran_in_loop = Simulation::CurrentOrNull() == &loop; });
  }
  uint64_t steps = 0;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Simulation::CurrentOrNull(), nullptr) << "none runs now";
    steps += loop.Step().steps;
  }
  EXPECT_EQ(steps, 1);
  EXPECT_TRUE(ran_in_loop);
  EXPECT_EQ(loop.Step().reason, StopReason::kIdle);
}

// Something that is delivered once, and stops being delivered when it is taken.
// Answers: test_base_events.py
// BaseEventLoopTests.test_single_selecter_event_callback_after_stopping
TEST_F(LoopTest, WhatIsReadyWhenTheLoopStopsRunsOnceAndLater) {
  int calls = 0;
  PostHandle pending;
  Post([&] { pending = Post([&calls] { ++calls; }); });
  loop_.Step();
  EXPECT_EQ(calls, 0) << "the loop was stopped in between";
  loop_.Step();
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(pending.Cancel());
  loop_.RunUntilIdle();
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace orrery
