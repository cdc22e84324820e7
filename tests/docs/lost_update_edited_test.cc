// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// examples/bank/lost_update_test.cc after an edit that changes what the
// scheduler is asked. Fails on purpose, to be shown.

// g++ takes the file that #line names for a header, and warns of what is only
// in this one.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

#include <functional>

#include "orrery/testing/sim_test.h"

// Its places are those of the program that it is an edit of.
#line 12 "examples/bank/lost_update_test.cc"
namespace {

using orrery::JoinHandle;
using orrery::Shared;
using orrery::Spawn;
using orrery::Task;

// [snippet: edited]
Task<> Deposit(Shared<int>& balance, int amount) {
  const int seen = co_await balance.Read();
  if (amount <= 0) co_return;
  co_await balance.Write(seen + amount);
}

Task<> Audit(Shared<int>& balance) { EXPECT_GE(co_await balance.Read(), 0); }

SIM_TEST(BankTest, NoDepositIsLost, {.runs = 200, .scheduler = "random"}) {
  Shared<int> balance(0, "balance");
  JoinHandle<> ann = Spawn("Ann", Deposit, std::ref(balance), 10);
  JoinHandle<> ben = Spawn("Ben", Deposit, std::ref(balance), 5);
  JoinHandle<> audit = Spawn("audit", Audit, std::ref(balance));
  co_await ann;
  co_await ben;
  co_await audit;
  EXPECT_EQ(balance.Peek(), 15);
}
// [end: edited]

}  // namespace
