// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that fails, for README.md: two deposits, and nothing that keeps them
// apart. `bazel test //...` leaves it out, for it is tagged "manual";
// deposit_test.cc has the remedy.

#include <functional>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::JoinHandle;
using orrery::Shared;
using orrery::Spawn;
using orrery::Task;

// [snippet: lost_update]
Task<> Deposit(Shared<int>& balance, int amount) {
  const int seen = co_await balance.Read();
  co_await balance.Write(seen + amount);
}

SIM_TEST(BankTest, NoDepositIsLost, {.runs = 200, .scheduler = "random"}) {
  Shared<int> balance(0, "balance");
  JoinHandle<> ann = Spawn("Ann", Deposit, std::ref(balance), 10);
  JoinHandle<> ben = Spawn("Ben", Deposit, std::ref(balance), 5);
  co_await ann;
  co_await ben;
  EXPECT_EQ(balance.Peek(), 15);
}
// [end: lost_update]

}  // namespace
