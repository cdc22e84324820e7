// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that fails: leases whose holders trust their clocks, and clocks that
// drift. `bazel test //...` leaves it out, for it is tagged "manual";
// lease_test.cc has the remedy.

#include "orrery/examples/lease/clock_skew.h"

#include "orrery/testing/sim_test.h"

namespace {

// [snippet: clock_skew]
SIM_TEST(LeaseTest, OnlyWhoHasTheLockWrites, {.runs = 200}) {
  co_await lease::ShareFile({.allow_for_drift = false}, {.clock_skew = true});
}
// [end: clock_skew]

}  // namespace
