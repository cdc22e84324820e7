// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/failure_capture.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/scoped_trace.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;

// What was captured, once nothing is any more: until then, the assertions of
// these tests themselves would be.
struct Captured {
  std::vector<CapturedFailure> failures;
  uint64_t count = 0;
  bool fatal = false;
  std::optional<CapturedSkip> skip;
};

Captured CaptureIn(const std::function<void()>& function) {
  const FailureCapture capture;
  function();
  return {capture.failures(), capture.count(), capture.fatal(), capture.skip()};
}
Captured CaptureRun(Task<> (*body)()) {
  return CaptureIn([&] { Simulation().Run(body); });
}

constexpr int kWorkerLine = __LINE__ + 3;
Task<> FailInAWorker() {
  co_await Sleep(absl::Seconds(3));
  SIM_SCOPED_TRACE("round 7");
  EXPECT_EQ(1 + 1, 3) << "sum";
}

Task<> SpawnAWorker() { co_await Spawn("worker", FailInAWorker); }

TEST(FailureCaptureTest, KeepsWhatTheSimulationKnowsOfAFailure) {
  const Captured captured = CaptureRun(SpawnAWorker);
  ASSERT_THAT(captured.failures, SizeIs(1));
  const CapturedFailure& failure = captured.failures[0];
  EXPECT_EQ(failure.file, "testing/failure_capture_test.cc");
  EXPECT_EQ(failure.line, kWorkerLine + 1);
  EXPECT_THAT(failure.message, EndsWith("\nsum"));
  EXPECT_EQ(failure.time, SimTime(3'000'000'000));
  EXPECT_EQ(failure.step, 3);
  EXPECT_EQ(failure.task, TaskId(2));
  EXPECT_EQ(failure.task_name, "worker#2");
  EXPECT_FALSE(failure.closing);
  EXPECT_THAT(failure.scoped_traces,
              ElementsAre(absl::StrCat("testing/failure_capture_test.cc:",
                                       kWorkerLine, ": round 7")));
  EXPECT_FALSE(captured.fatal);
}

Task<> FailInACallback() {
  Post([] { EXPECT_TRUE(false); });
  co_await Sleep(absl::Seconds(1));
}

TEST(FailureCaptureTest, NamesTheCallbackThatFailed) {
  const Captured captured = CaptureRun(FailInACallback);
  ASSERT_THAT(captured.failures, SizeIs(1));
  EXPECT_EQ(captured.failures[0].task_name, "callback#2");
}

struct FailsWhenDestroyed {
  ~FailsWhenDestroyed() { ADD_FAILURE() << "destroyed"; }
};
Task<> Hold() {
  FailsWhenDestroyed local;
  co_await Sleep(absl::InfiniteDuration());
}
// After a failure there is no orderly end.
Task<> LeaveATaskBehind() {
  Spawn(Hold);
  co_await Yield();
  throw std::runtime_error("broken");
}

TEST(FailureCaptureTest, TellsWhenTheRunWasBeingClosed) {
  const Captured captured = CaptureRun(LeaveATaskBehind);
  ASSERT_THAT(captured.failures, SizeIs(1));
  EXPECT_TRUE(captured.failures[0].closing);
}

TEST(FailureCaptureTest, WorksOutsideOfASimulation) {
  const Captured captured = CaptureIn([] { EXPECT_TRUE(false) << "nowhere"; });
  ASSERT_THAT(captured.failures, SizeIs(1));
  EXPECT_THAT(captured.failures[0].message, HasSubstr("nowhere"));
  EXPECT_EQ(captured.failures[0].task_name, "");
}

void Assert() { ASSERT_TRUE(false); }

TEST(FailureCaptureTest, TellsFatalFailuresApart) {
  EXPECT_FALSE(CaptureIn([] { EXPECT_TRUE(false); }).fatal);
  const Captured captured = CaptureIn([] {
    Assert();
    EXPECT_TRUE(false);
  });
  EXPECT_TRUE(captured.fatal);
  EXPECT_EQ(captured.count, 2);
}

void Skip(const char* reason) { GTEST_SKIP() << reason; }

TEST(FailureCaptureTest, KeepsTheFirstSkip) {
  const Captured captured = CaptureIn([] {
    Skip("first");
    Skip("second");
  });
  ASSERT_TRUE(captured.skip.has_value());
  EXPECT_EQ(captured.skip->reason, "first");
  EXPECT_EQ(captured.skip->file, "testing/failure_capture_test.cc");
  EXPECT_EQ(captured.count, 0);
}

TEST(FailureCaptureTest, TakesSuccessForNothing) {
  const Captured captured = CaptureIn([] { SUCCEED() << "fine"; });
  EXPECT_EQ(captured.count, 0);
  EXPECT_FALSE(captured.skip.has_value());
}

TEST(FailureCaptureTest, CountsWhatItDoesNotKeep) {
  const Captured captured = CaptureIn([] {
    for (size_t i = 0; i < FailureCapture::kMaxKept + 10; ++i) ADD_FAILURE();
  });
  EXPECT_THAT(captured.failures, SizeIs(FailureCapture::kMaxKept));
  EXPECT_EQ(captured.count, FailureCapture::kMaxKept + 10);
}

TEST(FailureCaptureTest, TakesTheResultsOfItsOwnThreadOnly) {
  Captured captured;
  EXPECT_NONFATAL_FAILURE_ON_ALL_THREADS(
      captured = CaptureIn(
          [] { std::thread([] { ADD_FAILURE() << "elsewhere"; }).join(); }),
      "elsewhere");
  EXPECT_EQ(captured.count, 0);
}

TEST(FailureCaptureTest, TheInnermostOneTakesThemAll) {
  Captured inner;
  const Captured outer =
      CaptureIn([&] { inner = CaptureIn([] { ADD_FAILURE(); }); });
  EXPECT_EQ(inner.count, 1);
  EXPECT_EQ(outer.count, 0);
}

TEST(FailureCaptureTest, LeavesNothingBehind) {
  CaptureIn([] { EXPECT_NE(FailureCapture::Current(), nullptr); });
  EXPECT_EQ(FailureCapture::Current(), nullptr);
}

TEST(FailureMarkTest, KnowsWhetherTheLatestFailureIsAtAPlace) {
  std::vector<bool> said;
  constexpr int kLine = __LINE__ + 5;
  CaptureIn([&] {
    const FailureMark mark;
    said.push_back(mark.FailedSince(__FILE__, kLine));
    // The line of this failure is the one that counts:
    ADD_FAILURE();
    said.push_back(mark.FailedSince(__FILE__, kLine));
    said.push_back(mark.FailedSince(__FILE__, kLine + 1));
    said.push_back(mark.FailedSince("another.cc", kLine));
    const FailureMark later;
    said.push_back(later.FailedSince(__FILE__, kLine));
    ADD_FAILURE();
    said.push_back(mark.FailedSince(__FILE__, kLine));
  });
  EXPECT_THAT(said, ElementsAre(false, true, false, false, false, false));
}

// Where nothing is captured, GoogleTest's own results are looked at; a success
// is no failure.
TEST(FailureMarkTest, LooksAtGoogleTestsResultsToo) {
  const FailureMark mark;
  EXPECT_FALSE(mark.FailedSince(__FILE__, __LINE__));
  const int line = __LINE__ + 1;
  SUCCEED();
  EXPECT_FALSE(mark.FailedSince(__FILE__, line));
}

// There is no test yet, or any more, in these.
bool fails_in_environment = true;
class Environment : public testing::Environment {
 public:
  void SetUp() override {
    const FailureMark mark;
    fails_in_environment = mark.FailedSince(__FILE__, __LINE__);
  }
};
const testing::Environment* const environment =
    testing::AddGlobalTestEnvironment(new Environment);

TEST(FailureMarkTest, CanBeMadeWhereNoTestRuns) {
  EXPECT_NE(environment, nullptr);
  EXPECT_FALSE(fails_in_environment);
}

}  // namespace
}  // namespace orrery
