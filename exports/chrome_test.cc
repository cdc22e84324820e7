// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/chrome.h"

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/exports/validate.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string Json(const Trace& trace, ExportClock clock = ExportClock::kHybrid) {
  std::string json;
  ExportOptions options;
  options.clock = clock;
  const absl::Status status =
      ExportChrome(trace, options, [&](absl::string_view piece) {
        json.append(piece.data(), piece.size());
        return true;
      });
  EXPECT_TRUE(status.ok()) << status.message();
  return json;
}

TEST(ChromeTest, EveryExportIsValid) {
  for (const Trace& trace : TracesToExport()) {
    for (ExportClock clock : {ExportClock::kHybrid, ExportClock::kSim}) {
      EXPECT_THAT(ProblemsInChrome(Json(trace, clock)), IsEmpty())
          << trace.name << ", clock " << static_cast<int>(clock);
    }
  }
}

TEST(ChromeTest, AnEventIsALine) {
  const TaskId main(1);
  const SimTime now(1'500);
  const SiteText site("a.cc", "Main", 7);
  const Trace trace =
      ReadBack({{SimTime(), TaskId(),
                 event::Spawned{main, EntityId(1), EntityKind::kTask, NodeId(),
                                "main", site, SimTime()}},
                {now, main, event::Resumed()},
                {now, main, event::Logged{"hi", site}},
                {now, main, event::Finished()}});
  const std::string json = Json(trace);
  const std::vector<std::string> lines = absl::StrSplit(json, '\n');
  EXPECT_THAT(
      lines,
      ElementsAre(
          StartsWith(R"({"displayTimeUnit":"ns","otherData":{"title":"Bank.)"),
          R"({"ph":"M","pid":1,"name":"process_name","args":{"name":"simulation"}},)",
          R"({"ph":"M","pid":1,"name":"process_sort_index","args":{"sort_index":0}},)",
          R"({"ph":"M","pid":1,"tid":1,"name":"thread_name","args":{"name":"scheduler"}},)",
          R"({"ph":"M","pid":1,"tid":1,"name":"thread_sort_index","args":{"sort_index":0}},)",
          R"({"ph":"M","pid":1,"tid":2,"name":"thread_name","args":{"name":"main#1"}},)",
          R"({"ph":"M","pid":1,"tid":2,"name":"thread_sort_index","args":{"sort_index":1}},)",
          R"({"ph":"B","pid":1,"tid":1,"ts":0,"cat":"spawn","name":"spawns main#1","args":{"event":0,"time":"0.000s","src":"a.cc:7 Main"}},)",
          R"({"ph":"s","pid":1,"tid":1,"ts":0,"cat":"arrow","name":"arrow","id":"0x2"},)",
          R"({"ph":"E","pid":1,"tid":1,"ts":0},)",
          R"({"ph":"B","pid":1,"tid":2,"ts":1.5,"cat":"run","name":"main#1","args":{"event":1,"time":"0.0000015s"}},)",
          R"({"ph":"f","pid":1,"tid":2,"ts":1.5,"cat":"arrow","name":"arrow","bp":"e","id":"0x2"},)",
          R"({"ph":"i","pid":1,"tid":2,"ts":1.501,"cat":"log","name":"log: hi","s":"t","args":{"event":2,"time":"0.0000015s","src":"a.cc:7 Main"}},)",
          R"({"ph":"E","pid":1,"tid":2,"ts":1.502,"args":{"ended_by_event":3,"ended_by":"ends"}},)",
          // The footer says that the run has failed, and no event does.
          StartsWith(
              R"({"ph":"i","pid":1,"tid":1,"ts":1.503,"cat":"failure","name":"FAILURE: balance is off by 3","s":"t")"),
          "]}", ""));
}

TEST(ChromeTest, ATraceOfChoicesIsRefused) {
  const Trace trace =
      ReadBack(SampleEvents(), "choices.trace", TraceLevel::kChoices);
  EXPECT_EQ(
      ExportChrome(trace, {}, [](absl::string_view) { return true; }).code(),
      absl::StatusCode::kFailedPrecondition);
}

TEST(ChromeTest, WhatIsWrongIsFound) {
  const std::string json = Json(ReadBack(SampleEvents()));
  ASSERT_THAT(ProblemsInChrome(json), IsEmpty());
  enum Which { kFirst, kLast, kAll };
  struct Mutation {
    Which which;
    const char* from;
    const char* to;
    const char* problem;
  };
  const Mutation mutations[] = {
      {kFirst, R"("ph":"B")", R"("ph":"i","s":"t")", "no slice ends"},
      {kLast, R"("ph":"E")", R"("ph":"i","s":"t")", "never ends"},
      {kFirst, R"("ph":"E")", R"("ph":"B")", "overlap"},
      {kFirst, R"("ph":"s")", R"("ph":"i","s":"t")", "has not begun"},
      {kFirst, R"("ph":"f")", R"("ph":"i","s":"t")", "never ends"},
      {kFirst, R"("ph":"i")", R"("ph":"Q")", "of no type"},
      {kFirst, R"("s":"t")", R"("s":"g")", "not a thread's"},
      {kFirst, R"("bp":"e")", R"("bp":"x")", "the next slice"},
      {kFirst, "thread_name", "thread_title", "has no name"},
      {kAll, "process_name", "process_title", "has no name"},
      {kLast, "process_sort_index", "process_name", "names nothing"},
      {kFirst, R"("pid":4,"name")", R"("pid":1,"name")", "once more"},
      {kFirst, R"("ts":1500000,)", R"("ts":0,)", "goes back"},
      {kFirst, R"("ts":)", R"("at":)", "no number \"ts\""},
      {kFirst, R"("cat":)", R"("dog":)", "no category"},
      {kFirst, "traceEvents", "events", "no list"},
      {kLast, "]}", "]", "no JSON"},
  };
  for (const Mutation& mutation : mutations) {
    std::string broken = json;
    const std::string from = mutation.from;
    const size_t at =
        mutation.which == kLast ? json.rfind(from) : json.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    if (mutation.which == kAll) {
      broken = absl::StrReplaceAll(json, {{from, mutation.to}});
    } else {
      broken.replace(at, from.size(), mutation.to);
    }
    EXPECT_THAT(ProblemsInChrome(broken), Contains(HasSubstr(mutation.problem)))
        << from << " -> " << mutation.to;
  }
}

}  // namespace
}  // namespace orrery
