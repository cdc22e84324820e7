// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that fails, for docs/determinism.md: state that is left over from the
// run before.

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: global]
int NextId() {
  static int last = 0;
  return ++last;
}

SIM_TEST(GlobalTest, TheFirstRequestIsFast,
         {.runs = 2, .check_determinism = CheckDeterminism::kAll}) {
  co_await Sleep(absl::Milliseconds(10) * NextId());
  EXPECT_LE(Elapsed(), absl::Milliseconds(10));
}
// [end: global]

}  // namespace
}  // namespace orrery
