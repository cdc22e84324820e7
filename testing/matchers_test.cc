// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/matchers.h"

#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/log.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr absl::Duration kSecond = absl::Seconds(1);

template <typename T>
std::string Describe(const testing::Matcher<T>& matcher) {
  return testing::DescribeMatcher<T>(matcher);
}
template <typename T>
std::string DescribeNegation(const testing::Matcher<T>& matcher) {
  return testing::DescribeMatcher<T>(matcher, /*negation=*/true);
}
template <typename T, typename Value>
std::string Explain(const testing::Matcher<T>& matcher, const Value& value) {
  testing::StringMatchResultListener listener;
  matcher.MatchAndExplain(value, &listener);
  return listener.str();
}

// ---- The history ------------------------------------------------------------

Task<> Say(std::string text) {
  co_await Sleep(kSecond);
  Log(text);
}

// Says "Bonjour" at 1 s, when "hello" ends, and "Monde" at 2 s.
Task<> Greet(History* logs, History* timeline) {
  co_await Spawn("hello", Say, "Bonjour");
  co_await Say("Monde");
  *logs = Logs();
  *timeline = Timeline();
}

class HistoryMatchersTest : public testing::Test {
 protected:
  HistoryMatchersTest() {
    EXPECT_TRUE(Simulation().Run(Greet, &logs_, &timeline_).ok());
  }
  History logs_;
  History timeline_;
};

TEST_F(HistoryMatchersTest, LogsAreMatchesEveryLineInOrder) {
  EXPECT_THAT(logs_, LogsAre(At(kSecond, "Bonjour"), At(2 * kSecond, "Monde")));
  EXPECT_THAT(logs_, LogsAre(Line("Bonjour"), Line(HasSubstr("ond"))));
  EXPECT_THAT(logs_, Not(LogsAre(At(kSecond, "Bonjour"))));
  EXPECT_THAT(logs_,
              Not(LogsAre(At(2 * kSecond, "Monde"), At(kSecond, "Bonjour"))));
  EXPECT_THAT(logs_, Contains(Line("Monde")));
}

TEST_F(HistoryMatchersTest, TimesAreExactToTheNanosecond) {
  EXPECT_THAT(logs_[0], At(kSecond, "Bonjour"));
  EXPECT_THAT(logs_[0], Not(At(kSecond + absl::Nanoseconds(1), "Bonjour")));
  EXPECT_THAT(logs_[0], Not(At(kSecond - absl::Nanoseconds(1), "Bonjour")));
}

TEST_F(HistoryMatchersTest, AtSaysWhichHalfIsWrong) {
  EXPECT_EQ(Explain(At(2 * kSecond, "Bonjour"), logs_[0]),
            "which is at 1.000s");
  EXPECT_EQ(Explain(At(kSecond, "Monde"), logs_[0]), "");
  EXPECT_EQ(Explain(At(kSecond, testing::SizeIs(3)), logs_[0]),
            "whose size 7 doesn't match");
}

TEST_F(HistoryMatchersTest, AtAndLineDescribeThemselves) {
  EXPECT_EQ(Describe(At(kSecond, "Bonjour")),
            "is at 1.000s and its text is equal to \"Bonjour\"");
  EXPECT_EQ(DescribeNegation(At(kSecond, "Bonjour")),
            "is not at 1.000s, or its text isn't equal to \"Bonjour\"");
  EXPECT_EQ(Describe(Line("Bonjour")),
            "has a text that is equal to \"Bonjour\"");
  EXPECT_EQ(DescribeNegation(Line("Bonjour")),
            "has a text that isn't equal to \"Bonjour\"");
}

TEST_F(HistoryMatchersTest, EntriesArePrintedAsInALog) {
  EXPECT_EQ(testing::PrintToString(logs_[0]), "[1.000s] Bonjour");
  EXPECT_EQ(testing::PrintToString(timeline_),
            "{ [1.000s] Bonjour, [1.000s] end of task hello, [2.000s] Monde }");
}

TEST_F(HistoryMatchersTest, CompletesAtMatchesTheEndOfANamedTask) {
  EXPECT_THAT(timeline_, CompletesAt("hello", kSecond));
  EXPECT_THAT(timeline_, Not(CompletesAt("hello", 2 * kSecond)));
  EXPECT_THAT(timeline_, Not(CompletesAt("Monde", 2 * kSecond)))
      << "that is a line, not a task";
  EXPECT_EQ(Describe(CompletesAt("hello", 2 * kSecond)),
            "has the task \"hello\" end at 2.000s");
  EXPECT_EQ(DescribeNegation(CompletesAt("hello", 2 * kSecond)),
            "does not have the task \"hello\" end at 2.000s");
  EXPECT_EQ(Explain(CompletesAt("hello", 2 * kSecond), timeline_),
            "where it ended at 1.000s");
  EXPECT_EQ(Explain(CompletesAt("bye", kSecond), timeline_),
            "where no task \"bye\" has ended");
}

TEST_F(HistoryMatchersTest, CompletesWithinMatchesAnEndUntilThen) {
  EXPECT_THAT(timeline_, CompletesWithin("hello", kSecond));
  EXPECT_THAT(timeline_, CompletesWithin("hello", 3 * kSecond));
  EXPECT_THAT(timeline_,
              Not(CompletesWithin("hello", kSecond - absl::Nanoseconds(1))));
  EXPECT_THAT(timeline_, Not(CompletesWithin("bye", 3 * kSecond)));
  EXPECT_EQ(Describe(CompletesWithin("hello", kSecond)),
            "has the task \"hello\" end by 1.000s");
  EXPECT_EQ(DescribeNegation(CompletesWithin("hello", kSecond)),
            "does not have the task \"hello\" end by 1.000s");
  EXPECT_EQ(Explain(CompletesWithin("hello", absl::ZeroDuration()), timeline_),
            "where it ended at 1.000s");
}

TEST_F(HistoryMatchersTest, HappensBeforeComparesLinesAndEndsOfTasks) {
  EXPECT_THAT(timeline_, HappensBefore("Bonjour", "Monde"));
  EXPECT_THAT(timeline_, HappensBefore("Bonjour", "hello"));
  EXPECT_THAT(timeline_, HappensBefore("hello", "Monde"));
  EXPECT_THAT(timeline_, Not(HappensBefore("Monde", "hello")));
  EXPECT_THAT(timeline_, Not(HappensBefore("Monde", "Monde")));
  EXPECT_THAT(timeline_, Not(HappensBefore("Bonjour", "never")));
  EXPECT_THAT(timeline_, Not(HappensBefore("never", "Bonjour")));
  EXPECT_EQ(Describe(HappensBefore("a", "b")), "has \"a\" before \"b\"");
  EXPECT_EQ(DescribeNegation(HappensBefore("a", "b")),
            "does not have \"a\" before \"b\"");
  EXPECT_EQ(Explain(HappensBefore("Monde", "hello"), timeline_),
            "where \"Monde\" is entry #2 at 2.000s, and \"hello\" is entry #1 "
            "at 1.000s");
  EXPECT_EQ(Explain(HappensBefore("Monde", "never"), timeline_),
            "where \"never\" does not happen");
}

// ---- Whole runs -------------------------------------------------------------

Task<> SleepOneSecond() { co_await Sleep(kSecond); }
Task<> WaitForever() {
  Event never("never");
  co_await Sleep(kSecond);
  co_await never.Wait();
}
Task<> ThrowDiskFull() {
  throw std::runtime_error("disk full");
  co_return;
}

class RunMatchersTest : public testing::Test {
 protected:
  const RunResult completed_ = Simulation().Run(SleepOneSecond);
  const RunResult deadlocked_ = Simulation().Run(WaitForever);
  const RunResult failed_ = Simulation().Run(ThrowDiskFull);
};

TEST_F(RunMatchersTest, CompletesMatchesARunThatCompleted) {
  EXPECT_THAT(completed_, Completes());
  EXPECT_THAT(deadlocked_, Not(Completes()));
  EXPECT_THAT(failed_, Not(Completes()));
  EXPECT_EQ(Describe(Completes()), "is a run that ends as completed");
  EXPECT_EQ(DescribeNegation(Completes()),
            "is not a run that ends as completed");
  EXPECT_EQ(Explain(Completes(), failed_), "which ended as failed");
}

TEST_F(RunMatchersTest, CompletesAtMatchesTheExactTime) {
  EXPECT_THAT(completed_, CompletesAt(kSecond));
  EXPECT_THAT(completed_, Not(CompletesAt(2 * kSecond)));
  EXPECT_THAT(deadlocked_, Not(CompletesAt(kSecond)));
  EXPECT_EQ(Describe(CompletesAt(kSecond)),
            "is a run that ends as completed after exactly 1.000s");
  EXPECT_EQ(DescribeNegation(CompletesAt(kSecond)),
            "is not a run that ends as completed after exactly 1.000s");
  EXPECT_EQ(Explain(CompletesAt(2 * kSecond), completed_),
            "which ended as completed after 1.000s");
}

TEST_F(RunMatchersTest, CompletesWithinMatchesALimit) {
  EXPECT_THAT(completed_, CompletesWithin(kSecond));
  EXPECT_THAT(completed_, CompletesWithin(2 * kSecond));
  EXPECT_THAT(completed_, Not(CompletesWithin(absl::Milliseconds(999))));
  EXPECT_THAT(deadlocked_, Not(CompletesWithin(2 * kSecond)));
  EXPECT_EQ(Describe(CompletesWithin(kSecond)),
            "is a run that ends as completed after at most 1.000s");
  EXPECT_EQ(Explain(CompletesWithin(kSecond), deadlocked_),
            "which ended as deadlock after 1.000s");
}

TEST_F(RunMatchersTest, DeadlocksMatchesADeadlock) {
  EXPECT_THAT(deadlocked_, Deadlocks());
  EXPECT_THAT(completed_, Not(Deadlocks()));
  EXPECT_THAT(failed_, Not(Deadlocks()));
  EXPECT_EQ(Describe(Deadlocks()), "is a run that ends as deadlock");
  EXPECT_EQ(Explain(Deadlocks(), completed_), "which ended as completed");
}

TEST_F(RunMatchersTest, FailsWithMatchesTheMessage) {
  EXPECT_THAT(failed_, FailsWith(HasSubstr("disk full")));
  EXPECT_THAT(failed_, Not(FailsWith(HasSubstr("disk empty"))));
  EXPECT_THAT(deadlocked_, FailsWith(HasSubstr("deadlock")));
  EXPECT_THAT(completed_, Not(FailsWith(testing::_)));
  EXPECT_EQ(Describe(FailsWith("x")),
            "is a run that fails with a message that is equal to \"x\"");
  EXPECT_EQ(DescribeNegation(FailsWith("x")),
            "is not a run that fails with a message that is equal to \"x\"");
  EXPECT_EQ(Explain(FailsWith("x"), failed_),
            "whose message is \"uncaught exception in task main#1: "
            "std::runtime_error: disk full\"");
  EXPECT_EQ(Explain(FailsWith("x"), completed_), "which completed");
}

TEST_F(RunMatchersTest, RunsArePrintedWithTheirTasks) {
  EXPECT_THAT(testing::PrintToString(deadlocked_),
              testing::AllOf(HasSubstr("deadlock after 1.000s and 2 steps"),
                             HasSubstr("main#1 waits for Event \"never\"")));
}

}  // namespace
}  // namespace orrery
