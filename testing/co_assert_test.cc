// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/co_assert.h"

#include <csignal>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/failure_capture.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// What a coroutine under test leaves behind.
struct Notes {
  std::vector<std::string> reached;
  int evaluated = 0;
};

struct Ran {
  RunResult result;
  std::vector<CapturedFailure> failures;
  std::optional<CapturedSkip> skip;
  bool stopped_by_skip = false;
  Notes notes;
};

Ran RunBody(Task<> (*body)(Notes&)) {
  Ran ran;
  FailureCapture capture;
  ran.result = Simulation().Run(body, ran.notes);
  ran.failures = capture.failures();
  ran.skip = capture.skip();
  ran.stopped_by_skip = capture.stopped_by_skip();
  return ran;
}

// ---- Every macro ------------------------------------------------------------

struct MacroCase {
  const char* name;
  Task<> (*passes)(Notes&);
  Task<> (*fails)(Notes&);
  const char* message;  // a part of it
};

// Two coroutines, with an assertion that holds and one that does not.
#define MACRO_CASE(name, holds, does_not)    \
  Task<> name##Passes(Notes& notes) {        \
    holds << "unheard";                      \
    notes.reached.push_back("end");          \
    co_return;                               \
  }                                          \
  Task<> name##Fails(Notes& notes) {         \
    does_not << "the " << 2 << "nd operand"; \
    notes.reached.push_back("end");          \
    co_return;                               \
  }

void Throw() { throw std::runtime_error("no"); }
void DoNothing() {}
void FailFatally() { ASSERT_TRUE(false) << "inner"; }
bool Even(int n) { return n % 2 == 0; }
bool Less2(int a, int b) { return a < b; }
bool Less3(int a, int b, int c) { return a < b && b < c; }
bool Less4(int a, int b, int c, int d) { return a < b && b < c && c < d; }
bool Less5(int a, int b, int c, int d, int e) {
  return Less4(a, b, c, d) && d < e;
}
testing::AssertionResult Says(bool yes) {
  return yes ? testing::AssertionSuccess()
             : testing::AssertionFailure() << "formatted";
}
testing::AssertionResult Format1(const char*, int n) { return Says(Even(n)); }
testing::AssertionResult Format2(const char*, const char*, int a, int b) {
  return Says(a < b);
}
testing::AssertionResult Format3(const char*, const char*, const char*, int a,
                                 int b, int c) {
  return Says(Less3(a, b, c));
}
testing::AssertionResult Format4(const char*, const char*, const char*,
                                 const char*, int a, int b, int c, int d) {
  return Says(Less4(a, b, c, d));
}
testing::AssertionResult Format5(const char*, const char*, const char*,
                                 const char*, const char*, int a, int b, int c,
                                 int d, int e) {
  return Says(Less5(a, b, c, d, e));
}

MACRO_CASE(True, CO_ASSERT_TRUE(1 == 1), CO_ASSERT_TRUE(1 == 2))
MACRO_CASE(False, CO_ASSERT_FALSE(1 == 2), CO_ASSERT_FALSE(1 == 1))
MACRO_CASE(Eq, CO_ASSERT_EQ(1, 1), CO_ASSERT_EQ(1, 2))
MACRO_CASE(Ne, CO_ASSERT_NE(1, 2), CO_ASSERT_NE(1, 1))
MACRO_CASE(Lt, CO_ASSERT_LT(1, 2), CO_ASSERT_LT(2, 2))
MACRO_CASE(Le, CO_ASSERT_LE(2, 2), CO_ASSERT_LE(3, 2))
MACRO_CASE(Gt, CO_ASSERT_GT(2, 1), CO_ASSERT_GT(2, 2))
MACRO_CASE(Ge, CO_ASSERT_GE(2, 2), CO_ASSERT_GE(2, 3))
MACRO_CASE(StrEq, CO_ASSERT_STREQ("a", "a"), CO_ASSERT_STREQ("a", "b"))
MACRO_CASE(StrNe, CO_ASSERT_STRNE("a", "b"), CO_ASSERT_STRNE("a", "a"))
MACRO_CASE(StrCaseEq, CO_ASSERT_STRCASEEQ("a", "A"),
           CO_ASSERT_STRCASEEQ("a", "B"))
MACRO_CASE(StrCaseNe, CO_ASSERT_STRCASENE("a", "B"),
           CO_ASSERT_STRCASENE("a", "A"))
MACRO_CASE(FloatEq, CO_ASSERT_FLOAT_EQ(1.5f, 1.5f),
           CO_ASSERT_FLOAT_EQ(1.5f, 2.5f))
MACRO_CASE(DoubleEq, CO_ASSERT_DOUBLE_EQ(1.5, 1.5),
           CO_ASSERT_DOUBLE_EQ(1.5, 2.5))
MACRO_CASE(Near, CO_ASSERT_NEAR(1.0, 1.1, 0.2), CO_ASSERT_NEAR(1.0, 1.3, 0.2))
MACRO_CASE(That, CO_ASSERT_THAT(1, testing::Lt(2)),
           CO_ASSERT_THAT(1, testing::Gt(2)))
MACRO_CASE(Throws, CO_ASSERT_THROW(Throw(), std::runtime_error),
           CO_ASSERT_THROW(Throw(), std::logic_error))
MACRO_CASE(AnyThrow, CO_ASSERT_ANY_THROW(Throw()),
           CO_ASSERT_ANY_THROW(DoNothing()))
MACRO_CASE(NoThrow, CO_ASSERT_NO_THROW(DoNothing()),
           CO_ASSERT_NO_THROW(Throw()))
MACRO_CASE(NoFatal, CO_ASSERT_NO_FATAL_FAILURE(DoNothing()),
           CO_ASSERT_NO_FATAL_FAILURE(FailFatally()))
MACRO_CASE(Death, CO_ASSERT_DEATH(std::abort(), ""),
           CO_ASSERT_DEATH(DoNothing(), ""))
MACRO_CASE(Exit, CO_ASSERT_EXIT(std::_Exit(3), testing::ExitedWithCode(3), ""),
           CO_ASSERT_EXIT(std::_Exit(4), testing::ExitedWithCode(3), ""))
MACRO_CASE(Pred1, CO_ASSERT_PRED1(Even, 2), CO_ASSERT_PRED1(Even, 3))
MACRO_CASE(Pred2, CO_ASSERT_PRED2(Less2, 1, 2), CO_ASSERT_PRED2(Less2, 2, 1))
MACRO_CASE(Pred3, CO_ASSERT_PRED3(Less3, 1, 2, 3),
           CO_ASSERT_PRED3(Less3, 1, 3, 2))
MACRO_CASE(Pred4, CO_ASSERT_PRED4(Less4, 1, 2, 3, 4),
           CO_ASSERT_PRED4(Less4, 1, 2, 4, 3))
MACRO_CASE(Pred5, CO_ASSERT_PRED5(Less5, 1, 2, 3, 4, 5),
           CO_ASSERT_PRED5(Less5, 1, 2, 3, 5, 4))
MACRO_CASE(PredFormat1, CO_ASSERT_PRED_FORMAT1(Format1, 2),
           CO_ASSERT_PRED_FORMAT1(Format1, 3))
MACRO_CASE(PredFormat2, CO_ASSERT_PRED_FORMAT2(Format2, 1, 2),
           CO_ASSERT_PRED_FORMAT2(Format2, 2, 1))
MACRO_CASE(PredFormat3, CO_ASSERT_PRED_FORMAT3(Format3, 1, 2, 3),
           CO_ASSERT_PRED_FORMAT3(Format3, 1, 3, 2))
MACRO_CASE(PredFormat4, CO_ASSERT_PRED_FORMAT4(Format4, 1, 2, 3, 4),
           CO_ASSERT_PRED_FORMAT4(Format4, 1, 2, 4, 3))
MACRO_CASE(PredFormat5, CO_ASSERT_PRED_FORMAT5(Format5, 1, 2, 3, 4, 5),
           CO_ASSERT_PRED_FORMAT5(Format5, 1, 2, 3, 5, 4))
// There is no CO_FAIL that holds.
MACRO_CASE(Fail, CO_ASSERT_TRUE(true), CO_FAIL())

#define CASE(name, message) {#name, &name##Passes, &name##Fails, message}
const MacroCase kMacroCases[] = {
    CASE(True, "Value of: 1 == 2\n  Actual: false"),
    CASE(False, "Value of: 1 == 1\n  Actual: true"),
    CASE(Eq, "Expected equality of these values:\n  1\n  2"),
    CASE(Ne, "Expected: (1) != (1), actual: 1 vs 1"),
    CASE(Lt, "Expected: (2) < (2), actual: 2 vs 2"),
    CASE(Le, "Expected: (3) <= (2), actual: 3 vs 2"),
    CASE(Gt, "Expected: (2) > (2), actual: 2 vs 2"),
    CASE(Ge, "Expected: (2) >= (3), actual: 2 vs 3"),
    CASE(StrEq, "Expected equality of these values:\n  \"a\"\n  \"b\""),
    CASE(StrNe, "Expected: (\"a\") != (\"a\")"),
    CASE(StrCaseEq, "Ignoring case"),
    CASE(StrCaseNe, "(ignoring case)"),
    CASE(FloatEq, "1.5f\n"),
    CASE(DoubleEq, "2.5"),
    CASE(Near, "exceeds 0.2"),
    CASE(That, "Value of: 1\nExpected: is > 2"),
    CASE(Throws, "Expected: Throw() throws an exception of type"),
    CASE(AnyThrow, "Expected: DoNothing() throws an exception"),
    CASE(NoThrow, "Expected: Throw() doesn't throw an exception"),
    CASE(NoFatal, "doesn't generate new fatal failures"),
    CASE(Death, "Result: failed to die"),
    CASE(Exit, "Exited with exit status 4"),
    CASE(Pred1, "Even(3) evaluates to false"),
    CASE(Pred2, "Less2(2, 1) evaluates to false"),
    CASE(Pred3, "Less3(1, 3, 2) evaluates to false"),
    CASE(Pred4, "Less4(1, 2, 4, 3) evaluates to false"),
    CASE(Pred5, "Less5(1, 2, 3, 5, 4) evaluates to false"),
    CASE(PredFormat1, "formatted"),
    CASE(PredFormat2, "formatted"),
    CASE(PredFormat3, "formatted"),
    CASE(PredFormat4, "formatted"),
    CASE(PredFormat5, "formatted"),
    CASE(Fail, "Failed"),
};

class CoAssertMacroTest : public testing::TestWithParam<MacroCase> {};

TEST_P(CoAssertMacroTest, ThatHoldsLetsTheTaskGoOn) {
  const Ran ran = RunBody(GetParam().passes);
  EXPECT_TRUE(ran.result.ok());
  EXPECT_THAT(ran.failures, IsEmpty());
  EXPECT_THAT(ran.notes.reached, ElementsAre("end"));
}

TEST_P(CoAssertMacroTest, ThatDoesNotHoldEndsTheRunAndShowsItsMessage) {
  const Ran ran = RunBody(GetParam().fails);
  EXPECT_EQ(ran.result.outcome, Outcome::kFailed);
  EXPECT_THAT(ran.notes.reached, IsEmpty());
  ASSERT_FALSE(ran.failures.empty());
  EXPECT_THAT(ran.failures.back().message, HasSubstr(GetParam().message));
  EXPECT_THAT(ran.failures.back().message, HasSubstr("the 2nd operand"));
  EXPECT_EQ(ran.failures.back().file, "testing/co_assert_test.cc");
  EXPECT_EQ(ran.failures.back().task_name, "main#1");
}

INSTANTIATE_TEST_SUITE_P(Every, CoAssertMacroTest,
                         testing::ValuesIn(kMacroCases),
                         [](const testing::TestParamInfo<MacroCase>& info) {
                           return std::string(info.param.name);
                         });

// ---- How they behave --------------------------------------------------------

Task<int> Next(Notes& notes) {
  co_await Yield();
  co_return ++notes.evaluated;
}

Task<> CompareOnce(Notes& notes) {
  CO_ASSERT_EQ(co_await Next(notes), 1);
  CO_ASSERT_LT(co_await Next(notes), 3);
  CO_ASSERT_THAT(co_await Next(notes), testing::Eq(3));
  CO_ASSERT_TRUE(co_await Next(notes) == 4);
  CO_ASSERT_EQ(co_await Next(notes), 0);
}

TEST(CoAssertTest, OperandsAreAwaitedOnce) {
  const Ran ran = RunBody(CompareOnce);
  EXPECT_EQ(ran.notes.evaluated, 5);
  ASSERT_THAT(ran.failures, SizeIs(1));
  EXPECT_THAT(ran.failures[0].message, HasSubstr("co_await Next(notes)"));
  EXPECT_THAT(ran.failures[0].message, HasSubstr("Which is: 5"));
}

Task<int> IntFails(Notes& notes) {
  CO_ASSERT_TRUE(notes.evaluated > 0) << "int";
  notes.reached.push_back("int");
  co_return 1;
}
Task<absl::Status> StatusFails(Notes& notes) {
  CO_ASSERT_TRUE(notes.evaluated > 0) << "status";
  notes.reached.push_back("status");
  co_return absl::OkStatus();
}
Task<absl::StatusOr<std::string>> StatusOrFails(Notes& notes) {
  CO_ASSERT_TRUE(notes.evaluated > 0) << "statusor";
  notes.reached.push_back("statusor");
  co_return std::string("text");
}
Task<> AwaitInt(Notes& notes) {
  co_await IntFails(notes);
  notes.reached.push_back("end");
}
Task<> AwaitStatus(Notes& notes) {
  const absl::Status status = co_await StatusFails(notes);
  notes.reached.push_back(status.ToString());
}
Task<> AwaitStatusOr(Notes& notes) {
  const absl::StatusOr<std::string> text = co_await StatusOrFails(notes);
  notes.reached.push_back(*text);
}

TEST(CoAssertTest, EndsTheRunFromATaskOfAnyResult) {
  for (auto* body : {AwaitInt, AwaitStatus, AwaitStatusOr}) {
    const Ran ran = RunBody(body);
    EXPECT_EQ(ran.result.outcome, Outcome::kFailed);
    EXPECT_THAT(ran.failures, SizeIs(1));
    EXPECT_THAT(ran.notes.reached, IsEmpty());
  }
}

Task<int> Innermost(Notes& notes) {
  co_await Sleep(absl::Seconds(2));
  CO_ASSERT_EQ(notes.evaluated, 1);
  notes.reached.push_back("innermost");
  co_return 1;
}
Task<absl::Status> Middle(Notes& notes) {
  const int got = co_await Innermost(notes);
  notes.reached.push_back("middle");
  co_return got == 1 ? absl::OkStatus() : absl::UnknownError("");
}
Task<> Outermost(Notes& notes) {
  const absl::Status status = co_await Middle(notes);
  notes.reached.push_back("outermost");
}

TEST(CoAssertTest, EndsTheRunFromThreeDeepAndTheStackIsReported) {
  const Ran ran = RunBody(Outermost);
  EXPECT_EQ(ran.result.outcome, Outcome::kFailed);
  EXPECT_THAT(ran.notes.reached, IsEmpty());
  ASSERT_THAT(ran.failures, SizeIs(1));
  EXPECT_EQ(ran.failures[0].time, SimTime(2'000'000'000));
  EXPECT_EQ(ran.failures[0].step, 2);
  ASSERT_THAT(ran.result.tasks, SizeIs(1));
  EXPECT_THAT(ran.result.tasks[0].stack,
              ElementsAre(HasSubstr("Innermost"), HasSubstr("Middle"),
                          HasSubstr("Outermost")));
}

Task<> Other(Notes& notes) {
  for (;;) {
    co_await Sleep(absl::Seconds(1));
    notes.reached.push_back("other");
  }
}
Task<> FailBesideAnother(Notes& notes) {
  Spawn("other", Other, std::ref(notes));
  co_await Sleep(absl::Milliseconds(1500));
  CO_FAIL();
}

TEST(CoAssertTest, EndsTheRunForAllTasks) {
  const Ran ran = RunBody(FailBesideAnother);
  EXPECT_EQ(ran.result.elapsed, absl::Milliseconds(1500));
  EXPECT_THAT(ran.notes.reached, ElementsAre("other"));
}

struct Witness {
  explicit Witness(Notes& n) : notes(n) {}
  ~Witness() { notes.reached.push_back("destroyed"); }
  Notes& notes;
};
Task<> FailWithLocals(Notes& notes) {
  Witness witness(notes);
  CO_FAIL();
}

TEST(CoAssertTest, DestroysTheLocalsOfTheTasksThatItStops) {
  EXPECT_THAT(RunBody(FailWithLocals).notes.reached, ElementsAre("destroyed"));
}

// As with stock assertions, an `else` belongs to the user's own `if`.
Task<> Dangle(Notes& notes) {
  const bool yes = notes.evaluated == 0;
  if (yes)
    CO_ASSERT_TRUE(yes) << "never said";
  else
    notes.reached.push_back("else");
  if (!yes)
    CO_FAIL();
  else
    notes.reached.push_back("second else");
  if (!yes)
    CO_SKIP();
  else
    notes.reached.push_back("third else");
}

TEST(CoAssertTest, DoesNotTakeTheElseOfAnIfWithoutBraces) {
  const Ran ran = RunBody(Dangle);
  EXPECT_TRUE(ran.result.ok());
  EXPECT_THAT(ran.notes.reached, ElementsAre("second else", "third else"));
}

Task<int> ExpectAndReturn(Notes& notes) {
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(notes.evaluated, 7) << "an EXPECT_ on the way";
  co_return 1;
}
Task<> AssertWhatHolds(Notes& notes) {
  CO_ASSERT_EQ(co_await ExpectAndReturn(notes), 1);
  notes.reached.push_back("end");
}

TEST(CoAssertTest, AnExpectationThatFailsInAnOperandDoesNotStopTheRun) {
  const Ran ran = RunBody(AssertWhatHolds);
  EXPECT_TRUE(ran.result.ok());
  EXPECT_THAT(ran.failures, SizeIs(1));
  EXPECT_THAT(ran.notes.reached, ElementsAre("end"));
}

Task<> ExpectInPassing(Notes& notes) {
  EXPECT_EQ(notes.evaluated, 7);
  co_return;
}
Task<int> SleepAndReturn() {
  co_await Sleep(absl::Seconds(1));
  co_return 1;
}
Task<> AssertWhileAnotherFails(Notes& notes) {
  Spawn("other", ExpectInPassing, std::ref(notes));
  CO_ASSERT_EQ(co_await SleepAndReturn(), 1);
  notes.reached.push_back("end");
}

TEST(CoAssertTest, AnExpectationThatFailsInAnotherTaskDoesNotStopTheRun) {
  const Ran ran = RunBody(AssertWhileAnotherFails);
  EXPECT_TRUE(ran.result.ok());
  EXPECT_THAT(ran.failures, SizeIs(1));
  EXPECT_THAT(ran.notes.reached, ElementsAre("end"));
}

Task<> SkipSoon(Notes& notes) {
  co_await Sleep(absl::Seconds(1));
  CO_SKIP() << "needs " << 2 << " disks";
  notes.reached.push_back("end");
}

TEST(CoSkipTest, EndsTheRunWithItsReasonAndPlace) {
  const Ran ran = RunBody(SkipSoon);
  EXPECT_EQ(ran.result.elapsed, absl::Seconds(1));
  EXPECT_THAT(ran.notes.reached, IsEmpty());
  EXPECT_THAT(ran.failures, IsEmpty());
  ASSERT_TRUE(ran.skip.has_value());
  EXPECT_EQ(ran.skip->reason, "needs 2 disks");
  EXPECT_EQ(ran.skip->file, "testing/co_assert_test.cc");
  EXPECT_GT(ran.skip->line, 0);
  EXPECT_TRUE(ran.stopped_by_skip);
}

Task<> ThrowAtOnce() {
  throw std::runtime_error("first");
  co_return;
}
// The handle goes within the step that skips, and the exception with it.
Task<> ThrowAndSkip(Notes&) {
  JoinHandle<> thrower = Spawn("thrower", ThrowAtOnce);
  co_await Yield();
  thrower = JoinHandle<>();
  CO_SKIP() << "too late";
}

TEST(CoSkipTest, DoesNotHideWhatFailedBefore) {
  const Ran ran = RunBody(ThrowAndSkip);
  EXPECT_FALSE(ran.stopped_by_skip);
  EXPECT_THAT(ran.result.failure->message, HasSubstr("first"));
}

}  // namespace
}  // namespace orrery
