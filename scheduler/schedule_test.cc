// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/schedule.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Choice RandomChoice(absl::string_view site) {
  return {.kind = ChoiceKind::kRandom, .n = 10, .chosen = 3, .site = site};
}

TEST(ScheduleTest, AChoiceKeepsAllThatReplayNeeds) {
  Schedule schedule;
  schedule.Add({.kind = ChoiceKind::kLatency,
                .n = 100,
                .chosen = 42,
                .site = "link",
                .span = SpanId(7)});
  ASSERT_EQ(schedule.choices.size(), 1);
  const ScheduledChoice& choice = schedule.choices[0];
  EXPECT_EQ(choice.kind, ChoiceKind::kLatency);
  EXPECT_EQ(choice.n, 100);
  EXPECT_EQ(choice.chosen, 42);
  EXPECT_EQ(choice.span, SpanId(7));
  EXPECT_EQ(schedule.SiteOf(choice), "link");
}

TEST(ScheduleTest, ALabelIsStoredOnce) {
  Schedule schedule;
  for (absl::string_view site : {"", "b", "a", "b", "", "a", "c"}) {
    schedule.Add(RandomChoice(site));
  }
  EXPECT_THAT(schedule.sites, ElementsAre("", "b", "a", "c"));
  std::vector<std::string> labels;
  for (const ScheduledChoice& choice : schedule.choices) {
    labels.emplace_back(schedule.SiteOf(choice));
  }
  EXPECT_THAT(labels, ElementsAre("", "b", "a", "b", "", "a", "c"));
}

TEST(ScheduleTest, LabelsAreCopied) {
  Schedule schedule;
  {
    const std::string temporary(100, 'x');
    schedule.Add(RandomChoice(temporary));
  }
  EXPECT_EQ(schedule.SiteOf(schedule.choices[0]), std::string(100, 'x'));
}

TEST(ScheduleTest, ACopyGoesOnByItself) {
  Schedule original;
  original.Add(RandomChoice("a"));
  Schedule copy = original;
  copy.Add(RandomChoice("b"));
  original.Add(RandomChoice("c"));
  Schedule moved = std::move(original);
  moved.Add(RandomChoice("a"));
  EXPECT_THAT(copy.sites, ElementsAre("", "a", "b"));
  EXPECT_THAT(moved.sites, ElementsAre("", "a", "c"));
  EXPECT_EQ(moved.SiteOf(moved.choices.back()), "a");
}

TEST(ScheduleTest, LabelsThatWereEditedAreFoundAgain) {
  Schedule schedule;
  schedule.Add(RandomChoice("a"));
  schedule.Add(RandomChoice("b"));
  schedule.sites[1] = "renamed";
  schedule.sites.push_back("c");
  for (absl::string_view site : {"c", "b", "renamed", "a"}) {
    schedule.Add(RandomChoice(site));
    EXPECT_EQ(schedule.SiteOf(schedule.choices.back()), site);
  }
  EXPECT_THAT(schedule.sites, ElementsAre("", "renamed", "b", "c", "a"));
  schedule.sites[2] = "as many as before";
  schedule.Add(RandomChoice("b"));
  EXPECT_EQ(schedule.SiteOf(schedule.choices.back()), "b");
}

// A quadratic search would take minutes.
TEST(ScheduleTest, AHundredThousandLabelsTakeNoTime) {
  Schedule schedule;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100'000; ++i) {
      schedule.Add(RandomChoice(absl::StrCat("label ", i)));
    }
  }
  EXPECT_EQ(schedule.sites.size(), 100'001);
  EXPECT_EQ(schedule.SiteOf(schedule.choices[150'000]), "label 50000");
}

}  // namespace
}  // namespace orrery
