// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests of many runs, some of which die: what is said about them is checked by
// testing_isolation_test.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// An application that was not written for tests: it begins only once.
int* instance = nullptr;
std::map<std::string, int>& Registry() {
  static std::map<std::string, int> registry;
  return registry;
}

Task<> UseApplication() {
  co_await Yield();
  CO_ASSERT_EQ(instance, nullptr) << "it has begun already";
  instance = new int(7);
  EXPECT_TRUE(Registry().emplace("client", *instance).second);
}

SIM_TEST(IsolationSample, AMutableStatic, {.runs = 1000}) {
  JoinHandle<> one = Spawn("one", UseApplication);
  JoinHandle<> two = Spawn("two", []() -> Task<> { co_await Yield(); });
  co_await one;
  co_await two;
}

SIM_TEST(IsolationSample, AMutableStaticInOneProcess,
         {.runs = 1000, .scheduler = "random", .isolate = false}) {
  co_await UseApplication();
}

// Something to record before the end.
Task<> Churn(Shared<int>& cell) {
  for (int i = 0; i < 20; ++i) {
    const int seen = co_await cell.Read();
    co_await cell.Write(seen + 1);
  }
}

Task<> Hang() {
  for (volatile bool on = true; on;) {
  }
  co_return;
}

int Deepen(volatile int* depth) {
  volatile char frame[256];
  frame[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  if (*depth == 0) return 0;
  return Deepen(depth) + frame[0];
}

Task<> Die() {
  co_await Sleep(absl::Seconds(2));
  const uint64_t fate = Choose(12, "fate");
  volatile int depth = 0;
  switch (fate) {
    case 0:
      std::abort();
    case 1:
      std::raise(SIGKILL);
      break;
    case 2:
      std::exit(3);
    case 3:
      co_await Hang();
      break;
    case 4:
      Deepen(&depth);
      break;
    case 5:
      EXPECT_EQ(fate, 0u) << "an assertion";
      break;
    default:
      break;
  }
}

SIM_TEST(IsolationSample, DiesNowAndThen,
         {.runs = 60,
          .scheduler = "random",
          .keep_going = 100,
          .max_real_time = absl::Seconds(1),
          .shrink = 0,
          .check_determinism = CheckDeterminism::kOff}) {
  Shared<int> cell(0, "cell");
  JoinHandle<> one = Spawn("one", Churn, std::ref(cell));
  JoinHandle<> two = Spawn("two", Churn, std::ref(cell));
  JoinHandle<> victim = Spawn("victim", Die);
  co_await one;
  co_await two;
  co_await victim;
}

SIM_TEST(IsolationSample, Hangs, {.runs = 2}) {
  co_await Sleep(absl::Seconds(2));
  co_await Hang();
}

Task<> AddTen(Shared<int>& number) {
  const int seen = co_await number.Read();
  co_await number.Write(seen + 10);
}

Task<> AddTwice(Shared<int>& number) {
  JoinHandle<> first = Spawn("first", AddTen, std::ref(number));
  JoinHandle<> second = Spawn("second", AddTen, std::ref(number));
  co_await first;
  co_await second;
}

SIM_TEST(IsolationSample, LosesAnUpdate, {.runs = 1000}) {
  Shared<int> number(0, "number");
  co_await AddTwice(number);
  EXPECT_EQ(number.Peek(), 20);
}

// Already in the run that the policy learns from.
SIM_TEST(IsolationSample, FailsAlways, {.runs = 10}) {
  Shared<int> number(0, "number");
  co_await AddTwice(number);
  EXPECT_EQ(number.Peek(), 7);
}

// A search tries every order: two tasks of two steps each.
SIM_TEST(IsolationSample, IsSearched, {.runs = 1000, .scheduler = "dfs"}) {
  Shared<int> number(0, "number");
  co_await AddTwice(number);
  EXPECT_GT(number.Peek(), 0);
}

SIM_TEST(IsolationSample, FailsInASearch, {.runs = 1000, .scheduler = "dfs"}) {
  Shared<int> number(0, "number");
  co_await AddTwice(number);
  EXPECT_EQ(number.Peek(), 20);
}

SIM_TEST(IsolationSample, Passes, {.runs = 40}) {
  Shared<int> number(0, "number");
  co_await AddTwice(number);
  testing::Test::RecordProperty("latest", number.Peek() > 0 ? "some" : "none");
}

SIM_TEST(IsolationSample, SkipsARun, {.runs = 100}) {
  co_await Yield();
  if (Choose(10, "luck") == 3) CO_SKIP() << "no luck";
}

SIM_TEST(IsolationSample, Prints, {.runs = 3, .scheduler = "random"}) {
  std::printf("out of a run\n");
  std::fprintf(stderr, "err of a run\n");
  co_await Yield();
}

}  // namespace
}  // namespace orrery
