// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/scheduler.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

namespace orrery {
namespace {

// The example of the header: a policy of one's own.
class LifoScheduler : public Scheduler {
 public:
  std::string Spec() const override { return "lifo"; }
  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    return std::max_element(ready.begin(), ready.end(),
                            [](const Candidate* a, const Candidate* b) {
                              return a->order < b->order;
                            }) -
           ready.begin();
  }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
};

TEST(SchedulerTest, APolicyOfOnesOwnIsTwoAnswers) {
  Candidate first, second, third;
  first.order = 5;
  second.order = 9;
  third.order = 7;
  LifoScheduler lifo;
  EXPECT_EQ(lifo.PickNext({}, {&first, &second, &third}), 1);
}

TEST(SchedulerTest, WhatAPolicyDoesNotSayHasADefault) {
  LifoScheduler lifo;
  EXPECT_TRUE(lifo.traits().orders);
  EXPECT_FALSE(lifo.traits().observes_steps);
  EXPECT_FALSE(lifo.traits().follows);
  EXPECT_EQ(lifo.Explain(), "");
  EXPECT_EQ(lifo.EndRun({}), NextRun::kAgain);
}

TEST(SchedulerTest, ACandidateSaysWhatItsNextStepTouches) {
  Candidate candidate;
  EXPECT_EQ(candidate.access().kind, AccessKind::kNone) << "it has not said";
  candidate.object = ObjectKey(7);
  candidate.access_kind = AccessKind::kWrite;
  EXPECT_EQ(candidate.access(), (Access{ObjectKey(7), AccessKind::kWrite}));
}

}  // namespace
}  // namespace orrery
