// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests that fail on purpose: what they print, and that the commands which they
// print repeat the failure, is checked by failure_report_test.

#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <vector>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

Task<> Deposit(Shared<int>& balance, int amount) {
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
  Mutex::Guard first = co_await left.Lock();
  co_await Sleep(absl::Seconds(1));
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

SIM_TEST(FailingSample, NeverEnds, {.max_steps = 1000}) {
  for (;;) co_await Yield();
}

SIM_TEST(FailingSample, TakesTooLong, {.max_time = absl::Seconds(10)}) {
  for (;;) co_await Sleep(absl::Seconds(3));
}

Task<int> Divide(int a, int b) {
  CO_ASSERT_NE(b, 0) << "dividing " << a;
  co_return a / b;
}

SIM_TEST(FailingSample, AssertsInAHelper) {
  co_await Sleep(absl::Seconds(2));
  SIM_SCOPED_TRACE("while dividing");
  const int result = co_await Divide(6, 0);
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

SIM_TEST(FailingSample, Aborts) {
  co_await Sleep(absl::Seconds(1));
  std::abort();
}

int runs = 0;

SIM_TEST(FailingSample, DependsOnAGlobal) {
  ++runs;
  for (int i = 0; i < runs; ++i) co_await Yield();
  ADD_FAILURE() << "always";
}

}  // namespace
}  // namespace orrery
