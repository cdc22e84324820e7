// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/random_scheduler.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// Some things that are ready.
class Ready {
 public:
  explicit Ready(size_t n) : candidates_(n) {
    for (Candidate& candidate : candidates_) pointers_.push_back(&candidate);
  }
  operator Candidates() const { return pointers_; }

 private:
  std::vector<Candidate> candidates_;
  std::vector<const Candidate*> pointers_;
};

std::vector<uint64_t> PickSeveral(RandomScheduler& scheduler, size_t n) {
  const Ready ready(n);
  std::vector<uint64_t> picked;
  for (int i = 0; i < 12; ++i) picked.push_back(scheduler.PickNext({}, ready));
  return picked;
}

std::vector<uint64_t> DrawSeveral(RandomScheduler& scheduler, NodeId node) {
  std::vector<uint64_t> drawn;
  for (int i = 0; i < 8; ++i) {
    drawn.push_back(
        scheduler.Draw({.kind = ChoiceKind::kRandom, .n = 1000, .node = node}));
  }
  return drawn;
}

// The bounds are exceeded once in 10,000 times; the seeds are fixed.
TEST(RandomSchedulerTest, EveryCandidateIsEquallyLikely) {
  struct Case {
    size_t n;
    double bound;
  };
  for (const Case& c : {Case{2, 15.1}, Case{3, 18.4}, Case{5, 23.5},
                        Case{10, 33.7}, Case{100, 160.1}}) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      RandomScheduler scheduler;
      scheduler.BeginRun({.seed = Seed(seed)});
      const Ready ready(c.n);
      constexpr int kPicks = 50'000;
      std::vector<int> counts(c.n);
      for (int i = 0; i < kPicks; ++i) {
        const size_t picked = scheduler.PickNext({}, ready);
        ASSERT_LT(picked, c.n);
        ++counts[picked];
      }
      const double expected = kPicks / static_cast<double>(c.n);
      double chi_square = 0;
      for (int count : counts) {
        chi_square += (count - expected) * (count - expected) / expected;
      }
      EXPECT_LT(chi_square, c.bound) << c.n << " candidates, seed " << seed;
    }
  }
}

// After one choice, each next one is as likely as any other: pairs are uniform.
TEST(RandomSchedulerTest, AChoiceDoesNotDependOnTheOneBefore) {
  RandomScheduler scheduler;
  scheduler.BeginRun({.seed = Seed(1)});
  const Ready ready(3);
  int counts[3][3] = {};
  size_t last = 0;
  for (int i = 0; i < 90'000; ++i) {
    const size_t picked = scheduler.PickNext({}, ready);
    ++counts[last][picked];
    last = picked;
  }
  for (const auto& row : counts) {
    for (int count : row) EXPECT_NEAR(count, 10'000, 400);
  }
}

// A seed names a run; stored seeds depend on these numbers.
TEST(RandomSchedulerTest, ChoicesOfASeedAreThoseOfEveryOtherBuild) {
  RandomScheduler scheduler;
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_THAT(PickSeveral(scheduler, 10),
              ElementsAre(7, 5, 5, 3, 6, 1, 0, 3, 8, 5, 9, 9));
  EXPECT_THAT(DrawSeveral(scheduler, NodeId(0)),
              ElementsAre(486, 954, 88, 608, 83, 202, 351, 158));
  EXPECT_THAT(DrawSeveral(scheduler, NodeId(3)),
              ElementsAre(63, 258, 191, 436, 343, 257, 768, 375));
}

TEST(RandomSchedulerTest, ARunLeavesNothingBehind) {
  RandomScheduler scheduler;
  scheduler.BeginRun({.seed = Seed(1)});
  const std::vector<uint64_t> picked = PickSeveral(scheduler, 10);
  const std::vector<uint64_t> drawn = DrawSeveral(scheduler, NodeId(0));
  scheduler.BeginRun({.seed = Seed(2)});
  EXPECT_NE(PickSeveral(scheduler, 10), picked);
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(PickSeveral(scheduler, 10), picked);
  EXPECT_EQ(DrawSeveral(scheduler, NodeId(0)), drawn);
}

TEST(RandomSchedulerTest, OrderAndDrawsComeFromStreamsOfTheirOwn) {
  RandomScheduler plain;
  plain.BeginRun({.seed = Seed(1)});
  const std::vector<uint64_t> drawn_without_picks =
      DrawSeveral(plain, NodeId(2));
  RandomScheduler mixed;
  mixed.BeginRun({.seed = Seed(1)});
  DrawSeveral(mixed, NodeId(1));
  EXPECT_THAT(PickSeveral(mixed, 10),
              ElementsAre(7, 5, 5, 3, 6, 1, 0, 3, 8, 5, 9, 9))
      << "draws do not change the order";
  EXPECT_EQ(DrawSeveral(mixed, NodeId(2)), drawn_without_picks)
      << "neither picks nor draws of another node change draws";
}

}  // namespace
}  // namespace orrery
