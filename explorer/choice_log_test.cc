// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/choice_log.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(ChoiceLogTest, KeepsWhatWasChosen) {
  const std::string jitter = "jitter";
  ChoiceLog log;
  Schedule expected;
  for (const Choice& choice :
       {Choice{ChoiceKind::kNextEntity, 3, 2, "", {}},
        Choice{ChoiceKind::kRandom,
               std::numeric_limits<uint64_t>::max(),
               std::numeric_limits<uint64_t>::max() - 1,
               jitter,
               {}},
        Choice{ChoiceKind::kLatency, 300, 299, "latency", SpanId(7)},
        Choice{ChoiceKind::kRandom, 2, 0, jitter, SpanId(300)}}) {
    log.Add(choice, SimTime(5), 11);
    expected.Add(choice);
  }
  EXPECT_EQ(log.count(), 4u);
  EXPECT_TRUE(log.complete());
  EXPECT_EQ(log.last_time(), SimTime(5));
  EXPECT_EQ(log.last_step(), 11u);
  const Schedule schedule = log.ToSchedule(/*ordered=*/true);
  EXPECT_EQ(schedule.choices, expected.choices);
  EXPECT_EQ(schedule.sites, expected.sites);
  EXPECT_TRUE(schedule.ordered);
  EXPECT_FALSE(log.ToSchedule(/*ordered=*/false).ordered);
}

TEST(ChoiceLogTest, BeginForgets) {
  ChoiceLog log;
  log.SetPolicy("pct:depth=3");
  log.Add({ChoiceKind::kData, 2, 1, "a", {}}, SimTime(1), 1);
  EXPECT_EQ(log.policy(), "pct:depth=3");
  log.Begin();
  EXPECT_EQ(log.policy(), "");
  EXPECT_EQ(log.count(), 0u);
  log.Add({ChoiceKind::kData, 2, 1, "b", {}}, SimTime(1), 1);
  EXPECT_EQ(log.ToSchedule(true).sites, (std::vector<std::string>{"", "b"}));
}

TEST(ChoiceLogTest, WhatIsTooMuchIsCounted) {
  ChoiceLog log(4096);
  for (int i = 0; i < 10'000; ++i) {
    log.Add({ChoiceKind::kData, 10, 7, "", {}}, SimTime(i), 1);
  }
  EXPECT_EQ(log.count(), 10'000u);
  EXPECT_FALSE(log.complete());
  EXPECT_GT(log.kept(), 1000u);
  EXPECT_EQ(log.ToSchedule(true).choices.size(), log.kept());
  EXPECT_EQ(log.last_time(), SimTime(9'999));
  log.Begin();
  log.Add({ChoiceKind::kData, 10, 7, "", {}}, SimTime(1), 1);
  EXPECT_TRUE(log.complete());
}

TEST(ChoiceLogTest, ALabelThatDoesNotFitIsNotHalfThere) {
  ChoiceLog log(4096);
  log.Add({ChoiceKind::kData, 2, 1, "short", {}}, SimTime(1), 1);
  const std::string label(5000, 'x');
  log.Add({ChoiceKind::kData, 2, 1, label, {}}, SimTime(1), 1);
  log.Add({ChoiceKind::kData, 2, 1, "short", {}}, SimTime(1), 1);
  EXPECT_EQ(log.count(), 3u);
  EXPECT_EQ(log.kept(), 1u) << "what follows a gap is of no use";
  EXPECT_EQ(log.ToSchedule(true).sites,
            (std::vector<std::string>{"", "short"}));
}

TEST(ChoiceLogTest, AWriterThatIsKilledHasLeftAllOfIt) {
  ChoiceLog log;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    for (uint64_t i = 0; i < 5000; ++i) {
      log.Add({ChoiceKind::kData, 10'000, i, "n", {}}, SimTime(1), i);
    }
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const Schedule schedule = log.ToSchedule(true);
  ASSERT_EQ(schedule.choices.size(), 5000u);
  for (uint64_t i = 0; i < 5000; ++i) {
    ASSERT_EQ(schedule.choices[i].chosen, i);
    ASSERT_EQ(schedule.SiteOf(schedule.choices[i]), "n");
  }
}

}  // namespace
}  // namespace orrery
