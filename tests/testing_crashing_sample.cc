// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests in which the process dies: what is left behind is checked by
// testing_crash_test.

#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "orrery/base/check.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// In the process of the test, which dies with them.
constexpr SimTestOptions kRandom = {
    .runs = 3, .scheduler = "random", .isolate = false};

// Something to record, so that there is something to lose.
Task<> Churn(Shared<int>& cell) {
  for (int i = 0; i < 100; ++i) {
    const int seen = co_await cell.Read();
    co_await cell.Write(seen + 1);
  }
}

// Two seconds later, `body` is called in a task called "victim".
template <typename Body>
Task<> CallInVictim(Body body) {
  co_await Sleep(absl::Seconds(2));
  body();
}

template <typename Body>
Task<> Crash(Body body) {
  Shared<int> cell(0, "cell");
  JoinHandle<> one = Spawn("one", Churn, std::ref(cell));
  JoinHandle<> two = Spawn("two", Churn, std::ref(cell));
  JoinHandle<> victim = Spawn("victim", CallInVictim<Body>, body);
  co_await one;
  co_await two;
  co_await victim;
}

SIM_TEST(CrashingSample, Aborts, kRandom) { co_await Crash(std::abort); }

void Segfault() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}
SIM_TEST(CrashingSample, Segfaults, kRandom) { co_await Crash(Segfault); }

// Deep enough for any stack, and not to be optimized into a loop.
int Recurse(volatile int* depth) {
  volatile char frame[256];
  frame[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  if (*depth == 0) return 0;
  return Recurse(depth) + frame[0];
}
void OverflowTheStack() {
  volatile int depth = 0;
  Recurse(&depth);
}
SIM_TEST(CrashingSample, OverflowsTheStack, kRandom) {
  co_await Crash(OverflowTheStack);
}

void FailACheck() { ORRERY_CHECK(1 + 1 == 3, "sums must add up"); }
SIM_TEST(CrashingSample, FailsACheck, kRandom) { co_await Crash(FailACheck); }

void ThrowDiskFull() { throw std::runtime_error("disk full"); }
void ThrowNoexcept() noexcept { ThrowDiskFull(); }
SIM_TEST(CrashingSample, ThrowsOutOfNoexcept, kRandom) {
  co_await Crash(ThrowNoexcept);
}

// As by whoever runs out of memory: nothing can be said any more.
void Kill() { std::raise(SIGKILL); }
SIM_TEST(CrashingSample, IsKilled, kRandom) { co_await Crash(Kill); }

void Exit() { std::exit(7); }
SIM_TEST(CrashingSample, Exits, kRandom) { co_await Crash(Exit); }

void Hang() {
  for (volatile bool on = true; on;) {
  }
}
SIM_TEST(CrashingSample, HangsInOneStep, kRandom) { co_await Crash(Hang); }

void FailAndAbort() {
  EXPECT_EQ(1 + 1, 3) << "before the end";
  std::abort();
}
SIM_TEST(CrashingSample, FailsAndThenAborts, kRandom) {
  co_await Crash(FailAndAbort);
}

void AbortInAThread() {
  const AllowEscape allow("a thread that dies");
  std::thread(std::abort).join();
}
SIM_TEST(CrashingSample, AbortsInAThread, kRandom) {
  co_await Crash(AbortInAThread);
}

// Found by AddressSanitizer; harmless otherwise.
void UseAfterFree() {
  int* volatile freed = new int(1);  // compilers do not see through volatile
  delete freed;
  volatile int* again = freed;
  static_cast<void>(*again);
}
SIM_TEST(CrashingSample, UsesFreedMemory, kRandom) {
  co_await Crash(UseAfterFree);
}

class CrashingFixture : public SimTest {
 protected:
  ~CrashingFixture() { std::abort(); }
};
SIM_TEST_F(CrashingFixture, AbortsWhenDestroyed) { co_await Yield(); }

// Dies in the second run of the two that a failing test makes.
SIM_TEST(CrashingSample, DiesWhenRunAgain) {
  static bool again = false;
  co_await Yield();
  if (again) std::abort();
  again = true;
  ADD_FAILURE() << "once";
}

// A death test's child is not the process that records.
SIM_TEST(CrashingSample, SurvivesADeathTest) {
  co_await Yield();
  EXPECT_DEATH(std::abort(), "");
}

}  // namespace
}  // namespace orrery
