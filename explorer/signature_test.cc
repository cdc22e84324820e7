// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/signature.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::Not;

RunResult Failed(const std::string& message) {
  RunResult result;
  result.outcome = Outcome::kFailed;
  RunFailure& failure = result.failure.emplace();
  failure.message = message;
  failure.task_name = "client#7";
  failure.site = "bank/bank.cc:41";
  return result;
}

TaskReport Waiting(const std::string& name, WaitKind wait,
                   const std::string& what, const std::string& held_by,
                   const std::string& where) {
  TaskReport task;
  task.name = name;
  task.wait = wait;
  task.waits_for = what;
  task.held_by = held_by;
  task.stack = {where};
  return task;
}

RunResult Deadlock(std::vector<TaskReport> tasks) {
  RunResult result;
  result.outcome = Outcome::kDeadlock;
  result.failure.emplace().message = "deadlock";
  result.tasks = std::move(tasks);
  return result;
}

// Anna and Ben, in the order in which they were created, with their numbers.
RunResult TwoDine(int anna, int ben, const std::string& main_waits_for) {
  const std::string a = "Anna#" + std::to_string(anna);
  const std::string b = "Ben#" + std::to_string(ben);
  std::vector<TaskReport> tasks = {
      Waiting("main#1", WaitKind::kJoin, "task " + main_waits_for, "",
              "x.cc:3 Main"),
      Waiting(a, WaitKind::kMutex, "Mutex \"fork 2\"", b, "x.cc:9 Dine"),
      Waiting(b, WaitKind::kMutex, "Mutex \"fork 1\"", a, "x.cc:9 Dine")};
  if (ben < anna) std::swap(tasks[1], tasks[2]);
  return Deadlock(tasks);
}

TEST(SignatureTest, ARunThatHasNotFailedHasNone) {
  RunResult result;
  result.outcome = Outcome::kCompleted;
  EXPECT_EQ(SignatureOf(result), "");
}

TEST(SignatureTest, ValuesOfAnAssertionAreNoPartOfIt) {
  RunResult result;
  result.outcome = Outcome::kCompleted;
  const std::string ten =
      SignatureOf(result, {{"bank/bank_test.cc", 41, "Which is: 10"}});
  EXPECT_EQ(ten, "assertion bank_test.cc:41");
  EXPECT_EQ(SignatureOf(result, {{"bank/bank_test.cc", 41, "Which is: 5"}}),
            ten);
  EXPECT_NE(SignatureOf(result, {{"bank/bank_test.cc", 42, "Which is: 10"}}),
            ten);
}

TEST(SignatureTest, TheFirstAssertionCounts) {
  RunResult result;
  result.outcome = Outcome::kCompleted;
  EXPECT_EQ(SignatureOf(result, {{"a.cc", 1, ""}, {"a.cc", 9, ""}}),
            SignatureOf(result, {{"a.cc", 1, ""}}));
  EXPECT_NE(SignatureOf(result, {{"a.cc", 9, ""}, {"a.cc", 1, ""}}),
            SignatureOf(result, {{"a.cc", 1, ""}}));
}

TEST(SignatureTest, AnAssertionWithoutAPlaceIsKnownByItsWords) {
  RunResult result;
  result.outcome = Outcome::kFailed;
  EXPECT_EQ(SignatureOf(result, {{"", 0, "balance is 7\nmore"}}),
            SignatureOf(result, {{"", 0, "balance is 12\nelse"}}));
}

TEST(SignatureTest, AFatalAssertionIsKnownByItsPlace) {
  EXPECT_EQ(SignatureOf(Failed("stopped"), {{"a.cc", 1, ""}}),
            "assertion a.cc:1");
}

TEST(SignatureTest, AnExceptionIsKnownByTaskPlaceAndWords) {
  const std::string signature = SignatureOf(Failed("disk 7 is full at 0x7f10"));
  EXPECT_EQ(signature, "failed client at bank.cc:41: disk # is full at #");
  RunResult other = Failed("disk 12 is full at 0xabc");
  other.failure->task_name = "client#9";
  other.failure->step = 99;
  EXPECT_EQ(SignatureOf(other), signature);
  EXPECT_NE(SignatureOf(Failed("disk 7 is gone")), signature);
}

TEST(SignatureTest, APropertyIsKnownByItsName) {
  RunResult result = Failed("Always \"total 300\" does not hold: 7");
  EXPECT_EQ(SignatureOf(result), "Always \"total 300\"");
  result.failure->task_name = "another#3";
  result.failure->site = "other.cc:9";
  EXPECT_EQ(SignatureOf(result), "Always \"total 300\"");
  EXPECT_NE(SignatureOf(Failed("Always \"total 200\" does not hold")),
            SignatureOf(result));
}

TEST(SignatureTest, ADeadlockIsTheCircleWhoeverWaitsForIt) {
  const std::string signature = SignatureOf(TwoDine(2, 3, "Anna#2"));
  EXPECT_EQ(signature,
            "deadlock Anna waits for Mutex \"fork 2\" at x.cc:9 Dine; Ben "
            "waits for Mutex \"fork 1\" at x.cc:9 Dine");
  // Other numbers, another order, and main waits for the other one.
  EXPECT_EQ(SignatureOf(TwoDine(5, 4, "Ben#4")), signature);
}

TEST(SignatureTest, NamesOfThingsKeepTheirNumbers) {
  RunResult other = TwoDine(2, 3, "Anna#2");
  other.tasks[1].waits_for = "Mutex \"fork 3\"";
  EXPECT_NE(SignatureOf(other), SignatureOf(TwoDine(2, 3, "Anna#2")));
}

TEST(SignatureTest, BystandersOfACircleDoNotCount) {
  RunResult more = TwoDine(2, 3, "Anna#2");
  more.tasks.push_back(Waiting("Cleo#4", WaitKind::kMutex, "Mutex \"fork 2\"",
                               "Ben#3", "x.cc:8 Dine"));
  EXPECT_EQ(SignatureOf(more), SignatureOf(TwoDine(2, 3, "Anna#2")));
}

TEST(SignatureTest, WithoutACircleThoseWhoOnlyJoinDoNotCount) {
  const std::string signature = SignatureOf(Deadlock(
      {Waiting("main#1", WaitKind::kJoin, "task w#2", "", "x.cc:3 Main"),
       Waiting("w#2", WaitKind::kEvent, "Event \"go\"", "", "x.cc:7 Work"),
       Waiting("w#3", WaitKind::kEvent, "Event \"go\"", "", "x.cc:7 Work")}));
  EXPECT_EQ(signature, "deadlock w waits for Event \"go\" at x.cc:7 Work");
}

TEST(SignatureTest, TasksThatJoinEachOtherAreACircle) {
  const std::string signature = SignatureOf(
      Deadlock({Waiting("a#2", WaitKind::kJoin, "task b#3", "", "x.cc:3 A"),
                Waiting("b#3", WaitKind::kJoin, "task a#2", "", "x.cc:7 B")}));
  EXPECT_EQ(signature,
            "deadlock a waits for task b at x.cc:3 A; b waits for task a at "
            "x.cc:7 B");
}

TEST(SignatureTest, ALimitIsItsOwnKind) {
  RunResult steps, time;
  steps.outcome = Outcome::kStepLimit;
  time.outcome = Outcome::kTimeLimit;
  EXPECT_NE(SignatureOf(steps), SignatureOf(time));
  EXPECT_EQ(SignatureOf(steps, {{"a.cc", 1, ""}}),
            "assertion a.cc:1, " + SignatureOf(steps));
}

TEST(SignatureOfDeathTest, HasTheReasonAndThePlaceAndNoNumbers) {
  const std::string signature = SignatureOfDeath(
      "SIGSEGV",
      "a line of the program's own, 17\n"
      "orrery: SIGSEGV in A.B at 2.000s, step 398, task victim#4, seed 1\n");
  EXPECT_EQ(signature,
            "died of SIGSEGV: orrery: SIGSEGV in A.B at #s, step #, task "
            "victim##, seed #");
  EXPECT_EQ(
      SignatureOfDeath(
          "SIGSEGV",
          "orrery: SIGSEGV in A.B at 1.5s, step 7, task victim#9, seed 77\n"),
      signature);
  EXPECT_NE(SignatureOfDeath(
                "SIGSEGV",
                "orrery: SIGSEGV in A.B at 1.5s, step 7, task other#9, seed "
                "77\n"),
            signature);
  EXPECT_NE(SignatureOfDeath("SIGABRT", ""), SignatureOfDeath("SIGKILL", ""));
}

TEST(SignatureOfDeathTest, KnowsWhatSanitizersAndAssertionsPrint) {
  const std::string asan = SignatureOfDeath(
      "exit code 1",
      "==123==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at "
      "pc 0x55\n");
  EXPECT_THAT(asan, HasSubstr("heap-use-after-free"));
  EXPECT_THAT(asan, Not(HasSubstr("123")));
  EXPECT_THAT(SignatureOfDeath("SIGABRT",
                               "x: x.cc:7: f(): Assertion `n > 0' "
                               "failed.\n"),
              HasSubstr("n > #"));
}

}  // namespace
}  // namespace orrery
