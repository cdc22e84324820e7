// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test for fuzzers, in a workspace that imports Orrery.

#include "absl/time/time.h"
#include "orrery/testing/sim_fuzz.h"

namespace {

using orrery::Choose;
using orrery::Elapsed;
using orrery::Sleep;

SIM_FUZZ(SleepFuzz, TakesAsLongAsItSays) {
  const absl::Duration pause = absl::Seconds(Choose(10, "pause"));
  co_await Sleep(pause);
  EXPECT_EQ(Elapsed(), pause);
}

}  // namespace
