// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/task_tree.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TaskReport Task(std::string name, WaitKind wait, std::string waits_for,
                std::vector<std::string> awaited_by = {}) {
  TaskReport task;
  task.name = std::move(name);
  task.wait = wait;
  task.waits_for = std::move(waits_for);
  task.awaited_by = std::move(awaited_by);
  return task;
}

TaskReport WaitsForMutex(std::string name, std::string holder,
                         std::vector<std::string> awaited_by = {}) {
  TaskReport task = Task(std::move(name), WaitKind::kMutex, "Mutex \"state\"",
                         std::move(awaited_by));
  task.held_by = std::move(holder);
  return task;
}

TEST(FormatTaskTreeTest, BelowATaskStandsWhatItWaitsFor) {
  std::vector<TaskReport> tasks = {
      Task("main#1", WaitKind::kJoin, "task client#2"),
      WaitsForMutex("client#2", "server#3", {"main#1"}),
      Task("server#3", WaitKind::kEvent, "Event \"stop\"")};
  tasks[0].stack = {"bank.cc:90 Main"};
  tasks[1].stack = {"bank.cc:41 Pay", "bank.cc:50 Transfer"};
  tasks[1].spawned_at = "bank.cc:88 Main";
  tasks[2].spawned_at = "bank.cc:89 Main";
  EXPECT_THAT(FormatTaskTree(tasks, 100),
              ElementsAre("main#1 waits for task client#2 at bank.cc:90 Main",
                          "  client#2 waits for Mutex \"state\" held by "
                          "server#3 at bank.cc:41 Pay <- bank.cc:50 Transfer",
                          "    server#3 waits for Event \"stop\", spawned at "
                          "bank.cc:89 Main"));
}

TEST(FormatTaskTreeTest, WhoRunsHasComePastAPlace) {
  TaskReport task = Task("main#1", WaitKind::kNothing, "");
  task.running = true;
  task.spawned_at = "bank.cc:1 Start";
  EXPECT_THAT(FormatTaskTree({task}, 100),
              ElementsAre("main#1 is running, spawned at bank.cc:1 Start"));
  task.stack = {"bank.cc:41 Pay", "bank.cc:50 Transfer"};
  EXPECT_THAT(FormatTaskTree({task}, 100),
              ElementsAre("main#1 is running, came past bank.cc:41 Pay <- "
                          "bank.cc:50 Transfer"));
}

TEST(FormatTaskTreeTest, WhomNobodyAwaitsStandsAtTheLeft) {
  EXPECT_THAT(
      FormatTaskTree({Task("main#1", WaitKind::kEvent, "Event#1"),
                      Task("lonely#2", WaitKind::kEvent, "Event#2"),
                      WaitsForMutex("orphan#3", "server#9, which is over"),
                      Task("child#4", WaitKind::kEvent, "Event#3", {"gone#8"})},
                     100),
      ElementsAre("main#1 waits for Event#1", "lonely#2 waits for Event#2",
                  "orphan#3 waits for Mutex \"state\" held by server#9, which "
                  "is over",
                  "child#4 waits for Event#3"));
  EXPECT_THAT(FormatTaskTree({}, 100), IsEmpty());
}

TEST(FormatTaskTreeTest, ACircleComesBackToItsBeginning) {
  EXPECT_THAT(
      FormatTaskTree({WaitsForMutex("a#1", "b#2"), WaitsForMutex("b#2", "c#3"),
                      WaitsForMutex("c#3", "a#1")},
                     100),
      ElementsAre("a#1 waits for Mutex \"state\" held by b#2",
                  "  b#2 waits for Mutex \"state\" held by c#3",
                  "    c#3 waits for Mutex \"state\" held by a#1",
                  "      a#1, see above"));
  EXPECT_THAT(FormatTaskTree({WaitsForMutex("a#1", "a#1")}, 100),
              ElementsAre("a#1 waits for Mutex \"state\" held by a#1",
                          "  a#1, see above"));
}

TEST(FormatTaskTreeTest, ATaskThatSeveralWaitForHasOneLine) {
  EXPECT_THAT(
      FormatTaskTree({Task("a#1", WaitKind::kJoin, "task c#3"),
                      Task("b#2", WaitKind::kJoin, "task c#3"),
                      Task("c#3", WaitKind::kEvent, "Event#1", {"a#1", "b#2"})},
                     100),
      ElementsAre("a#1 waits for task c#3", "  c#3 waits for Event#1",
                  "b#2 waits for task c#3", "  c#3, see above"));
}

TEST(FormatTaskTreeTest, NeighborsThatWaitAlikeShareALine) {
  std::vector<TaskReport> tasks = {
      Task("main#1", WaitKind::kAll, "all of several tasks")};
  for (int i = 2; i < 100; ++i) {
    tasks.push_back(
        WaitsForMutex(absl::StrCat("client#", i), "server#101", {"main#1"}));
  }
  tasks.push_back(WaitsForMutex("janitor#100", "server#101", {"main#1"}));
  tasks.push_back(
      Task("server#101", WaitKind::kQueueGet, "an item in Queue#1"));
  EXPECT_THAT(
      FormatTaskTree(tasks, 100),
      ElementsAre("main#1 waits for all of several tasks",
                  "  client#2 waits for Mutex \"state\" held by server#101 "
                  "(and 97 more like it, up to client#99)",
                  "    server#101 waits for an item in Queue#1",
                  "  janitor#100 waits for Mutex \"state\" held by server#101",
                  "    server#101, see above"));
}

// The same words, but different tasks below them.
TEST(FormatTaskTreeTest, NeighborsThatWaitForDifferentTasksDoNot) {
  EXPECT_THAT(
      FormatTaskTree({Task("a#1", WaitKind::kAll, "all of several tasks"),
                      Task("a#2", WaitKind::kAll, "all of several tasks"),
                      Task("b#3", WaitKind::kEvent, "Event#1", {"a#1"}),
                      Task("b#4", WaitKind::kEvent, "Event#1", {"a#2"})},
                     100),
      ElementsAre(
          "a#1 waits for all of several tasks", "  b#3 waits for Event#1",
          "a#2 waits for all of several tasks", "  b#4 waits for Event#1"));
}

// One of the two that wait alike stands below their neighbor.
TEST(FormatTaskTreeTest, WhatCameUpBelowANeighborIsNotShownAgain) {
  EXPECT_THAT(
      FormatTaskTree({Task("main#1", WaitKind::kAll, "all of several tasks"),
                      WaitsForMutex("a#2", "b#3", {"main#1"}),
                      Task("b#3", WaitKind::kEvent, "Event#1", {"main#1"}),
                      Task("b#4", WaitKind::kEvent, "Event#1", {"main#1"})},
                     100),
      ElementsAre("main#1 waits for all of several tasks",
                  "  a#2 waits for Mutex \"state\" held by b#3",
                  "    b#3 waits for Event#1", "  b#4 waits for Event#1"));
}

TEST(FormatTaskTreeTest, AwaitingOneTwiceIsAwaitingIt) {
  EXPECT_THAT(
      FormatTaskTree({Task("a#1", WaitKind::kAll, "all of several tasks"),
                      Task("b#2", WaitKind::kEvent, "Event#1", {"a#1", "a#1"})},
                     100),
      ElementsAre("a#1 waits for all of several tasks",
                  "  b#2 waits for Event#1"));
}

TEST(FormatTaskTreeTest, SaysHowMuchDoesNotFit) {
  std::vector<TaskReport> tasks;
  for (int i = 1; i <= 10; ++i) {
    tasks.push_back(Task("a", WaitKind::kEvent, absl::StrCat("Event#", i)));
    tasks.back().name = absl::StrCat("a#", i);
  }
  EXPECT_THAT(FormatTaskTree(tasks, 10), SizeIs(10));
  EXPECT_THAT(FormatTaskTree(tasks, 3),
              ElementsAre("a#1 waits for Event#1", "a#2 waits for Event#2",
                          "... and 8 more lines"));
  EXPECT_THAT(FormatTaskTree(tasks, 1), ElementsAre("... and 10 more lines"));
  EXPECT_THAT(FormatTaskTree(tasks, 0), IsEmpty());
}

// Longer than the stack of a program is deep, were it walked recursively.
TEST(FormatTaskTreeTest, AChainOfAHundredThousandIsDrawn) {
  constexpr int kTasks = 100'000;
  std::vector<TaskReport> tasks;
  for (int i = 1; i <= kTasks; ++i) {
    tasks.push_back(Task(absl::StrCat("t#", i), WaitKind::kJoin,
                         absl::StrCat("task t#", i + 1)));
    if (i > 1) tasks.back().awaited_by = {absl::StrCat("t#", i - 1)};
  }
  const std::vector<std::string> lines = FormatTaskTree(tasks, kTasks);
  ASSERT_THAT(lines, SizeIs(kTasks));
  EXPECT_EQ(lines[1], "  t#2 waits for task t#3");
  // Not two hundred thousand columns to the right.
  EXPECT_LT(lines.back().size(), 100u);
}

}  // namespace
}  // namespace orrery
