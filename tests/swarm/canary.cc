// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The canary: a test that has to fail in one of a hundred seeds. Where it stays
// silent, the alarm is broken. Run by canary_test.

#include <cstdint>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::Random;

SIM_TEST(Canary, FallsSilentInOneSeedOfAHundred,
         {.runs = 1000, .scheduler = "random"}) {
  const uint64_t gas = Random("gas").Below(100);
  Sometimes(gas == 99, "the canary sings loudest");
  EXPECT_NE(gas, 0) << "the canary is silent";
}

}  // namespace
