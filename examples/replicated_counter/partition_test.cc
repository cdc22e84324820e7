// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that fails: the counter with its bug, and partitions.
// `bazel test //...` leaves it out, for it is tagged "manual"; counter_test.cc
// has the remedy.

#include "orrery/examples/replicated_counter/partition.h"

#include "orrery/testing/sim_test.h"

namespace {

// [snippet: partition]
SIM_TEST(ReplicatedCounterTest, WhoWasCountedIsSeen, {.runs = 200}) {
  co_await replicated_counter::CountVisitors({.majority_of_all = false},
                                             {.partition = true});
}
// [end: partition]

}  // namespace
