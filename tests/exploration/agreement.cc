// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/exploration/agreement.h"

#include <cstdint>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/dpor_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/tests/exploration/search.h"

namespace orrery {
namespace {

constexpr uint64_t kOrders = 8;

std::set<std::string> Outcomes(const Searched& searched) {
  std::set<std::string> outcomes;
  for (const auto& [outcome, times] : searched.outcomes) {
    outcomes.insert(outcome);
  }
  return outcomes;
}

}  // namespace

void Seen::Tell() const {
  *Observed() = absl::StrCat(by[0], "|", by[1], "|", by[2]);
}

void ExpectAgreement(const AgreementCase& program) {
  DfsScheduler dfs;
  const Searched all = Search(dfs, program.main);
  ASSERT_EQ(all.end, NextRun::kExhausted) << dfs.Completeness();
  EXPECT_GE(all.outcomes.size(), program.outcomes);
  for (uint64_t order = 0; order < kOrders; ++order) {
    DporScheduler dpor;
    SearchOptions options;
    options.order = order;
    const Searched some = Search(dpor, program.main, options);
    ASSERT_EQ(some.end, NextRun::kExhausted) << dpor.Completeness();
    EXPECT_EQ(Outcomes(some), Outcomes(all)) << "in order " << order;
    EXPECT_LE(some.runs, all.runs);
  }
}

}  // namespace orrery
