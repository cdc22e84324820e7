// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What coverage finds and chance does not: a lock with five wheels of 256
// positions, which opens at one of a million million settings. A branch for
// each wheel tells the fuzzer that it has come further.

#include <cstdint>

#include "orrery/testing/sim_fuzz.h"

namespace {

using orrery::Choose;

// [snippet: lock]
SIM_FUZZ(Lock, NobodyGuessesTheCode,
         {.runs = 30'000, .scheduler = "random", .isolate = false}) {
  if (Choose(256, "first wheel") != 17) co_return;
  if (Choose(256, "second wheel") != 42) co_return;
  if (Choose(256, "third wheel") != 201) co_return;
  if (Choose(256, "fourth wheel") != 5) co_return;
  if (Choose(256, "fifth wheel") != 99) co_return;
  Unreachable("the lock is open");
}
// [end: lock]

}  // namespace
