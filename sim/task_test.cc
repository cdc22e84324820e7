// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/task.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"

namespace orrery {
namespace {

Task<int> Depth(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await Depth(depth - 1);
  co_return below + 1;
}

Task<> GoDeep(int depth, int* result) { *result = co_await Depth(depth); }

TEST(TaskTest, AChainOfAwaitsOneHundredThousandDeepLeavesTheStackFlat) {
  int depth = 0;
  EXPECT_TRUE(Simulation().Run(GoDeep, 100'000, &depth).ok());
  EXPECT_EQ(depth, 100'000);
}

Task<int> One() { co_return 1; }

Task<> AwaitMany(int count, int* sum) {
  for (int i = 0; i < count; ++i) {
    const int one = co_await One();
    *sum += one;
  }
}

TEST(TaskTest, AMillionSynchronousAwaitsLeaveTheStackFlat) {
  int sum = 0;
  const RunResult result = Simulation().Run(AwaitMany, 1'000'000, &sum);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(sum, 1'000'000);
  EXPECT_EQ(result.steps, 1) << "awaiting a task is a call";
}

Task<> SleepDeep(int depth) {
  if (depth == 0) {
    co_await Sleep(absl::InfiniteDuration());
  } else {
    co_await SleepDeep(depth - 1);
  }
}

Task<> LeaveBehind(int depth) {
  Spawn(SleepDeep, depth);
  co_await Yield();
}

TEST(TaskTest, ADeepSuspendedStackIsDestroyedWithoutRecursion) {
  EXPECT_TRUE(Simulation().Run(LeaveBehind, 100'000).ok());
}

Task<std::unique_ptr<std::string>> MakeText(std::string text) {
  co_await Yield();
  co_return std::make_unique<std::string>(std::move(text));
}

Task<> TakeText(std::string* out) {
  std::unique_ptr<std::string> text = co_await MakeText("moved");
  *out = *text;
}

TEST(TaskTest, ResultsThatOnlyMoveAreMoved) {
  std::string text;
  EXPECT_TRUE(Simulation().Run(TakeText, &text).ok());
  EXPECT_EQ(text, "moved");
}

Task<int> ThrowAfter(absl::Duration delay) {
  co_await Sleep(delay);
  throw std::runtime_error("disk full");
}

Task<int> PassOn() {
  const int value = co_await ThrowAfter(absl::Seconds(1));
  co_return value;
}

Task<> CatchIt(std::string* what) {
  try {
    const int value = co_await PassOn();
    *what = std::to_string(value);
  } catch (const std::runtime_error& error) {
    *what = error.what();
  }
  co_await Sleep(absl::Seconds(1));
}

TEST(TaskTest, ExceptionsTravelToTheAwaiter) {
  std::string what;
  const RunResult result = Simulation().Run(CatchIt, &what);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(what, "disk full");
  EXPECT_EQ(result.elapsed, absl::Seconds(2));
}

Task<> ThrowAway() { co_await PassOn(); }

TEST(TaskTest, AnExceptionThatLeavesTheMainTaskFailsTheRun) {
  const RunResult result = Simulation().Run(ThrowAway);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task main#1: std::runtime_error: disk full");
  EXPECT_EQ(result.failure->time, SimTime(1'000'000'000));
}

// Counts its living copies.
struct Counted {
  explicit Counted(int* living) : living(living) { ++*living; }
  Counted(const Counted& other) : living(other.living) { ++*living; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*living; }
  int* living;
};

Task<> Hold(Counted counted) {
  const Counted local = counted;
  co_await Sleep(absl::InfiniteDuration());
}

Task<> HoldSeveral(int* living) {
  const Counted mine(living);
  for (int i = 0; i < 3; ++i) Spawn(Hold, mine);
  co_await Yield();
}

TEST(TaskTest, FramesOfTasksThatAreNotDoneAreDestroyedWithTheRun) {
  int living = 0;
  EXPECT_TRUE(Simulation().Run(HoldSeveral, &living).ok());
  EXPECT_EQ(living, 0);
}

Task<> AwaitTwice() {
  Task<int> one = One();
  const int first = co_await std::move(one);
  EXPECT_EQ(first, 1);
  EXPECT_FALSE(static_cast<bool>(one));
  const int second = co_await std::move(one);
  EXPECT_EQ(second, 1);
}

TEST(TaskDeathTest, ATaskIsAwaitedOnce) {
  EXPECT_DEATH(Simulation().Run(AwaitTwice),
               "a Task was awaited that is empty");
}

TEST(TaskTest, ATaskThatIsNeverAwaitedIsFreed) {
  int living = 0;
  {
    const Task<> unused = Hold(Counted(&living));
    EXPECT_GE(living, 1);
  }
  EXPECT_EQ(living, 0);
}

}  // namespace
}  // namespace orrery
