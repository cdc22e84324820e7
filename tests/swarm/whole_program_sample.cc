// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests that all pass, of which none comes by one of the properties beside
// them. Run by property_report_test and swarm_run_test.

#include <cstdint>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::Random;
using orrery::Yield;

SIM_TEST(Program, First, {.runs = 20, .scheduler = "random"}) {
  for (int i = 0; i < 10; ++i) {
    Sometimes(Random("first").Below(4) == 0, "a draw is zero");
    co_await Yield();
  }
}

SIM_TEST(Program, Second, {.runs = 20, .scheduler = "random"}) {
  const uint64_t drawn = Random("second").Below(1'000'000'000);
  if (drawn == 1'000'000'000) Reachable("nobody comes here");
}

}  // namespace
