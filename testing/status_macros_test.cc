// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/status_macros.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"
#include "orrery/testing/failure_capture.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

absl::Status NotFound() { return absl::NotFoundError("no such account"); }

// A server whose answers come after a while.
Task<absl::Status> Connect(bool works) {
  co_await Sleep(absl::Seconds(1));
  if (works) co_return absl::OkStatus();
  co_return NotFound();
}
Task<absl::StatusOr<std::string>> Get(bool works) {
  co_await Sleep(absl::Seconds(1));
  if (works) co_return std::string("value");
  co_return NotFound();
}
Task<absl::StatusOr<std::pair<int, std::string>>> Next(bool works) {
  co_await Yield();
  if (works) co_return std::pair<int, std::string>(1, "one");
  co_return NotFound();
}

struct Ran {
  RunResult result;
  std::vector<CapturedFailure> failures;
  std::vector<std::string> notes;
};

using Notes = std::vector<std::string>;

Ran RunBody(Task<> (*body)(bool, Notes&), bool works) {
  Ran ran;
  const FailureCapture capture;
  ran.result = Simulation().Run(body, works, ran.notes);
  ran.failures = capture.failures();
  return ran;
}

Task<> AssertStatus(bool works, Notes& notes) {
  CO_ASSERT_OK(co_await Connect(works)) << "extra";
  notes.push_back("end");
}
Task<> AssertStatusOr(bool works, Notes& notes) {
  CO_ASSERT_OK(co_await Get(works)) << "extra";
  notes.push_back("end");
}
Task<> AssertPlainStatus(bool works, Notes& notes) {
  CO_ASSERT_OK(works ? absl::OkStatus() : NotFound()) << "extra";
  notes.push_back("end");
  co_return;
}

TEST(CoAssertOkTest, TakesStatusAndStatusOr) {
  for (auto* body : {AssertStatus, AssertStatusOr, AssertPlainStatus}) {
    const Ran good = RunBody(body, true);
    EXPECT_TRUE(good.result.ok());
    EXPECT_THAT(good.failures, IsEmpty());
    EXPECT_THAT(good.notes, ElementsAre("end"));

    const Ran bad = RunBody(body, false);
    EXPECT_EQ(bad.result.outcome, Outcome::kFailed);
    EXPECT_THAT(bad.notes, IsEmpty());
    ASSERT_THAT(bad.failures, SizeIs(1));
    EXPECT_THAT(bad.failures[0].message,
                HasSubstr(" is OK\n  Actual: NOT_FOUND: no such account\n"));
    EXPECT_THAT(bad.failures[0].message, HasSubstr("extra"));
  }
}

TEST(CoAssertOkTest, ShowsTheExpression) {
  EXPECT_THAT(RunBody(AssertStatus, false).failures[0].message,
              HasSubstr("Expected: co_await Connect(works) is OK"));
}

Task<> Dangle(bool works, Notes& notes) {
  if (works)
    CO_ASSERT_OK(co_await Connect(true));
  else
    notes.push_back("else");
}

TEST(CoAssertOkTest, DoesNotTakeTheElseOfAnIfWithoutBraces) {
  EXPECT_THAT(RunBody(Dangle, true).notes, IsEmpty());
  EXPECT_THAT(RunBody(Dangle, false).notes, ElementsAre("else"));
}

Task<> AssertAndAssign(bool works, Notes& notes) {
  CO_ASSERT_OK_AND_ASSIGN(const std::string value, co_await Get(works));
  notes.push_back(value);
  std::string again;
  CO_ASSERT_OK_AND_ASSIGN(again, co_await Get(works));
  notes.push_back(again);
}

TEST(CoAssertOkAndAssignTest, DeclaresOrAssigns) {
  const Ran ran = RunBody(AssertAndAssign, true);
  EXPECT_THAT(ran.failures, IsEmpty());
  EXPECT_THAT(ran.notes, ElementsAre("value", "value"));
}

TEST(CoAssertOkAndAssignTest, EndsTheRunWithoutAValue) {
  const Ran ran = RunBody(AssertAndAssign, false);
  EXPECT_EQ(ran.result.outcome, Outcome::kFailed);
  EXPECT_THAT(ran.notes, IsEmpty());
  ASSERT_THAT(ran.failures, SizeIs(1));
  EXPECT_THAT(ran.failures[0].message,
              HasSubstr("Expected: co_await Get(works) is OK\n"
                        "  Actual: NOT_FOUND: no such account"));
}

Task<> AssignInParentheses(bool works, Notes& notes) {
  CO_ASSERT_OK_AND_ASSIGN((const auto [number, text]), co_await Next(works));
  notes.push_back(std::to_string(number) + text);
}

TEST(CoAssertOkAndAssignTest, TakesALeftSideWithACommaInParentheses) {
  EXPECT_THAT(RunBody(AssignInParentheses, true).notes, ElementsAre("1one"));
  EXPECT_THAT(RunBody(AssignInParentheses, false).notes, IsEmpty());
}

Task<absl::Status> ReturnIfError(bool works, Notes& notes) {
  CO_RETURN_IF_ERROR(co_await Connect(works));
  notes.push_back("connected");
  co_return absl::OkStatus();
}
Task<absl::StatusOr<int>> ReturnIfErrorInto(bool works, Notes& notes) {
  CO_RETURN_IF_ERROR(co_await Connect(works));
  notes.push_back("connected");
  co_return 3;
}
Task<absl::StatusOr<int>> AssignOrReturn(bool works, Notes& notes) {
  ASSIGN_OR_CO_RETURN(const std::string value, co_await Get(works));
  notes.push_back(value);
  ASSIGN_OR_CO_RETURN((const auto [number, text]), co_await Next(works));
  notes.push_back(text);
  co_return number;
}
Task<absl::Status> AssignOrReturnStatus(bool works, Notes& notes) {
  ASSIGN_OR_CO_RETURN(const std::string value, co_await Get(works));
  notes.push_back(value);
  co_return absl::OkStatus();
}

Task<> Await(bool works, Notes& notes) {
  const absl::Status status = co_await ReturnIfError(works, notes);
  notes.push_back(status.ToString());
  const absl::StatusOr<int> three = co_await ReturnIfErrorInto(works, notes);
  notes.push_back(three.status().ToString());
  const absl::StatusOr<int> one = co_await AssignOrReturn(works, notes);
  notes.push_back(one.status().ToString());
  const absl::Status last = co_await AssignOrReturnStatus(works, notes);
  notes.push_back(last.ToString());
}

TEST(CoReturnMacrosTest, GoesOnWithoutAnError) {
  const Ran ran = RunBody(Await, true);
  EXPECT_THAT(ran.notes, ElementsAre("connected", "OK", "connected", "OK",
                                     "value", "one", "OK", "value", "OK"));
}

TEST(CoReturnMacrosTest, ReturnsTheError) {
  const Ran ran = RunBody(Await, false);
  EXPECT_TRUE(ran.result.ok());
  EXPECT_THAT(ran.failures, IsEmpty());
  const std::string error = NotFound().ToString();
  EXPECT_THAT(ran.notes, ElementsAre(error, error, error, error));
}

}  // namespace
}  // namespace orrery
