// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test for fuzzers that passes: whatever a producer and two consumers do, and
// in whatever order, each number comes out of the queue once, and in its turn.

#include <algorithm>
#include <functional>
#include <vector>

#include "orrery/testing/sim_fuzz.h"

namespace {

using orrery::Choose;
using orrery::JoinHandle;
using orrery::Queue;
using orrery::Sleep;
using orrery::Spawn;
using orrery::Task;

constexpr int kNumbers = 6;

Task<> Produce(Queue<int>& queue) {
  for (int number = 0; number < kNumbers; ++number) {
    co_await Sleep(absl::Seconds(Choose(3, "pause of the producer")));
    co_await queue.Put(number);
  }
}

Task<> Consume(Queue<int>& queue, std::vector<int>& taken) {
  for (int i = 0; i < kNumbers / 2; ++i) {
    co_await Sleep(absl::Seconds(Choose(3, "pause of a consumer")));
    taken.push_back(co_await queue.Get());
  }
}

SIM_FUZZ(Queue, LosesNothingAndKeepsTheOrder) {
  Queue<int> queue(2);
  std::vector<int> ann_took;
  std::vector<int> ben_took;
  JoinHandle<> producer = Spawn("producer", Produce, std::ref(queue));
  JoinHandle<> ann = Spawn("Ann", Consume, std::ref(queue), std::ref(ann_took));
  JoinHandle<> ben = Spawn("Ben", Consume, std::ref(queue), std::ref(ben_took));
  co_await producer;
  co_await ann;
  co_await ben;
  EXPECT_TRUE(std::is_sorted(ann_took.begin(), ann_took.end()));
  EXPECT_TRUE(std::is_sorted(ben_took.begin(), ben_took.end()));
  std::vector<int> all = ann_took;
  all.insert(all.end(), ben_took.begin(), ben_took.end());
  EXPECT_THAT(all, testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5));
}

}  // namespace
