// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/lifo_queue.h"

#include <functional>
#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> UseWithoutWaiting(std::vector<int>* got) {
  LifoQueue<std::unique_ptr<int>> queue(3);
  for (int i = 1; i <= 3; ++i) co_await queue.Put(std::make_unique<int>(i));
  EXPECT_TRUE(queue.full());
  EXPECT_FALSE(queue.TryPut(std::make_unique<int>(4)));
  std::unique_ptr<int> item = co_await queue.Get();
  got->push_back(*item);
  co_await queue.Put(std::make_unique<int>(5));
  while (!queue.empty()) {
    item = co_await queue.Get();
    got->push_back(*item);
  }
}

TEST(LifoQueueTest, TheLatestItemComesOutFirst) {
  std::vector<int> got;
  const RunResult result = Simulation().Run(UseWithoutWaiting, &got);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1) << "where nobody need wait nothing suspends";
  EXPECT_THAT(got, ElementsAre(3, 5, 2, 1));
}

Task<> GetOne(LifoQueue<int>& queue, int id, std::vector<int>* order) {
  const int item = co_await queue.Get();
  order->push_back(10 * id + item);
}

Task<> ServeGetters(std::vector<int>* order) {
  LifoQueue<int> queue;
  for (int id = 1; id <= 3; ++id) {
    Spawn(GetOne, std::ref(queue), id, order);
  }
  co_await Sleep(absl::Seconds(1));
  for (int item = 1; item <= 3; ++item) co_await queue.Put(item);
  co_await Sleep(absl::Seconds(1));
}

TEST(LifoQueueTest, WhoHasWaitedLongestIsServedFirst) {
  std::vector<int> order;
  EXPECT_TRUE(Simulation().Run(ServeGetters, &order).ok());
  EXPECT_THAT(order, ElementsAre(13, 22, 31));
}

TEST(LifoQueueDeathTest, WithoutRoomForAnythingIsRefused) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(LifoQueue<int>(0), "a LifoQueue needs a capacity of at least 1");
}

}  // namespace
}  // namespace orrery
