// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/fault_totals.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(FaultTotalsTest, CountsAreSummedUpOverAllRuns) {
  FaultTotals totals;
  totals.AddRun({{"net.loss", 100, 3, 2}, {"disk.full", 1, 0, 0}});
  totals.AddRun({{"net.loss", 50, 0, 0}});
  totals.AddRun({});
  const std::vector<FaultTotal> all = totals.totals();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].counts, (FaultCounts{"disk.full", 1, 0, 0}));
  EXPECT_EQ(all[1].counts, (FaultCounts{"net.loss", 150, 3, 2}));
  EXPECT_EQ(all[1].runs_armed, 2u);
  EXPECT_EQ(all[1].runs_reached, 1u);
}

TEST(FaultTotalsTest, ATotalIsALineOfText) {
  FaultTotals totals;
  totals.AddRun({{"a", 1, 0, 0}, {"b", 7, 2, 0}, {"c", 7, 1, 1}});
  totals.AddRun({{"b", 7, 0, 0}});
  std::vector<std::string> lines;
  for (const FaultTotal& total : totals.totals()) {
    lines.push_back(FormatFaultTotal(total));
  }
  EXPECT_THAT(
      lines,
      testing::ElementsAre(
          "a: happened 0 of 1 time, in 0 of 1 run",
          "b: happened 2 of 14 times, in 1 of 2 runs, without any effect",
          "c: happened 1 of 7 times, in 1 of 1 run, and had an effect 1 time"));
}

TEST(FaultTotalsTest, AFaultNeedsAnEffectInOneRunOnly) {
  FaultTotals totals;
  totals.AddRun({{"a", 5, 2, 0}, {"b", 5, 2, 0}, {"c", 5, 0, 0}});
  EXPECT_EQ(totals.CheckEffects().message(),
            "happened and never made a difference: a (2 times in 1 run), b (2 "
            "times in 1 run)");
  totals.AddRun({{"a", 5, 1, 1}});
  EXPECT_EQ(totals.CheckEffects().message(),
            "happened and never made a difference: b (2 times in 1 run)");
  totals.AddRun({{"b", 5, 1, 1}});
  EXPECT_TRUE(totals.CheckEffects().ok());
}

}  // namespace
}  // namespace orrery
