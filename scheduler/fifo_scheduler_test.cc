// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/fifo_scheduler.h"

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(FifoSchedulerTest, AsksNotToBeAskedWhoRunsNext) {
  FifoScheduler fifo;
  EXPECT_EQ(fifo.Spec(), "fifo");
  EXPECT_FALSE(fifo.traits().orders);
  EXPECT_FALSE(fifo.traits().observes_steps);
  Candidate a, b;
  EXPECT_EQ(fifo.PickNext({.n = 2}, {&a, &b}), 0) << "should it be asked";
}

TEST(FifoSchedulerTest, RandomNumbersComeFromTheSeed) {
  FifoScheduler a, b;
  a.BeginRun({.seed = Seed(7)});
  b.BeginRun({.seed = Seed(8)});
  const ChoicePoint where = {.kind = ChoiceKind::kRandom,
                             .n = uint64_t{1} << 60};
  const uint64_t first = a.Draw(where);
  EXPECT_NE(b.Draw(where), first);
  EXPECT_NE(a.Draw(where), first);
  a.BeginRun({.seed = Seed(7)});
  EXPECT_EQ(a.Draw(where), first) << "a run leaves nothing behind";
}

}  // namespace
}  // namespace orrery
