// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/run_result.h"

#include "gtest/gtest.h"

namespace orrery {
namespace {

TaskReport Waiting(const char* name, const char* waits_for) {
  TaskReport task;
  task.name = name;
  task.wait = WaitKind::kMutex;
  task.waits_for = waits_for;
  return task;
}

TEST(FormatRunResultTest, TheOutcomeIsOneLine) {
  RunResult result;
  result.outcome = Outcome::kCompleted;
  result.elapsed = absl::Milliseconds(1250);
  result.steps = 7;
  EXPECT_EQ(FormatRunResult(result), "completed after 1.250s and 7 steps");
  EXPECT_TRUE(result.ok());
}

TEST(FormatRunResultTest, AFailureAndTheTasksFollow) {
  RunResult result;
  result.outcome = Outcome::kDeadlock;
  result.elapsed = absl::Seconds(2);
  result.steps = 12;
  result.failure.emplace().message = "deadlock: nothing can run";
  result.tasks = {Waiting("a#2", "Mutex \"x\""), Waiting("b#3", "Mutex \"y\"")};
  result.tasks[0].stack = {"a.cc:1 A"};
  EXPECT_EQ(FormatRunResult(result),
            "deadlock after 2.000s and 12 steps: deadlock: nothing can run\n"
            "  a#2 waits for Mutex \"x\" at a.cc:1 A\n"
            "  b#3 waits for Mutex \"y\"");
  EXPECT_FALSE(result.ok());
}

TEST(FormatRunResultTest, SlowStepsComeLast) {
  RunResult result;
  result.outcome = Outcome::kCompleted;
  SlowStep slow;
  slow.passed = absl::Seconds(5);
  slow.step = 2;
  slow.task_name = "a#2";
  slow.site = "a.cc:1 A";
  result.slow_steps = {slow};
  result.slow_step_count = 4;
  EXPECT_EQ(FormatRunResult(result),
            "completed after 0.000s and 0 steps\n"
            "  a#2 held up everybody for 5.000s, at a.cc:1 A (from 0.000s on, "
            "step 2)\n"
            "  ... and 3 more slow steps");
}

TEST(RunResultTest, AResultThatNobodyFilledInIsNotOk) {
  EXPECT_FALSE(RunResult().ok());
  EXPECT_EQ(RunResult().outcome, Outcome::kUnknown);
}

}  // namespace
}  // namespace orrery
