// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_text.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr EntityId kMain{100};
constexpr EntityId kWriter{200};
constexpr EntityId kReader{300};

TraceEvent By(uint32_t task, TraceEvent::What what) {
  TraceEvent event;
  event.task = TaskId(task);
  event.what = std::move(what);
  return event;
}

TraceEvent Spawns(uint32_t parent, uint32_t id, EntityId entity,
                  absl::string_view name, SiteText site) {
  event::Spawned spawned;
  spawned.id = TaskId(id);
  spawned.entity = entity;
  spawned.name = name;
  spawned.site = site;
  return By(parent, spawned);
}

TraceEvent Suspends(uint32_t task, SiteText site) {
  event::Suspended suspended;
  suspended.wait = WaitKind::kTurn;
  suspended.site = site;
  return By(task, suspended);
}

TraceEvent Chooses(uint32_t task, Choice choice) {
  return By(task, event::Chosen{.choice = choice, .candidates = {}});
}

// Main has spawned a writer, which has begun and stands before an access, and a
// reader, which has not.
void TellStory(DeviationWords& words) {
  words.OnEvent(Spawns(0, 1, kMain, "main", {}));
  words.OnEvent(By(1, event::Resumed()));
  words.OnEvent(Spawns(1, 2, kWriter, "writer", {"bank.cc", "Main", 90}));
  words.OnEvent(Spawns(1, 3, kReader, "reader", {"bank.cc", "Main", 91}));
  words.OnEvent(Suspends(1, {"bank.cc", "Main", 92}));
  words.OnEvent(By(2, event::Resumed()));
  words.OnEvent(Suspends(2, {"bank.cc", "Deposit", 41}));
}

TEST(DeviationWordsTest, NamesBothTasksAndWhereTheyStand) {
  DeviationWords words({{kWriter, 1, kMain}});
  TellStory(words);
  words.OnEvent(
      Chooses(0, {.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 2}));
  EXPECT_THAT(words.lines(),
              ElementsAre("before writer#2 goes on (bank.cc:41 Deposit), "
                          "main#1 runs (bank.cc:92 Main)"));
}

TEST(DeviationWordsTest, WhoHasNotRunYetBegins) {
  DeviationWords words({{kWriter, 1, kReader}, {kReader, 0, kMain}});
  TellStory(words);
  const Choice choice = {.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 1};
  words.OnEvent(Chooses(0, choice));
  words.OnEvent(Chooses(0, choice));
  EXPECT_THAT(
      words.lines(),
      ElementsAre("before writer#2 goes on (bank.cc:41 Deposit), reader#3 "
                  "begins (spawned at bank.cc:91 Main)",
                  "before reader#3 begins (spawned at bank.cc:91 Main), main#1 "
                  "runs (bank.cc:92 Main)"));
}

TEST(DeviationWordsTest, WhatIsInOrderIsNoDeviation) {
  DeviationWords words({{kWriter, 1, kMain}});
  TellStory(words);
  words.OnEvent(Chooses(0, {.kind = ChoiceKind::kNextEntity, .n = 3}));
  words.OnEvent(
      Chooses(2, {.kind = ChoiceKind::kRandom, .n = 10, .site = "jitter"}));
  EXPECT_THAT(words.lines(), IsEmpty());
}

TEST(DeviationWordsTest, ADrawSaysWhoWhatAndAmongHowMany) {
  DeviationWords words({});
  TellStory(words);
  words.OnEvent(Chooses(
      2,
      {.kind = ChoiceKind::kRandom, .n = 10, .chosen = 4, .site = "jitter"}));
  words.OnEvent(Chooses(2, {.kind = ChoiceKind::kFault, .n = 2, .chosen = 1}));
  EXPECT_THAT(words.lines(),
              ElementsAre("writer#2 draws 4 of 10 for random \"jitter\"",
                          "writer#2 draws 1 of 2 for fault"));
}

TEST(DeviationWordsTest, AnEntityThatNoEventHasNamedIsNoHindrance) {
  DeviationWords words({{EntityId(7), 0, EntityId(8)}});
  words.OnEvent(
      Chooses(0, {.kind = ChoiceKind::kNextEntity, .n = 2, .chosen = 1}));
  EXPECT_THAT(words.lines(), ElementsAre("before an unknown task begins, an "
                                         "unknown task begins"));
}

TEST(DeviationWordsTest, HandsEventsOn) {
  DeviationWords inner({{kWriter, 1, kMain}});
  DeviationWords outer({}, &inner);
  TellStory(outer);
  outer.OnEvent(
      Chooses(0, {.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 2}));
  EXPECT_EQ(inner.lines().size(), 1);
}

TEST(DeviationsInWordsTest, CountsWhatThereIs) {
  EXPECT_EQ(DeviationsInWords({}), "no deviation from FIFO order");
  EXPECT_EQ(DeviationsInWords({.deviations = 1}),
            "1 deviation from FIFO order");
  EXPECT_EQ(DeviationsInWords({.deviations = 2, .draws = 1}),
            "2 deviations from FIFO order and 1 draw that is not 0");
  EXPECT_EQ(DeviationsInWords({.faults = 1, .deviations = 2, .draws = 3}),
            "2 deviations from FIFO order, 1 fault and 3 draws that are not 0");
}

ShrinkResult TwoOfThirteen() {
  ShrinkResult result;
  result.original.deviations = 13;
  result.cost.deviations = 2;
  result.replays = 87;
  return result;
}

TEST(FormatShrinkTest, SaysHowSmallItIsAndListsIt) {
  EXPECT_THAT(
      FormatShrink(TwoOfThirteen(), {"before a#1 goes on, b#2 runs",
                                     "before b#2 goes on, a#1 runs"}),
      ElementsAre("2 deviations from FIFO order (of 13), after 87 replays",
                  "  1. before a#1 goes on, b#2 runs",
                  "  2. before b#2 goes on, a#1 runs"));
}

TEST(FormatShrinkTest, SaysThatItWasCutShortAndWhatElseItMet) {
  ShrinkResult result = TwoOfThirteen();
  result.stopped = true;
  result.others.push_back(
      {.signature = "deadlock a", .message = "", .schedule = {}});
  EXPECT_THAT(FormatShrink(result, {}),
              ElementsAre("2 deviations from FIFO order (of 13), after 87 "
                          "replays, cut short",
                          "  on the way it met another failure: deadlock a"));
}

TEST(FormatShrinkTest, SaysThatMoreReplaysCouldHelp) {
  ShrinkResult result = TwoOfThirteen();
  result.out_of_replays = true;
  EXPECT_THAT(FormatShrink(result, {}),
              ElementsAre("2 deviations from FIFO order (of 13), after 87 "
                          "replays, the most it may take"));
}

TEST(FormatShrinkTest, AListThatIsTooLongIsCutAndCounted) {
  const std::vector<std::string> lines(30, "x");
  const std::vector<std::string> text = FormatShrink(TwoOfThirteen(), lines);
  ASSERT_EQ(text.size(), 11);
  EXPECT_EQ(text[9], "  9. x");
  EXPECT_EQ(text[10], "  ... and 21 more, which are in the trace");
}

TEST(FormatShrinkTest, WhatCouldNotBeMadeSmallerSaysNothingOfBefore) {
  ShrinkResult result = TwoOfThirteen();
  result.original.deviations = 2;
  EXPECT_THAT(FormatShrink(result, {}),
              ElementsAre("2 deviations from FIFO order, after 87 replays"));
}

}  // namespace
}  // namespace orrery
