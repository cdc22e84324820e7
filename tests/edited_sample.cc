// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A program that loses a deposit, and what becomes of it: it is built as it is,
// with edits that change nothing that happens (EDITED_LOOKS: a function has
// another name, code has moved, a line is logged), and with edits that do
// (EDITED_WORKS). Run by testing_replay_modes_test.

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// Which edit there is, of those in this build.
bool Edited([[maybe_unused]] const std::string& how) {
#if defined(EDITED_WORKS)
  const char* edit = std::getenv("EDITED_SAMPLE");
  return edit != nullptr && edit == how;
#else
  return false;
#endif
}

#if defined(EDITED_LOOKS)
#define Deposit PayIn

// Somebody has put this here, so that all that follows has moved.
[[maybe_unused]] int Unused(int number) {
  if (number > 1) return Unused(number - 1);
  return number;
}
#endif

Task<> Deposit(Shared<int>& balance, Mutex& mutex, int amount) {
  const uint64_t jitter_ms = Random("jitter").Below(Edited("draw") ? 5 : 3);
  if (Edited("draw")) Random("another").Below(100);
  co_await Sleep(absl::Milliseconds(static_cast<int64_t>(jitter_ms)));
  std::optional<Mutex::Guard> guard;
  if (Edited("fixed")) {
    Mutex::Guard locked = co_await mutex.Lock();
    guard.emplace(std::move(locked));
  }
  const int seen = co_await balance.Read();
#if defined(EDITED_LOOKS)
  Log(absl::StrCat("saw ", seen));
#endif
  co_await balance.Write(seen + amount);
}

Task<> Watch() {
  for (int i = 0; i < 3; ++i) co_await Sleep(absl::Milliseconds(1));
}

SIM_TEST(EditedSample, KeepsTheTotal, {.runs = 200, .scheduler = "random"}) {
  Shared<int> balance(0, "balance");
  Mutex mutex("balance");
  if (Edited("task")) Spawn("monitor", Watch);
  JoinHandle<> ann =
      Spawn("ann", Deposit, std::ref(balance), std::ref(mutex), 10);
  JoinHandle<> ben =
      Spawn("ben", Deposit, std::ref(balance), std::ref(mutex), 5);
  JoinHandle<> cleo =
      Spawn("cleo", Deposit, std::ref(balance), std::ref(mutex), 3);
  co_await ann;
  co_await ben;
  co_await cleo;
  EXPECT_EQ(balance.Peek(), 18) << "a deposit is lost";
}

}  // namespace
}  // namespace orrery
