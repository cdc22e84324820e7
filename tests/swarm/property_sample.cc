// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests whose campaigns miss, or violate, their properties. Run by
// property_report_test.

#include <cstdint>
#include <functional>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::EventuallyWithin;
using orrery::Random;
using orrery::Sleep;
using orrery::Spawn;
using orrery::Task;

SIM_TEST(Sample, SometimesNever, {.runs = 20, .scheduler = "random"}) {
  for (int i = 0; i < 3; ++i) Sometimes(i == 7, "i is seven");
}

SIM_TEST(Sample, SometimesOnce, {.runs = 20, .scheduler = "random"}) {
  Sometimes(Random().Below(5) == 0, "the draw is zero");
}

SIM_TEST(Sample, MustHappen,
         {.runs = 20,
          .scheduler = "random",
          .must_happen = {"nobody comes here"}}) {
  const uint64_t drawn = Random().Below(3);
  if (drawn == 3) Reachable("nobody comes here");
}

SIM_TEST(Sample, MustHappenIsMisspelt, {.must_happen = {"nobdy"}}) {}

SIM_TEST(Sample, AlwaysViolated, {.runs = 50, .scheduler = "random"}) {
  Always(Random().Below(5) != 0, "the draw is never zero");
}

SIM_TEST(Sample, UnreachableReached, {.runs = 50, .scheduler = "random"}) {
  if (Random().Below(5) == 0) Unreachable("nothing is here");
}

SIM_TEST(Sample, EventuallyTooLate) {
  bool done = false;
  Spawn(
      "worker",
      [](bool* flag) -> Task<> {
        co_await Sleep(absl::Seconds(7));
        *flag = true;
      },
      &done);
  co_await EventuallyWithin(
      absl::Seconds(5), [&done] { return done; }, "the work is done");
}

// A run that dies, and one in ten of them.
SIM_TEST(Sample, Dies, {.runs = 50, .scheduler = "random"}) {
  const uint64_t drawn = Random().Below(10);
  Sometimes(true, "each run comes by");
  if (drawn == 0) std::abort();
}

}  // namespace
