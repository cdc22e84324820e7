// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test as a user of Orrery writes it, in a workspace that imports Orrery.

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/testing/sim_test.h"

namespace {

using orrery::Elapsed;
using orrery::JoinHandle;
using orrery::Log;
using orrery::Sleep;
using orrery::Spawn;
using orrery::Task;

Task<> SayAfter(absl::Duration delay, std::string message) {
  co_await Sleep(delay);
  Log(message);
}

SIM_TEST(SleepTest, AnHourTakesNoTime) {
  co_await Sleep(absl::Hours(1));
  EXPECT_EQ(Elapsed(), absl::Hours(1));
}

SIM_TEST(SleepTest, SleepersOverlap, {.runs = 100, .scheduler = "random"}) {
  JoinHandle<> hello = Spawn("hello", SayAfter, absl::Seconds(1), "Bonjour");
  JoinHandle<> world = Spawn("world", SayAfter, absl::Seconds(2), "Monde");
  co_await hello;
  co_await world;
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}

}  // namespace
