// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is promised of escapes beyond each single way out (no_escape_test.cc):
// reports, answers, and what is allowed.

#include "orrery/testing/escapes.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/call_stack.h"

// Stands for a library that writes the time in front of each line of a log.
namespace absl {
ABSL_NAMESPACE_BEGIN
namespace log_internal {
[[gnu::noinline]] int64_t TimeOfLine() { return ToUnixNanos(Now()) + 1; }
}  // namespace log_internal
ABSL_NAMESPACE_END
}  // namespace absl

namespace orrery {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Task<> CallIt(const std::function<void()>* function) {
  (*function)();
  co_return;
}

// Returns how a run fails in which a task calls `function`; "" if it does not.
std::string FailureIn(const std::function<void()>& function) {
  const RunResult result = Simulation().Run(CallIt, &function);
  return result.failure.has_value() ? result.failure->message : "";
}

// ---- Reports ----------------------------------------------------------------

[[gnu::noinline]] std::vector<std::string> OwnStack() { return CallStack(); }

TEST(CallStackTest, NamesStaticFunctionsInnermostFirst) {
  const std::vector<std::string> stack = OwnStack();
  ASSERT_GE(stack.size(), 2u);
  EXPECT_THAT(stack[0], HasSubstr("OwnStack"));
  EXPECT_THAT(stack[1],
              HasSubstr("NamesStaticFunctionsInnermostFirst_Test::TestBody"));
}

TEST(CallStackTest, PartsOfACoroutineAreCalledAsItIs) {
  EXPECT_EQ(ReadableName("_ZN6orrery4WorkEv.resume"), "orrery::Work()");
  EXPECT_EQ(ReadableName("_ZN6orrery4WorkEv"), "orrery::Work()");
  EXPECT_EQ(ReadableName("main"), "main");

  EXPECT_EQ(ReadableName("_Zwhatever"), "_Zwhatever");
}

[[gnu::noinline]] void ReadClock(volatile int64_t& sink) {
  sink = std::chrono::system_clock::now().time_since_epoch().count();
}

Task<> SleepAndReadClock() {
  co_await Sleep(absl::Seconds(1));
  volatile int64_t sink = 0;
  ReadClock(sink);
  sink = sink + 1;
}

TEST(EscapeReportTest, ShowsTheProgramsFunctionsAndNoOthers) {
  const RunResult result = Simulation().Run(SleepAndReadClock);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->time, SimTime(1'000'000'000));
  EXPECT_EQ(result.failure->task_name, "main#1");
  const std::vector<std::string> lines =
      absl::StrSplit(result.failure->message, '\n');
  EXPECT_THAT(
      lines,
      ElementsAre(
          "escape: clock_gettime was called inside a simulation: the machine's "
          "clock shows another time in each run",
          "  use Now() for the time of day and Elapsed() for a stopwatch",
          AllOf(StartsWith("  called by "), HasSubstr("system_clock::now()")),
          AllOf(StartsWith("  called by "), HasSubstr("ReadClock(")),
          AllOf(StartsWith("  called by "), HasSubstr("SleepAndReadClock(")),
          "  where it is meant: AllowEscape, or {.allow_escapes = "
          "\"clock_gettime\"}"));
}

TEST(EscapeReportTest, TheFirstEscapeOfAStepIsTheOneReported) {
  EXPECT_THAT(FailureIn([] {
                ::usleep(1);
                volatile int64_t sink = absl::ToUnixNanos(absl::Now());
                sink = sink + 1;
              }),
              StartsWith("escape: usleep "));
}

TEST(EscapeReportTest, ACallbackIsAStepToo) {
  Simulation simulation;
  const RunResult result = simulation.Run([]() -> Task<> {
    Post([] { ::usleep(1); });
    co_await Sleep(absl::Seconds(1));
  });
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_THAT(result.failure->message, StartsWith("escape: usleep "));
}

TEST(EscapeReportTest, OtherThreadsAreOutside) {
  const std::function<void()> body = [] {
    const AllowEscape allow("a thread of its own, which is joined at once");
    std::thread([] { ::usleep(1); }).join();
  };
  EXPECT_EQ(FailureIn(body), "");
}

// ---- Answers ----------------------------------------------------------------

TEST(EscapeAnswerTest, ClocksShowSimulatedTimeAndMove) {
  std::vector<int64_t> wall;
  std::vector<int64_t> steady;
  FailureIn([&] {
    for (int i = 0; i < 2; ++i) {
      wall.push_back(absl::ToUnixNanos(absl::Now()));
      steady.push_back(
          std::chrono::steady_clock::now().time_since_epoch().count());
    }
  });
  const int64_t epoch = absl::ToUnixNanos(SimEpoch());
  EXPECT_THAT(wall, ElementsAre(epoch, epoch + 2'000'000));
  EXPECT_THAT(steady, ElementsAre(1'000'000, 3'000'000));
}

// A loop that waits for a clock or for a number goes on to its end, and does
// not take the time that it would have taken.
TEST(EscapeAnswerTest, LoopsEnd) {
  int sleeps = 0;
  int draws = 0;
  const absl::Time began = absl::Now();
  FailureIn([&] {
    const absl::Time deadline = absl::Now() + absl::Hours(1);
    while (absl::Now() < deadline) {
      ::sleep(60);
      ++sleeps;
    }
    while (::rand() % 100 != 7) ++draws;
    while (::poll(nullptr, 0, -1) == 0) {
    }
  });
  EXPECT_EQ(sleeps, 60);
  EXPECT_LT(draws, 2000);
  EXPECT_LT(absl::Now() - began, absl::Minutes(5));
}

TEST(EscapeAnswerTest, EachRunGetsTheSame) {
  auto draw = [] {
    std::vector<uint64_t> numbers;
    FailureIn([&] {
      for (int i = 0; i < 3; ++i) {
        uint64_t number = 0;
        EXPECT_EQ(::getrandom(&number, sizeof(number), 0),
                  static_cast<ssize_t>(sizeof(number)));
        numbers.push_back(number);
        numbers.push_back(std::random_device{}());
        numbers.push_back(static_cast<uint64_t>(::rand()));
      }
    });
    return numbers;
  };
  const std::vector<uint64_t> first = draw();
  EXPECT_EQ(draw(), first);
  EXPECT_NE(first[0], first[3]);
  EXPECT_NE(first[1], first[4]);
}

TEST(EscapeAnswerTest, AChildIsRefused) {
  FailureIn([] {
    EXPECT_EQ(::fork(), -1);
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_THROW(std::thread([] {}).join(), std::system_error);
  });
}

TEST(EscapeAnswerTest, AFileIsOpenedAllTheSame) {
  EXPECT_THAT(FailureIn([] {
                std::ifstream file("/proc/self/stat");
                EXPECT_TRUE(file.is_open());
              }),
              StartsWith("escape: fopen(\"/proc/self/stat\")"));
}

// ---- What is allowed --------------------------------------------------------

TEST(EscapeSetTest, HasFunctionsAndKinds) {
  const absl::StatusOr<EscapeSet> set = EscapeSet::Parse("clock, getrandom");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_TRUE(set->Has("time", EscapeKind::kClock));
  EXPECT_TRUE(set->Has("getrandom", EscapeKind::kEntropy));
  EXPECT_FALSE(set->Has("rand", EscapeKind::kEntropy));
  EXPECT_FALSE(set->Has("open", EscapeKind::kFile));
  EXPECT_TRUE(EscapeSet::Parse("all")->Has("open", EscapeKind::kFile));
  EXPECT_TRUE(EscapeSet::Parse("")->empty());
  EXPECT_TRUE(EscapeSet::Parse(" ")->empty());
}

TEST(EscapeSetTest, AnUnknownWordIsAnErrorThatNamesIt) {
  for (const char* list : {"clocks", "clock,,rand", "clock;rand", "Clock"}) {
    const absl::StatusOr<EscapeSet> set = EscapeSet::Parse(list);
    ASSERT_FALSE(set.ok()) << list;
    EXPECT_THAT(std::string(set.status().message()),
                AllOf(HasSubstr("is no escape"), HasSubstr("getrandom"),
                      HasSubstr("kinds: clock sleep")));
  }
}

TEST(AllowedEscapesTest, AllowNoMoreThanTheyName) {
  const AllowedEscapes outer(*EscapeSet::Parse("usleep"));
  const AllowedEscapes inner(*EscapeSet::Parse("clock"));
  EXPECT_EQ(FailureIn([] {
              ::usleep(1);
              volatile int64_t sink = absl::ToUnixNanos(absl::Now());
              sink = sink + 1;
            }),
            "");
  EXPECT_THAT(FailureIn([] { ::sleep(0); }), StartsWith("escape: sleep "));
}

// So that a file as a source of entropy is no way round.
TEST(AllowedEscapesTest, DevUrandomIsNoFile) {
  const AllowedEscapes files(*EscapeSet::Parse("file"));
  EXPECT_EQ(FailureIn([] { std::ifstream file("/dev/null"); }), "");
  EXPECT_THAT(FailureIn([] { std::ifstream file("/dev/urandom"); }),
              HasSubstr("use Random("));
}

Task<> HoldOverAnAwait() {
  const AllowEscape allow("nothing");
  co_await Sleep(absl::Seconds(1));
}

TEST(AllowEscapeTest, FailsTheRunIfItIsHeldOverAnAwait) {
  const RunResult result = Simulation().Run(HoldOverAnAwait);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_THAT(result.failure->message,
              StartsWith("an AllowEscape was held over a `co_await`"));
  EXPECT_THAT(result.failure->site, HasSubstr("escapes_test.cc"));
  EXPECT_FALSE(AllowEscape::Any());
}

TEST(AllowEscapeTest, EndsWithItsScope) {
  EXPECT_THAT(FailureIn([] {
                {
                  const AllowEscape allow("here");
                }
                ::usleep(1);
              }),
              StartsWith("escape: usleep "));
}

TEST(AllowedCallersTest, LibrariesForLogsAskTheClockForThemselves) {
  volatile int64_t sink = 0;
  EXPECT_EQ(FailureIn([&] { sink = absl::log_internal::TimeOfLine(); }), "");
  EXPECT_THAT(FailureIn([&] { sink = absl::ToUnixNanos(absl::Now()) + 1; }),
              AnyOf(StartsWith("escape: absl::Now "),
                    StartsWith("escape: clock_gettime ")));
}

TEST(AllowedCallersTest, ErrnoStaysAsItWas) {
  FailureIn([] {
    errno = EDOM;
    volatile int64_t sink = absl::log_internal::TimeOfLine();
    sink = sink + 1;
    EXPECT_EQ(errno, EDOM);
  });
}

TEST(AllowedCallersTest, GoogleTestsDeathTestsAre) {
  EXPECT_EQ(FailureIn([] {
              EXPECT_EXIT(::_exit(3), testing::ExitedWithCode(3), "");
            }),
            "");
}

// GoogleMock stands between the two, and is not who escapes.
TEST(AllowedCallersTest, WhatAMockCallsIsNot) {
  testing::MockFunction<void()> mock;
  EXPECT_CALL(mock, Call).WillOnce([] { ::usleep(1); });
  EXPECT_THAT(FailureIn([&] { mock.Call(); }), StartsWith("escape: usleep "));
}

}  // namespace
}  // namespace orrery
