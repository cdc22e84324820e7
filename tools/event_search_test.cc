// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/event_search.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/tools/event_filter.h"
#include "orrery/tools/text_pattern.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A log line an event.
Trace Lines(std::vector<absl::string_view> texts) {
  Trace trace;
  trace.name = "t";
  trace.header.level = TraceLevel::kEvents;
  for (absl::string_view text : texts) {
    event::Logged logged;
    logged.text = text;
    trace.events.push_back({SimTime(), TaskId(1), logged});
  }
  return trace;
}

TextPattern Text(const std::string& text) { return *TextPattern::Make(text); }

std::vector<uint64_t> Found(const Trace& trace, const EventSearch& search) {
  const absl::StatusOr<std::vector<uint64_t>> found = FindEvents(trace, search);
  EXPECT_TRUE(found.ok()) << found.status();
  return *found;
}

TEST(EventSearchTest, WithoutConditionsAllEventsAreFound) {
  EXPECT_THAT(Found(Lines({"a", "b"}), {}), ElementsAre(0, 1));
  EXPECT_THAT(Found(Trace(), {}), IsEmpty());
}

TEST(EventSearchTest, ThePatternIsLookedForInTheWholeLine) {
  const Trace trace = Lines({"send", "ack", "resend"});
  EXPECT_THAT(Found(trace, {.pattern = Text("send")}), ElementsAre(0, 2));
  EXPECT_THAT(Found(trace, {.pattern = Text("#1 0.000s task#1 log: ack")}),
              ElementsAre(1));
}

TEST(EventSearchTest, AfterAndBeforeLeaveOutTheirOwnEvent) {
  Trace trace = Lines({"a", "a", "a", "a"});
  EXPECT_THAT(Found(trace, {.after = 0, .before = 3}), ElementsAre(1, 2));
  EXPECT_THAT(Found(trace, {.after = 2}), ElementsAre(3));
  EXPECT_THAT(Found(trace, {.before = 0}), IsEmpty());
  trace.first_event = 10;
  EXPECT_THAT(Found(trace, {.after = 11}), ElementsAre(2, 3));
}

TEST(EventSearchTest, AnEventCanBeAskedForWhatCameBefore) {
  const Trace trace = Lines({"ack", "send", "ack", "ack"});
  EXPECT_THAT(
      Found(trace, {.pattern = Text("ack"), .preceded_by = Text("send")}),
      ElementsAre(2, 3));
  EXPECT_THAT(
      Found(trace, {.pattern = Text("ack"), .not_preceded_by = Text("send")}),
      ElementsAre(0));
}

TEST(EventSearchTest, AnEventCanBeAskedForWhatComesAfter) {
  const Trace trace = Lines({"send", "send", "ack", "send"});
  EXPECT_THAT(
      Found(trace, {.pattern = Text("send"), .followed_by = Text("ack")}),
      ElementsAre(0, 1));
  EXPECT_THAT(
      Found(trace, {.pattern = Text("send"), .not_followed_by = Text("ack")}),
      ElementsAre(3));
}

TEST(EventSearchTest, AnEventDoesNotComeBeforeOrAfterItself) {
  const Trace trace = Lines({"a", "a"});
  EXPECT_THAT(Found(trace, {.preceded_by = Text("a")}), ElementsAre(1));
  EXPECT_THAT(Found(trace, {.followed_by = Text("a")}), ElementsAre(0));
}

TEST(EventSearchTest, WithinLimitsHowFarItIsLookedFor) {
  const Trace trace = Lines({"send", "x", "ack", "send", "ack"});
  EXPECT_THAT(Found(trace, {.pattern = Text("send"),
                            .not_followed_by = Text("ack"),
                            .within = 1}),
              ElementsAre(0));
  EXPECT_THAT(
      Found(trace,
            {.pattern = Text("ack"), .preceded_by = Text("send"), .within = 2}),
      ElementsAre(2, 4));
  EXPECT_THAT(
      Found(trace,
            {.pattern = Text("ack"), .preceded_by = Text("send"), .within = 0}),
      IsEmpty());
}

TEST(EventSearchTest, NeighborsMayBeEventsThatTheOtherConditionsLeaveOut) {
  const Trace trace = Lines({"send", "ack"});
  EXPECT_THAT(Found(trace, {.after = 0, .preceded_by = Text("send")}),
              ElementsAre(1));
}

TEST(EventSearchTest, ProgressIsToldOfEachEvent) {
  uint64_t calls = 0;
  const Trace trace = Lines({"a", "b"});
  ASSERT_TRUE(FindEvents(trace, {}, [&](uint64_t done, uint64_t all) {
                EXPECT_EQ(done, calls++);
                EXPECT_EQ(all, 2u);
              }).ok());
  EXPECT_EQ(calls, 2u);
}

// ---- FindEvent --------------------------------------------------------------

TEST(FindEventTest, TakesANumberInThreeForms) {
  const Trace trace = Lines({"a", "b", "c"});
  for (const char* text : {"2", "#2", "event:2"}) {
    const absl::StatusOr<uint64_t> number = FindEvent(trace, text);
    ASSERT_TRUE(number.ok()) << number.status();
    EXPECT_EQ(*number, 2u);
  }
}

TEST(FindEventTest, SaysWhichEventsThereAre) {
  Trace trace = Lines({"a", "b", "c"});
  EXPECT_EQ(FindEvent(trace, "3").status().message(),
            "t: there is no event 3; it holds events 0 to 2");
  trace.first_event = 7;
  EXPECT_EQ(FindEvent(trace, "2").status().message(),
            "t: there is no event 2; it holds events 7 to 9");
  EXPECT_EQ(*FindEvent(trace, "9"), 9u);
  trace.events.clear();
  EXPECT_EQ(FindEvent(trace, "9").status().message(),
            "t: there is no event 9; it holds no events");
}

TEST(FindEventTest, TakesNothingElse) {
  const Trace trace = Lines({"a"});
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x0", "one",
                           "event:", "99999999999999999999"}) {
    EXPECT_EQ(FindEvent(trace, text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(FindEventTest, SaysWhyThereIsNoFailure) {
  Trace trace = Lines({"a"});
  trace.first_event = 5;
  trace.footer.emplace().outcome = Outcome::kCompleted;
  EXPECT_EQ(FindEvent(trace, "failure").status().message(),
            "t: the run did not fail");
  trace.footer->outcome = Outcome::kFailed;
  EXPECT_EQ(*FindEvent(trace, "failure"), 5u);
  trace.footer->failed_event = 3;
  EXPECT_EQ(FindEvent(trace, "failure").status().message(),
            "t: the failure is event 3, and it holds events 5 to 5");
}

}  // namespace
}  // namespace orrery
