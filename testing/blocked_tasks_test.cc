// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/blocked_tasks.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TaskReport WaitsForMutex(const std::string& name, const std::string& holder) {
  TaskReport task;
  task.name = name;
  task.wait = WaitKind::kMutex;
  task.waits_for = "Mutex \"state\"";
  task.held_by = holder;
  task.stack = {"bank.cc:41 Pay", "bank.cc:50 Main"};
  return task;
}

TaskReport WaitsForTask(const std::string& name, const std::string& other) {
  TaskReport task;
  task.name = name;
  task.wait = WaitKind::kJoin;
  task.waits_for = absl::StrCat("task ", other);
  return task;
}

TEST(FormatBlockedTasksTest, NamesTheWaitTheHolderAndThePlaceBelowWhoAwaits) {
  TaskReport task = WaitsForMutex("client#2", "server#3");
  task.awaited_by = {"main#1"};
  EXPECT_THAT(
      FormatBlockedTasks({WaitsForTask("main#1", "client#2"), task}, 10),
      ElementsAre(
          "tasks that are not done (2):", "  main#1 waits for task client#2",
          "    client#2 waits for Mutex \"state\" held by "
          "server#3 at bank.cc:41 Pay <- bank.cc:50 Main"));
}

TEST(FormatBlockedTasksTest, TasksThatWaitAlikeShareALine) {
  std::vector<TaskReport> tasks;
  for (int i = 2; i < 100; ++i) {
    tasks.push_back(WaitsForMutex(absl::StrCat("client#", i), "server#1"));
  }
  tasks.push_back(WaitsForMutex("janitor#100", "server#1"));
  EXPECT_THAT(
      FormatBlockedTasks(tasks, 10),
      ElementsAre("tasks that are not done (99):",
                  "  client#2 waits for Mutex \"state\" held by server#1 at "
                  "bank.cc:41 Pay <- bank.cc:50 Main (and 97 more like it, up "
                  "to client#99)",
                  "  janitor#100 waits for Mutex \"state\" held by server#1 at "
                  "bank.cc:41 Pay <- bank.cc:50 Main"));
}

TEST(FormatBlockedTasksTest, CountsTheLinesThatDoNotFit) {
  std::vector<TaskReport> tasks;
  for (int i = 1; i <= 10; ++i) {
    tasks.push_back(WaitsForTask(absl::StrCat("a#", i), absl::StrCat("b#", i)));
  }
  EXPECT_THAT(FormatBlockedTasks(tasks, 11), SizeIs(11));
  EXPECT_THAT(
      FormatBlockedTasks(tasks, 4),
      ElementsAre("tasks that are not done (10):", "  a#1 waits for task b#1",
                  "  a#2 waits for task b#2", "  ... and 8 more lines"));
  EXPECT_THAT(
      FormatBlockedTasks(tasks, 2),
      ElementsAre("tasks that are not done (10):", "  ... and 10 more lines"));
  EXPECT_THAT(FormatBlockedTasks(tasks, 1), IsEmpty());
  EXPECT_THAT(FormatBlockedTasks(tasks, 0), IsEmpty());
}

TEST(FormatBlockedTasksTest, LeavesOutWhatAnAssertionHasStopped) {
  TaskReport stopped;
  stopped.name = "main#1";
  EXPECT_THAT(FormatBlockedTasks({stopped}, 10), IsEmpty());
  EXPECT_THAT(FormatBlockedTasks({}, 10), IsEmpty());
}

TEST(FormatCircleTest, FindsTasksThatWaitForEachOther) {
  EXPECT_EQ(
      FormatCircle({WaitsForTask("main#1", "a#2"), WaitsForMutex("a#2", "b#3"),
                    WaitsForMutex("b#3", "c#4"), WaitsForTask("c#4", "a#2")}),
      "a#2 -> b#3 -> c#4 -> a#2");
}

TEST(FormatCircleTest, FindsATaskThatWaitsForItself) {
  EXPECT_EQ(FormatCircle({WaitsForMutex("main#1", "main#1")}),
            "main#1 -> main#1");
}

TEST(FormatCircleTest, FindsNoneWhereThereIsNone) {
  EXPECT_EQ(FormatCircle({}), "");
  TaskReport waits_for_event = WaitsForMutex("b#3", "");
  EXPECT_EQ(FormatCircle({WaitsForTask("main#1", "a#2"),
                          WaitsForMutex("a#2", "b#3"), waits_for_event}),
            "");
  EXPECT_EQ(FormatCircle({WaitsForTask("main#1", "gone#7")}), "");
  // Two that wait for a third are no circle.
  EXPECT_EQ(FormatCircle({WaitsForTask("a#1", "c#3"),
                          WaitsForTask("b#2", "c#3"), waits_for_event}),
            "");
}

TEST(FormatCircleTest, ShortensALongOne) {
  std::vector<TaskReport> tasks;
  for (int i = 1; i <= 100; ++i) {
    tasks.push_back(
        WaitsForTask(absl::StrCat("t#", i), absl::StrCat("t#", i % 100 + 1)));
  }
  EXPECT_EQ(FormatCircle(tasks),
            "t#1 -> t#2 -> t#3 -> t#4 -> t#5 -> t#6 -> t#7 -> (93 more) -> "
            "t#1");
}

}  // namespace
}  // namespace orrery
