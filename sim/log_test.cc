// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/log.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

Task<> LogTwice(std::string text) {
  Log(text + " 1");
  co_await Sleep(absl::Seconds(1));
  Log(text + " 2");
}

Task<> LogFromAll() {
  Log("main");
  JoinHandle<> worker = Spawn("worker", LogTwice, "worker");
  Post([] { Log("callback"); });
  co_await worker;
  Log("");
}

TEST(LogTest, LinesCarryTimeStepAndTaskInTheOrderTheyWereLogged) {
  Simulation simulation;
  EXPECT_TRUE(simulation.Run(LogFromAll).ok());
  using Kind = HistoryEntry::Kind;
  const SimTime start;
  const SimTime later(1'000'000'000);
  EXPECT_THAT(
      simulation.history(),
      ElementsAre(HistoryEntry{start, 1, Kind::kLog, TaskId(1), "main"},
                  HistoryEntry{start, 2, Kind::kLog, TaskId(2), "worker 1"},
                  HistoryEntry{start, 3, Kind::kLog, TaskId(3), "callback"},
                  HistoryEntry{later, 4, Kind::kLog, TaskId(2), "worker 2"},
                  HistoryEntry{later, 4, Kind::kTaskEnd, TaskId(2), "worker"},
                  HistoryEntry{later, 5, Kind::kLog, TaskId(1), ""}));
}

Task<> ReadLogs(std::vector<size_t>* counts) {
  counts->push_back(Logs().size());
  co_await Spawn("named", LogTwice, "line");
  counts->push_back(Logs().size());
  for (const HistoryEntry& entry : Logs()) {
    EXPECT_EQ(entry.kind, HistoryEntry::Kind::kLog);
  }
}

TEST(LogTest, LogsAreTheLinesSoFarWithoutTheEndsOfTasks) {
  std::vector<size_t> counts;
  EXPECT_TRUE(Simulation().Run(ReadLogs, &counts).ok());
  EXPECT_THAT(counts, ElementsAre(0, 2));
}

TEST(LogTest, LinesBeforeTheRunBelongToNobody) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Log("set up");
  EXPECT_EQ(Logs().size(), 1);
  EXPECT_EQ(Logs()[0].task, TaskId());
  EXPECT_EQ(Logs()[0].step, 0);
}

TEST(LogTest, TextIsKeptAsItIs) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  const std::string text("Démarré\n\t\0%s", 14);
  Log(text);
  EXPECT_EQ(Logs()[0].text, text);
}

TEST(LogTest, EachLineIsShownAsItIsLogged) {
  Words shown;
  Simulation simulation({.on_log = [&shown](const HistoryEntry& entry) {
    shown.push_back(entry.text + " at " + FormatSimTime(entry.time));
  }});
  EXPECT_TRUE(simulation.Run(LogFromAll).ok());
  EXPECT_THAT(shown, ElementsAre("main at 0.000s", "worker 1 at 0.000s",
                                 "callback at 0.000s", "worker 2 at 1.000s",
                                 " at 1.000s"));
}

TEST(LogTest, TheListenerMayLogItself) {
  Words shown;
  bool inside = false;
  Simulation simulation({.on_log = [&](const HistoryEntry& entry) {
    if (std::exchange(inside, true)) return;
    for (int i = 0; i < 100; ++i) Log("echo");
    inside = false;
    shown.push_back(entry.text);
  }});
  Simulation::Scope scope(simulation);
  const std::string line = "a line that is long enough to be on the heap";
  Log(line);
  EXPECT_THAT(shown, ElementsAre(line)) << "what it was given stays";
  EXPECT_EQ(Logs().size(), 101);
  EXPECT_EQ(Logs()[0].text, line);
}

Task<> CatchFromLog(std::string* what) {
  try {
    Log("line");
  } catch (const std::runtime_error& error) {
    *what = error.what();
  }
  co_await Yield();
}

TEST(LogTest, WhatTheListenerThrowsComesOutOfLog) {
  auto refuse = [](const HistoryEntry&) {
    throw std::runtime_error("cannot show");
  };
  std::string what;
  Simulation caught({.on_log = refuse});
  EXPECT_TRUE(caught.Run(CatchFromLog, &what).ok());
  EXPECT_EQ(what, "cannot show");
  EXPECT_EQ(caught.history().size(), 1) << "the line was logged";

  const RunResult uncaught = Simulation({.on_log = refuse}).Run(LogFromAll);
  EXPECT_EQ(uncaught.outcome, Outcome::kFailed);
  EXPECT_EQ(uncaught.failure->message,
            "uncaught exception in task main#1: std::runtime_error: cannot "
            "show");
}

TEST(LogDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(Log("line"), "Log was used outside of a simulation");
  EXPECT_DEATH(Logs(), "Logs was used outside of a simulation");
}

}  // namespace
}  // namespace orrery
