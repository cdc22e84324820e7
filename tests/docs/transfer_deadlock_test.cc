// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Fails on purpose, to be shown in docs/writing_tests.md.

// [snippet: deadlock]
#include <functional>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

Task<> Transfer(Mutex& from, Mutex& to) {
  Mutex::Guard debit = co_await from.Lock();
  co_await Sleep(absl::Milliseconds(10));
  Mutex::Guard credit = co_await to.Lock();
}

SIM_TEST(TransferTest, RunsBothWaysAtOnce) {
  Mutex a("account a"), b("account b");
  JoinHandle<> there = Spawn("there", Transfer, std::ref(a), std::ref(b));
  JoinHandle<> back = Spawn("back", Transfer, std::ref(b), std::ref(a));
  co_await there;
  co_await back;
}

}  // namespace
}  // namespace orrery
// [end: deadlock]
