// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/guard.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace orrery {
namespace {

// Something that can be held any number of times.
class Pool {
 public:
  class Guard : public BasicGuard<Guard, Pool> {
   public:
    explicit Guard(Pool* pool) : BasicGuard(pool, pool->guards_) {
      ++pool->held_;
    }
    void GiveBackNow() { Release(); }

   private:
    friend BasicGuard;
    static void GiveBack(Pool* pool) { --pool->held_; }
  };

  int held() const { return held_; }
  bool HasGuards() const { return !guards_.empty(); }
  Guard* Eldest() const { return guards_.front<Guard>(); }

 private:
  int held_ = 0;
  GuardList<Pool> guards_;
};

TEST(GuardTest, GivesBackOnceWhateverItIsMovedTo) {
  Pool pool;
  {
    Pool::Guard one(&pool);
    Pool::Guard two(&pool);
    EXPECT_EQ(pool.held(), 2);
    Pool::Guard moved = std::move(one);
    EXPECT_FALSE(one);
    EXPECT_TRUE(moved);
    EXPECT_EQ(pool.held(), 2);
    two = std::move(moved);
    EXPECT_EQ(pool.held(), 1) << "what it held before is given back";
    Pool::Guard& alias = two;
    two = std::move(alias);
    EXPECT_TRUE(two);
    two = std::move(one);
    EXPECT_EQ(pool.held(), 0) << "an empty one was moved in";
    Pool::Guard three(&pool);
    three.GiveBackNow();
    three.GiveBackNow();
    EXPECT_EQ(pool.held(), 0);
    Pool::Guard four(&pool);
    EXPECT_EQ(pool.held(), 1);
  }
  EXPECT_EQ(pool.held(), 0);
  EXPECT_FALSE(pool.HasGuards());
}

TEST(GuardTest, LetsGoWithoutGivingBack) {
  Pool pool;
  {
    Pool::Guard guard(&pool);
    guard.Detach();
    EXPECT_FALSE(guard);
    guard.Detach();
  }
  EXPECT_EQ(pool.held(), 1);
  EXPECT_FALSE(pool.HasGuards());
}

TEST(GuardTest, HoldsNothingOnceTheObjectIsGone) {
  auto pool = std::make_unique<Pool>();
  auto other = std::make_unique<Pool>();
  std::vector<Pool::Guard> guards;
  for (int i = 0; i < 10; ++i) guards.emplace_back(pool.get());
  Pool::Guard of_other(other.get());
  pool.reset();
  for (const Pool::Guard& guard : guards) EXPECT_FALSE(guard);
  guards[3] = std::move(of_other);
  EXPECT_TRUE(guards[3]);
  guards.clear();
  EXPECT_EQ(other->held(), 0);
}

TEST(GuardTest, TheObjectKnowsTheEldest) {
  Pool pool;
  std::optional<Pool::Guard> first(&pool);
  Pool::Guard second(&pool);
  EXPECT_EQ(pool.Eldest(), &*first);
  Pool::Guard moved = std::move(*first);
  EXPECT_EQ(pool.Eldest(), &moved) << "it takes the place of the one it was";
  moved.GiveBackNow();
  EXPECT_EQ(pool.Eldest(), &second);
}

}  // namespace
}  // namespace orrery
