// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/pos_scheduler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/access.h"
#include "orrery/base/prng.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"

namespace orrery {
namespace {

constexpr Access kNothing;
constexpr Access kReadX = {ObjectKey(1), AccessKind::kRead};
constexpr Access kWriteX = {ObjectKey(1), AccessKind::kWrite};
constexpr Access kWriteY = {ObjectKey(2), AccessKind::kWrite};

// Some things that are ready, the i-th with the i-th of some accesses.
class Ready {
 public:
  explicit Ready(const std::vector<Access>& accesses)
      : candidates_(accesses.size()) {
    for (size_t i = 0; i < accesses.size(); ++i) {
      candidates_[i].id = ChildEntity(EntityId(1), static_cast<uint32_t>(i));
      candidates_[i].object = accesses[i].object;
      candidates_[i].access_kind = accesses[i].kind;
    }
  }
  // All, or all but one.
  Candidates All() { return Without(candidates_.size()); }
  Candidates Without(size_t index) {
    pointers_.clear();
    for (size_t i = 0; i < candidates_.size(); ++i) {
      if (i != index) pointers_.push_back(&candidates_[i]);
    }
    return pointers_;
  }
  EntityId id(size_t index) const { return candidates_[index].id; }

 private:
  std::vector<Candidate> candidates_;
  std::vector<const Candidate*> pointers_;
};

// Lets the winner of several run, and then the next one. Returns how often, of
// 1,000 times, that is the one who had the second highest priority at first.
int OrderKept(const std::vector<Access>& accesses) {
  int kept = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    Ready ready(accesses);
    PosScheduler scheduler;
    scheduler.BeginRun({.seed = Seed(seed)});
    const size_t first = scheduler.PickNext({}, ready.All());
    const Candidates rest = ready.Without(first);
    const EntityId second = rest[scheduler.PickNext({}, rest)]->id;
    Prng draws(seed);  // a priority for each, in their order
    std::vector<uint64_t> priorities;
    for (size_t i = 0; i < accesses.size(); ++i) {
      priorities.push_back(draws.Next());
    }
    priorities[first] = 0;
    const size_t runner_up = static_cast<size_t>(
        std::max_element(priorities.begin(), priorities.end()) -
        priorities.begin());
    kept += second == ready.id(runner_up) ? 1 : 0;
  }
  return kept;
}

TEST(PosSchedulerTest, WhoIsIndependentOfTheWinnerKeepsItsPriority) {
  EXPECT_EQ(OrderKept({kNothing, kNothing, kNothing}), 1000);
  EXPECT_EQ(OrderKept({kReadX, kReadX, kReadX}), 1000);
  EXPECT_EQ(OrderKept({kWriteX, kWriteY, kNothing}), 1000);
}

TEST(PosSchedulerTest, WhoLosesARaceDrawsANewOne) {
  // Both losers draw anew, so their order is an even chance.
  const int both = OrderKept({kWriteX, kWriteX, kWriteX});
  EXPECT_GT(both, 400);
  EXPECT_LT(both, 600);
  // Only some of them do.
  const int some = OrderKept({kWriteX, kReadX, kReadX});
  EXPECT_GT(some, both);
  EXPECT_LT(some, 1000);
}

TEST(PosSchedulerTest, EveryOutcomeOfTheToyIsReachedButFarFromUniformly) {
  const ModelProgram program = Doubling(5);
  ModelRunner runner(program, {.begin_is_step = false});
  PosScheduler scheduler;
  uint64_t seen = 0;
  EXPECT_GT(ChiSquare(scheduler, runner, 20'160, 252, &seen), 10'000);
  EXPECT_GT(seen, 225u);
}

// The mean number of runs to the bug is at most 60, and 25.
TEST(PosSchedulerTest, FindsRacesThatARandomWalkFindsSlowly) {
  PosScheduler scheduler;
  EXPECT_GT(CountBugs(scheduler, Bluetooth(), 6000), 6000u / 60);
  EXPECT_GT(CountBugs(scheduler, Stringbuffer(), 6000), 6000u / 25);
}

TEST(PosSchedulerTest, NeedsNoProfileAndNoSteps) {
  PosScheduler scheduler;
  EXPECT_FALSE(scheduler.NeedsProfile());
  EXPECT_FALSE(scheduler.traits().observes_steps);
  EXPECT_EQ(scheduler.Spec(), "pos");
}

}  // namespace
}  // namespace orrery
