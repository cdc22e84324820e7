// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/causes_text.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/analysis/failure_index.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Trace Woken() {
  const TaskId loop(0);
  const TaskId ann(1);
  event::Spawned spawned;
  spawned.id = ann;
  spawned.name = "ann";
  event::Failed failed;
  failed.message = "wrong";
  failed.site = {"bank.cc", "Pay", 7};
  Trace trace;
  trace.name = "t";
  trace.first_event = 100;
  trace.events = {{SimTime(), loop, spawned},
                  {SimTime(), ann, event::Resumed()},
                  {SimTime(), ann, failed}};
  return trace;
}

TEST(CausesTextTest, EachLineSaysWhatItIsToTheOneAbove) {
  const Trace trace = Woken();
  std::vector<std::string> lines;
  for (const CauseLine& line :
       FormatCauses(trace, 2, CauseIndex(trace).Chain(2))) {
    lines.push_back(line.text);
  }
  EXPECT_THAT(lines,
              ElementsAre("#102 0.000s ann#1 FAILURE: wrong [bank.cc:7 Pay]",
                          "  in the step of  #101 0.000s ann#1 runs",
                          "  spawned by      #100 0.000s loop spawns ann#1"));
}

TEST(CausesTextTest, AnEventThatNothingLedToStandsAlone) {
  const std::vector<CauseLine> lines = FormatCauses(Woken(), 0, {});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].index, 0u);
}

TEST(CausesTextTest, JsonHasTheEventAndThenWhatLedToIt) {
  const Trace trace = Woken();
  EXPECT_EQ(CausesAsJson(trace, 1, CauseIndex(trace).Chain(1)),
            "{\"file\":\"t\",\"event\":{\"relation\":\"\",\"index\":101,"
            "\"time_ns\":0,\"task\":\"ann#1\",\"kind\":\"resumed\",\"text\":"
            "\"runs\",\"site\":\"\"},\"causes\":[{\"relation\":\"spawned by\","
            "\"index\":100,\"time_ns\":0,\"task\":\"loop\",\"kind\":"
            "\"spawned\",\"text\":\"spawns ann#1\",\"site\":\"\"}]}");
}

// ---- FailureIndex -----------------------------------------------------------

TEST(FailureIndexTest, IsTheEventThatTheFooterNames) {
  Trace trace = Woken();
  trace.footer.emplace().failed_event = 101;
  EXPECT_EQ(FailureIndex(trace), 1u);
  trace.footer->failed_event = 99;  // dropped to stay within a budget
  EXPECT_EQ(FailureIndex(trace), std::nullopt);
  trace.footer->failed_event = 103;
  EXPECT_EQ(FailureIndex(trace), std::nullopt);
}

TEST(FailureIndexTest, IsTheFirstFailureWhereThereIsNoFooter) {
  EXPECT_EQ(FailureIndex(Woken()), 2u);
}

TEST(FailureIndexTest, IsTheLastEventOfARunThatWasStuckOrDied) {
  Trace trace = Woken();
  trace.events.pop_back();
  EXPECT_EQ(FailureIndex(trace), 1u);  // it died
  trace.footer.emplace().outcome = Outcome::kDeadlock;
  EXPECT_EQ(FailureIndex(trace), 1u);
}

TEST(FailureIndexTest, IsNoneOfARunThatPassed) {
  Trace trace = Woken();
  trace.events.pop_back();
  trace.footer.emplace().outcome = Outcome::kCompleted;
  EXPECT_EQ(FailureIndex(trace), std::nullopt);
  EXPECT_EQ(FailureIndex(Trace()), std::nullopt);
}

}  // namespace
}  // namespace orrery
