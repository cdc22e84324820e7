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

TEST(FormatWaitTest, SaysWhatIsWaitedForAndWhoHasIt) {
  TaskReport task = Waiting("client#7", "Mutex \"state\"");
  EXPECT_EQ(FormatWait(task), "waits for Mutex \"state\"");
  task.held_by = "server#2";
  EXPECT_EQ(FormatWait(task), "waits for Mutex \"state\" held by server#2");
}

TEST(FormatWaitTest, ASleeperSleepsUntilAnInstant) {
  TaskReport task;
  task.wait = WaitKind::kSleep;
  task.due = SimTime(3'000'000'000);
  EXPECT_EQ(FormatWait(task), "sleeps until 3.000s");
  task.due = SimTime::Infinite();
  EXPECT_EQ(FormatWait(task), "sleeps until never");
}

TEST(FormatWaitTest, WhatWaitsForNothingWasStopped) {
  TaskReport task;
  EXPECT_EQ(FormatWait(task), "was stopped");
}

TEST(FormatTaskReportTest, ALineForEachThingThatIsKnown) {
  TaskReport task = Waiting("client#7", "Event \"ready\"");
  EXPECT_EQ(FormatTaskReport(task), "client#7 waits for Event \"ready\"");
  task.stack = {"bank.cc:41 Transfer", "bank.cc:90 Main"};
  task.spawned_at = "bank.cc:120 Start";
  task.awaited_by = {"main#1", "janitor#9"};
  EXPECT_EQ(FormatTaskReport(task),
            "client#7 waits for Event \"ready\"\n"
            "    at bank.cc:41 Transfer <- bank.cc:90 Main\n"
            "    spawned at bank.cc:120 Start\n"
            "    awaited by main#1, janitor#9");
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
            "  a#2 waits for Mutex \"x\"\n"
            "    at a.cc:1 A\n"
            "  b#3 waits for Mutex \"y\"");
  EXPECT_FALSE(result.ok());
}

TEST(RunResultTest, AResultThatNobodyFilledInIsNotOk) {
  EXPECT_FALSE(RunResult().ok());
  EXPECT_EQ(RunResult().outcome, Outcome::kUnknown);
}

}  // namespace
}  // namespace orrery
