// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests that are not deterministic, and some that are: what is said about them
// is checked by determinism_check_test.

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/leaks.h"

namespace orrery {
namespace {

// The leaks themselves say that they may leave their simulation, where they do.
#define LEAK(name)                                                     \
  SIM_TEST(Leaking, name,                                              \
           {.runs = 3, .check_determinism = CheckDeterminism::kAll}) { \
    co_await name##Leak();                                             \
  }

LEAK(RandomDevice)
LEAK(SystemClock)
LEAK(Environment)
LEAK(PointerOrder)
LEAK(HashMapOrder)
LEAK(ProtobufMapOrder)
LEAK(UninitializedRead)
LEAK(StaticCounter)
LEAK(Thread)
LEAK(PrintedAddress)
LEAK(ThreadLocal)
LEAK(Locale)

// One run in twenty is checked unless somebody says otherwise.
SIM_TEST(Sampled, Sound, {.runs = 100}) { co_await Sleep(absl::Seconds(1)); }
SIM_TEST(Sampled, Leaking, {.runs = 100}) { co_await PointerOrderLeak(); }
SIM_TEST(Sampled, Unchecked,
         {.runs = 100, .check_determinism = CheckDeterminism::kOff}) {
  co_await PointerOrderLeak();
}

// Runs of one process, in which a static variable lives on.
SIM_TEST(InProcess, CountsForEver,
         {.runs = 3,
          .isolate = false,
          .check_determinism = CheckDeterminism::kAll}) {
  co_await StaticCounterLeak();
}

// A failure is always checked.
SIM_TEST(Failing, AndSound, {.runs = 3}) {
  co_await Sleep(absl::Seconds(1));
  const int local = 0;
  // Prints an address, which is no reason for alarm.
  EXPECT_EQ(&local, nullptr);
}
SIM_TEST(Failing, AndLeaking, {.runs = 3}) {
  co_await EnvironmentLeak();
  ADD_FAILURE() << "always";
}

// The other process finds a test, however it was made.
class Fixture : public SimTest {
 protected:
  int value_ = 7;
};
SIM_TEST_F(Fixture, IsMadeThere,
           {.check_determinism = CheckDeterminism::kAll}) {
  co_await PrintedAddressLeak();
  EXPECT_EQ(value_, 7);
}

class Numbers : public SimTestWithParam<int> {};
SIM_TEST_P(Numbers, AreTheSame, {.check_determinism = CheckDeterminism::kAll}) {
  Log(absl::StrCat("number ", GetParam()));
  if (GetParam() == 2) co_await PrintedAddressLeak();
}
INSTANTIATE_SIM_TEST_SUITE_P(All, Numbers, testing::Values(1, 2));

SIM_TEST(Disabled, DISABLED_Leak,
         {.check_determinism = CheckDeterminism::kAll}) {
  co_await PrintedAddressLeak();
}

// Ends the other process before it has done anything.
SIM_TEST(Unchecked, Exits, {.check_determinism = CheckDeterminism::kAll}) {
  const char* home = std::getenv("HOME");
  if (home != nullptr && std::string(home) == "/nonexistent/tycho") {
    std::_Exit(9);
  }
  co_return;
}

}  // namespace
}  // namespace orrery
