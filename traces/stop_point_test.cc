// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/stop_point.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Kind = StopPoint::Kind;

TEST(StopPointTest, ReadsEveryForm) {
  const auto points = ParseStopPoints(
      "event:18204,time:1.5s,choice:0,message:901,fail,fail-12,diverge");
  ASSERT_TRUE(points.ok()) << points.status();
  ASSERT_EQ(points->size(), 7u);
  EXPECT_EQ((*points)[0].kind, Kind::kEvent);
  EXPECT_EQ((*points)[0].number, 18204u);
  EXPECT_EQ((*points)[0].text, "event:18204");
  EXPECT_EQ((*points)[1].kind, Kind::kTime);
  EXPECT_EQ((*points)[1].time, SimTime(1'500'000'000));
  EXPECT_EQ((*points)[2].kind, Kind::kChoice);
  EXPECT_EQ((*points)[2].number, 0u);
  EXPECT_EQ((*points)[3].kind, Kind::kMessage);
  EXPECT_EQ((*points)[3].number, 901u);
  EXPECT_EQ((*points)[4].kind, Kind::kFailure);
  EXPECT_EQ((*points)[4].number, 0u);
  EXPECT_EQ((*points)[5].kind, Kind::kFailure);
  EXPECT_EQ((*points)[5].number, 12u);
  EXPECT_EQ((*points)[6].kind, Kind::kDivergence);
}

TEST(StopPointTest, WhatIsNoneIsNamedWithTheForms) {
  for (const char* text :
       {"",         "event",    "event:",    "event:-1",
        "event: 1", "event:+1", "event:1x",  "event:18446744073709551616",
        "time:5",   "time:-1s", "time:soon", "choice:one",
        "message:", "fail-",    "fail-x",    "fail+1",
        "diverged", "step:5",   "event:1,",  "event:1;event:2",
        "Event:1"}) {
    const auto points = ParseStopPoints(text);
    ASSERT_FALSE(points.ok()) << text;
    EXPECT_THAT(points.status().message(),
                AllOf(HasSubstr("event:N"), HasSubstr("time:T"),
                      HasSubstr("choice:N"), HasSubstr("message:ID"),
                      HasSubstr("fail-N"), HasSubstr("diverge")));
  }
  EXPECT_THAT(ParseStopPoints("event:1,evnt:2").status().message(),
              HasSubstr("not \"evnt:2\""));
}

TEST(StopPointTest, OnlyAReplayKnowsWhatFailsAndWhereItDiverges) {
  const auto points =
      ParseStopPoints("event:1,time:1s,choice:1,message:1,fail-1,diverge");
  ASSERT_TRUE(points.ok()) << points.status();
  int needing = 0;
  for (const StopPoint& point : *points) needing += point.needs_replay();
  EXPECT_EQ(needing, 2);
}

TEST(StopPointTest, ARunIsVerboseFromAnEventOrATime) {
  EXPECT_EQ(ParseVerboseFrom("event:7")->number, 7u);
  EXPECT_EQ(ParseVerboseFrom("time:2ms")->time, SimTime(2'000'000));
  for (const char* text : {"", "7", "choice:7", "fail", "event:1,event:2"}) {
    EXPECT_EQ(ParseVerboseFrom(text).status().message(),
              "expected event:N or time:T (such as time:1.5s)")
        << text;
  }
}

}  // namespace
}  // namespace orrery
