// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/dump_tasks.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/future.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

Task<> Serve() { co_await Sleep(absl::Seconds(2)); }

Task<> Ask(JoinHandle<> server) { co_await server; }

Task<> DumpInTheMiddle(std::string& dump) {
  JoinHandle<> server = Spawn("server", Serve);
  JoinHandle<> client = Spawn("client", Ask, server);
  co_await Sleep(absl::Milliseconds(1500));
  dump = DumpTasks();
  co_await client;
}

TEST(DumpTasksTest, IsATreeOfWhoWaitsForWhom) {
  std::string dump;
  EXPECT_TRUE(Simulation().Run(DumpInTheMiddle, std::ref(dump)).ok());
  EXPECT_THAT(
      dump,
      MatchesRegex("3 tasks are not over at 1.500s, and below each those it "
                   "waits for:\n"
                   "  main#1 is running, came past "
                   "sim/dump_tasks_test.cc:[0-9]+ DumpInTheMiddle\n"
                   "  client#3 waits for task server#2 at "
                   "sim/dump_tasks_test.cc:[0-9]+ Ask\n"
                   "    server#2 sleeps until 2.000s at "
                   "sim/dump_tasks_test.cc:[0-9]+ Serve\n"));
}

Task<> DumpMany(std::string& dump) {
  Promise<int> never;
  auto wait = [](Future<int> future) -> Task<> { co_await future; };
  for (int i = 0; i < 10; ++i) Spawn("waiter", wait, never.GetFuture());
  co_await Yield();
  dump = DumpTasks(1);
}

TEST(DumpTasksTest, SaysHowMuchItLeavesOut) {
  std::string dump;
  EXPECT_TRUE(Simulation().Run(DumpMany, std::ref(dump)).ok());
  EXPECT_THAT(dump, StartsWith("11 tasks are not over at 0.000s"));
  EXPECT_THAT(dump, HasSubstr("... and "));
}

Task<> DumpAlone(std::string& dump) {
  dump = DumpTasks();
  co_return;
}

TEST(DumpTasksTest, WorksWithoutATask) {
  std::string dump;
  EXPECT_TRUE(Simulation().Run(DumpAlone, std::ref(dump)).ok());
  EXPECT_EQ(dump, "1 task is not over at 0.000s:\n  main#1 is running\n");
  EXPECT_EQ(DumpTasks(), "this thread is in no simulation\n");
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_EQ(DumpTasks(), "all tasks are over at 0.000s\n");
}

TEST(PrintTasksTest, WritesToStandardError) {
  testing::internal::CaptureStderr();
  PrintTasks();
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "this thread is in no simulation\n");
}

}  // namespace
}  // namespace orrery
