// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that fails, for docs/determinism.md: it asks the machine's clock.

#include "absl/time/clock.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: escape]
absl::Time Deadline() { return absl::Now() + absl::Seconds(5); }

SIM_TEST(EscapeTest, WorkIsDoneInTime) {
  const absl::Time deadline = Deadline();
  co_await Sleep(absl::Seconds(1));
  EXPECT_LT(Now(), deadline);
}
// [end: escape]

}  // namespace
}  // namespace orrery
