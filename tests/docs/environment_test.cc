// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that passes and yet does not do the same everywhere, for
// docs/determinism.md.

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: environment]
Task<> Work() { co_await Sleep(absl::Seconds(1)); }

SIM_TEST(EnvironmentTest, WorkersWorkSideBySide) {
  const char* workers = std::getenv("WORKERS");
  std::vector<JoinHandle<>> working;
  for (int i = 0; i < (workers == nullptr ? 2 : std::atoi(workers)); ++i) {
    working.push_back(Spawn(absl::StrCat("worker", i), Work));
  }
  for (JoinHandle<>& worker : working) co_await worker;
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
}
// [end: environment]

}  // namespace
}  // namespace orrery
