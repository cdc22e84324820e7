// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test for a swarm: an account, three customers, and what is claimed of it.

#include <functional>
#include <vector>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::JoinHandle;
using orrery::Mutex;
using orrery::Random;
using orrery::Shared;
using orrery::Spawn;
using orrery::Task;

// [snippet: account]
Task<> Withdraw(Mutex& lock, Shared<int>& balance, int amount) {
  Mutex::Guard guard = co_await lock.Lock();
  const int seen = co_await balance.Read();
  Sometimes(seen < amount, "a withdrawal is refused");
  if (seen < amount) co_return;
  co_await balance.Write(seen - amount);
  Always(balance.Peek() >= 0, "an account is never overdrawn");
  if (balance.Peek() == 0) Reachable("an account is emptied");
}

SIM_TEST(AccountTest, IsNeverOverdrawn) {
  Mutex lock("account");
  Shared<int> balance(100, "balance");
  std::vector<JoinHandle<>> customers;
  for (int i = 0; i < 3; ++i) {
    const int amount = static_cast<int>(Random("amount").Between(1, 80));
    customers.push_back(
        Spawn("customer", Withdraw, std::ref(lock), std::ref(balance), amount));
  }
  for (JoinHandle<>& customer : customers) co_await customer;
}
// [end: account]

}  // namespace
