// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests that fail on purpose: what they print, and that the commands which they
// print repeat the failure, is checked by failure_report_test.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// A program that has changed since its trace was recorded.
bool IsEdited() { return std::getenv("FAILING_SAMPLE_EDITED") != nullptr; }

Task<> Deposit(Shared<int>& balance, int amount) {
  if (IsEdited()) co_await balance.Read();
  const int seen = co_await balance.Read();
  co_await balance.Write(seen + amount);
}

SIM_TEST(FailingSample, LosesAnUpdate, {.runs = 200, .scheduler = "random"}) {
  Shared<int> balance(0, "balance");
  JoinHandle<> first = Spawn("first", Deposit, std::ref(balance), 10);
  JoinHandle<> second = Spawn("second", Deposit, std::ref(balance), 5);
  co_await first;
  co_await second;
  EXPECT_EQ(balance.Peek(), 15) << "a deposit is lost";
}

Task<> Dine(Mutex& left, Mutex& right) {
  const int seconds = IsEdited() ? 2 : 1;
  Mutex::Guard first = co_await left.Lock();
  co_await Sleep(absl::Seconds(seconds));
  Mutex::Guard second = co_await right.Lock();
}

SIM_TEST(FailingSample, FivePhilosophersDeadlock) {
  Mutex a("fork a"), b("fork b"), c("fork c"), d("fork d"), e("fork e");
  JoinHandle<> p1 = Spawn("Anna", Dine, std::ref(a), std::ref(b));
  JoinHandle<> p2 = Spawn("Ben", Dine, std::ref(b), std::ref(c));
  JoinHandle<> p3 = Spawn("Cleo", Dine, std::ref(c), std::ref(d));
  JoinHandle<> p4 = Spawn("Dan", Dine, std::ref(d), std::ref(e));
  JoinHandle<> p5 = Spawn("Eva", Dine, std::ref(e), std::ref(a));
  co_await p1;
  co_await p2;
  co_await p3;
  co_await p4;
  co_await p5;
}

Task<> WaitForever(Event& never) { co_await never.Wait(); }

SIM_TEST(FailingSample, AHundredTasksDeadlock) {
  Event never("never");
  for (int i = 0; i < 100; ++i) Spawn("waiter", WaitForever, std::ref(never));
  co_await never.Wait();
}

SIM_TEST(FailingSample, NeverEnds, {.max_steps = 1000}) {
  for (;;) co_await Yield();
}

// Longer than is recorded in full.
SIM_TEST(FailingSample, NeverEndsInLong, {.max_steps = 300'000}) {
  for (;;) co_await Yield();
}

Task<> Poll(const bool& ready) {
  while (!ready) co_await Yield();
}

SIM_TEST(FailingSample, GoesRoundInCircles, {.max_steps_per_instant = 5000}) {
  bool ready = false;
  JoinHandle<> poller = Spawn("poller", Poll, std::ref(ready));
  co_await Sleep(absl::Seconds(1));  // the clock never gets there
  ready = true;
  co_await poller;
}

SIM_TEST(FailingSample, TakesTooLong, {.max_time = absl::Seconds(10)}) {
  for (;;) co_await Sleep(absl::Seconds(3));
}

Task<int> Divide(int a, int b) {
  CO_ASSERT_NE(b, 0) << "dividing " << a;
  co_return a / b;
}

Task<int> DivideTwice(int a, int b) {
  const int once = co_await Divide(a, b);
  co_return co_await Divide(once, b);
}

SIM_TEST(FailingSample, AssertsInAHelper) {
  co_await Sleep(absl::Seconds(2));
  SIM_SCOPED_TRACE("while dividing");
  const int result = co_await DivideTwice(6, 0);
  ADD_FAILURE() << "not reached, " << result;
}

Task<> Throw() {
  co_await Sleep(absl::Seconds(1));
  throw std::runtime_error("disk full");
}

SIM_TEST(FailingSample, ThrowsWhereNobodyAwaits) {
  Spawn("worker", Throw);
  co_await Sleep(absl::Seconds(5));
}

SIM_TEST(FailingSample, Throws) { co_await Throw(); }

SIM_TEST(FailingSample, FailsManyTimes) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_LT(i, 0) << "round " << i;
    co_await Sleep(absl::Seconds(1));
  }
}

SIM_TEST(FailingSample, FailsAtLength) {
  std::string text = "a long message";
  for (int i = 0; i < 100; ++i) text += "\nline " + std::to_string(i);
  ADD_FAILURE() << text;
}

Task<> Expect(int number) {
  co_await Sleep(absl::Seconds(number));
  EXPECT_EQ(number, 0);
}

SIM_TEST(FailingSample, FailsInThreeTasks) {
  JoinHandle<> one = Spawn("one", Expect, 1);
  JoinHandle<> two = Spawn("two", Expect, 2);
  JoinHandle<> none = Spawn("none", Expect, 0);
  co_await one;
  co_await two;
  co_await none;
}

int runs = 0;

SIM_TEST(FailingSample, DependsOnAGlobal) {
  ++runs;
  for (int i = 0; i < runs; ++i) co_await Yield();
  ADD_FAILURE() << "always";
}

SIM_TEST(FailingSample, ChoosesByAGlobal, {.scheduler = "random"}) {
  const uint64_t n = Choose(static_cast<uint64_t>(2 + ++runs), "die");
  ADD_FAILURE() << "rolled " << n;
}

// ---- Fixtures ---------------------------------------------------------------

class ThrowingFixture : public SimTest {
 protected:
  ThrowingFixture() { throw std::runtime_error("no such folder"); }
};

SIM_TEST_F(ThrowingFixture, IsNotRun) { ADD_FAILURE() << "reached"; }

class FailingFixture : public SimTest {
 protected:
  ~FailingFixture() { EXPECT_EQ(1 + 1, 3) << "in the destructor"; }
  Task<> TearDown() {
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(1 + 1, 4) << "in TearDown";
  }
};

SIM_TEST_F(FailingFixture, FailsAfterItsBody) { co_await Yield(); }

class FatalSetUp : public SimTest {
 protected:
  void SetUp() { ASSERT_EQ(1 + 1, 3) << "in SetUp"; }
  void TearDown() { EXPECT_TRUE(HasFatalFailure()); }
};

SIM_TEST_F(FatalSetUp, StopsTheBody) { ADD_FAILURE() << "reached"; }

struct FailsWhenDestroyed {
  ~FailsWhenDestroyed() { ADD_FAILURE() << "a callback is destroyed"; }
};

// Tasks that are left are cancelled; callbacks just go.
SIM_TEST(FailingSample, FailsWhileTheRunIsTakenApart) {
  PostAfter(absl::Hours(1), [kept = std::make_shared<FailsWhenDestroyed>()] {});
  co_await Yield();
}

// A plain test runs a simulation: results go to GoogleTest at once.
Task<> FailSoon(bool& reached) {
  co_await Yield();
  CO_ASSERT_EQ(1 + 1, 3) << "for all to see";
  reached = true;
}

TEST(PlainSample, ACoAssertEndsItsRun) {
  bool reached = false;
  const RunResult result = Simulation().Run(FailSoon, reached);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_FALSE(reached);
}

Task<> SkipSoon() {
  co_await Yield();
  CO_SKIP() << "seen by all";
}

TEST(PlainSample, ACoSkipSkipsIt) { Simulation().Run(SkipSoon); }

// ---- Parameters, skipping, selection ----------------------------------------

class SquareTest : public SimTestWithParam<int> {};

SIM_TEST_P(SquareTest, IsSmall) {
  co_await Sleep(absl::Seconds(GetParam()));
  EXPECT_LT(GetParam() * GetParam(), 10);
}

INSTANTIATE_SIM_TEST_SUITE_P(Numbers, SquareTest, testing::Values(3, 4));

// It counts its runs, so they share a process.
SIM_TEST(SkippingSample, SkipsTheThirdRun,
         {.runs = 5, .scheduler = "random", .isolate = false}) {
  static int run = 0;
  if (++run == 3) CO_SKIP() << "needs a disk";
  EXPECT_LE(run, 3);
  co_await Yield();
}

SIM_TEST(SkippingSample, FailsAndThenSkips) {
  EXPECT_EQ(1 + 1, 3);
  co_await Yield();
  CO_SKIP() << "too late";
}

class SkippingFixture : public SimTest {
 protected:
  void SetUp() { GTEST_SKIP() << "needs a network"; }
  void TearDown() { EXPECT_TRUE(IsSkipped()); }
};

SIM_TEST_F(SkippingFixture, SkipsTheBody) { ADD_FAILURE() << "reached"; }

SIM_TEST(FailingSample, DISABLED_NeverEndsByDefault, {.scheduler = "random"}) {
  JoinHandle<> other = Spawn("other", []() -> Task<> {
    for (;;) co_await Yield();
  });
  for (;;) co_await Yield();
}

// As if somebody typed Ctrl-C while the run is being shrunk, each run in a
// process of its own.
SIM_TEST(FailingSample, DISABLED_IsInterrupted,
         {.runs = 200, .scheduler = "random"}) {
  Shared<int> balance(0, "balance");
  JoinHandle<> first = Spawn("first", Deposit, std::ref(balance), 10);
  JoinHandle<> second = Spawn("second", Deposit, std::ref(balance), 5);
  co_await first;
  co_await second;
  if (std::getenv("SAMPLE_INTERRUPT") != nullptr) ::kill(::getppid(), SIGINT);
  EXPECT_EQ(balance.Peek(), 15);
}

SIM_TEST(FailingSample, DISABLED_Fails) {
  co_await Yield();
  ADD_FAILURE() << "although it is disabled";
}

SIM_TEST(BadOptions, NameNoPolicy, {.scheduler = "best"}) { co_await Yield(); }

SIM_TEST(BadOptions, RunNothing, {.runs = 0}) { co_await Yield(); }

SIM_TEST(BadOptions, HaveNoScheduler, {.scheduler = ""}) { co_await Yield(); }

SIM_TEST(PassingSample, Passes, {.runs = 3, .scheduler = "random"}) {
  co_await Yield();
}

}  // namespace
}  // namespace orrery
