// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The bank of lost_update_test.cc with a lock around each deposit: no schedule
// loses one.

#include <functional>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::JoinHandle;
using orrery::Mutex;
using orrery::Shared;
using orrery::Spawn;
using orrery::Task;

// [snippet: deposit]
Task<> Deposit(Mutex& lock, Shared<int>& balance, int amount) {
  Mutex::Guard guard = co_await lock.Lock();
  const int seen = co_await balance.Read();
  co_await balance.Write(seen + amount);
}
// [end: deposit]

SIM_TEST(BankTest, NoDepositIsLost, {.runs = 200, .scheduler = "random"}) {
  Mutex lock("account");
  Shared<int> balance(0, "balance");
  JoinHandle<> ann =
      Spawn("Ann", Deposit, std::ref(lock), std::ref(balance), 10);
  JoinHandle<> ben =
      Spawn("Ben", Deposit, std::ref(lock), std::ref(balance), 5);
  co_await ann;
  co_await ben;
  EXPECT_EQ(balance.Peek(), 15);
}

}  // namespace
