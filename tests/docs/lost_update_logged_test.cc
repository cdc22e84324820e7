// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// examples/bank/lost_update_test.cc with a question to a run that is over: what
// did each deposit see? Fails on purpose, to be shown.

// g++ takes the file that #line names for a header, and warns of what is only
// in this one.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

#include <functional>

#include "absl/strings/str_cat.h"
#include "orrery/testing/sim_test.h"

// Its places are those of the program that it is an edit of.
#line 12 "examples/bank/lost_update_test.cc"
namespace {

using orrery::JoinHandle;
using orrery::Log;
using orrery::Shared;
using orrery::Spawn;
using orrery::Task;

// [snippet: logged]
Task<> Deposit(Shared<int>& balance, int amount) {
  const int seen = co_await balance.Read();
  Log(absl::StrCat("saw ", seen, ", will write ", seen + amount));
  co_await balance.Write(seen + amount);
}
// [end: logged]

SIM_TEST(BankTest, NoDepositIsLost, {.runs = 200, .scheduler = "random"}) {
  Shared<int> balance(0, "balance");
  JoinHandle<> ann = Spawn("Ann", Deposit, std::ref(balance), 10);
  JoinHandle<> ben = Spawn("Ben", Deposit, std::ref(balance), 5);
  co_await ann;
  co_await ben;
  EXPECT_EQ(balance.Peek(), 15);
}

}  // namespace
