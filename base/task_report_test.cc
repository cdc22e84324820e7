// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/task_report.h"

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

TEST(FormatWaitTest, WhatIsInTheMiddleOfAStepIsRunning) {
  TaskReport task = Waiting("client#7", "what it had waited for before");
  task.running = true;
  EXPECT_EQ(FormatWait(task), "is running");
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
  task.running = true;
  EXPECT_EQ(FormatTaskReport(task),
            "client#7 is running\n"
            "    came past bank.cc:41 Transfer <- bank.cc:90 Main\n"
            "    spawned at bank.cc:120 Start\n"
            "    awaited by main#1, janitor#9");
}

}  // namespace
}  // namespace orrery
