// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/ready_queue.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/prng.h"

namespace orrery {
namespace {

TEST(ReadyQueueTest, WithoutOrderItIsFirstInFirstOut) {
  ReadyQueue queue;
  queue.Reset(/*ordered=*/false);
  Runnable a, b, c;
  queue.PushBack(&a, {});
  queue.PushBack(&b, {});
  queue.RotateFront();
  queue.PushBack(&c, {});
  EXPECT_EQ(queue.PopFront(), &b);
  EXPECT_EQ(queue.PopFront(), &a);
  EXPECT_EQ(queue.PopFront(), &c);
  EXPECT_TRUE(queue.empty());
}

TEST(ReadyQueueTest, TheOneInFrontIsTheFirstCandidate) {
  ReadyQueue queue;
  queue.Reset(/*ordered=*/true);
  Runnable a, b;
  a.id = EntityId(1);
  b.id = EntityId(2);
  queue.PushBack(&a, {});
  queue.PushFront(&b, {ObjectKey(7), AccessKind::kWrite});
  ASSERT_EQ(queue.candidates().size(), 2);
  EXPECT_EQ(queue.candidates()[0]->id, EntityId(2));
  EXPECT_EQ(queue.candidates()[0]->object, ObjectKey(7));
  EXPECT_LT(queue.candidates()[0]->order, queue.candidates()[1]->order);
}

// Whatever is taken, the list stays first in, first out, candidate 0 is its
// head, and every candidate stands for the runnable beside it.
TEST(ReadyQueueTest, KeepsItsOrderOverRandomOperations) {
  Prng prng(1);
  ReadyQueue queue;
  queue.Reset(/*ordered=*/true);
  std::vector<Runnable> nodes(50);
  std::deque<Runnable*> expected;
  std::vector<Runnable*> idle;
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].id = EntityId(i + 1);
    idle.push_back(&nodes[i]);
  }
  for (int i = 0; i < 50'000; ++i) {
    const uint64_t what = prng.Below(6);
    if (what < 2 && !idle.empty()) {
      queue.PushBack(idle.back(), {});
      expected.push_back(idle.back());
      idle.pop_back();
    } else if (what == 2 && !idle.empty() && !expected.empty()) {
      queue.PushFront(idle.back(), {});
      expected.push_front(idle.back());
      idle.pop_back();
    } else if (what == 3 && !expected.empty()) {
      queue.RotateFront();
      expected.push_back(expected.front());
      expected.pop_front();
    } else if (!expected.empty()) {
      const size_t index = prng.Below(expected.size());
      Runnable* taken =
          expected.size() == 1 ? queue.PopFront() : queue.Take(index);
      idle.push_back(taken);
      expected.erase(std::find(expected.begin(), expected.end(), taken));
    }
    ASSERT_EQ(queue.size(), expected.size());
    if (expected.size() < 2) continue;
    ASSERT_EQ(queue.front(), expected.front());
    ASSERT_EQ(queue.candidates()[0]->id, expected.front()->id);
    for (size_t c = 0; c < expected.size(); ++c) {
      ASSERT_EQ(queue.candidates()[c]->id, queue.at(c)->id);
      ASSERT_LE(queue.candidates()[0]->order, queue.candidates()[c]->order);
    }
  }
}

TEST(ReadyQueueTest, NoticesTakeTheirTurnAndAreNoCandidates) {
  for (const bool ordered : {false, true}) {
    ReadyQueue queue;
    queue.Reset(ordered);
    Runnable a, b;
    Notice first(nullptr), second(nullptr);
    queue.PushNotice(&first);
    queue.PushBack(&a, {});
    queue.PushNotice(&second);
    queue.PushBack(&b, {});
    if (ordered) {
      EXPECT_EQ(queue.size(), 2);
      EXPECT_EQ(queue.candidates()[0], &a);
      EXPECT_EQ(queue.FirstNotice(), &first);
    }
    EXPECT_EQ(queue.front(), &first);
    EXPECT_EQ(queue.PopFront(), &first);
    EXPECT_EQ(queue.PopFront(), &a);
    EXPECT_EQ(queue.PopFront(), &second);
    EXPECT_EQ(queue.PopFront(), &b);
    EXPECT_TRUE(queue.empty());
  }
}

TEST(ReadyQueueTest, WhatIsPutInFrontComesBeforeNoticesToo) {
  ReadyQueue queue;
  queue.Reset(/*ordered=*/true);
  Runnable a, b;
  Notice notice(nullptr);
  queue.PushNotice(&notice);
  queue.PushBack(&a, {});
  queue.PushFront(&b, {});
  EXPECT_EQ(queue.PopFront(), &b);
  EXPECT_EQ(queue.PopFront(), &notice);
  EXPECT_EQ(queue.PopFront(), &a);
}

}  // namespace
}  // namespace orrery
