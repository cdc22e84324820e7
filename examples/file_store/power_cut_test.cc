// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that fails: the store with its bug, and power cuts.
// `bazel test //...` leaves it out, for it is tagged "manual";
// file_store_test.cc has the remedy.

#include "orrery/examples/file_store/file_store.h"
#include "orrery/examples/file_store/power_cuts.h"
#include "orrery/testing/sim_test.h"

namespace {

// [snippet: power_cut]
SIM_TEST(FileStoreTest, SurvivesPowerCuts, {.runs = 200}) {
  co_await file_store::UseStore({.sync_before_rename = false},
                                {.power_cuts = true});
}
// [end: power_cut]

}  // namespace
