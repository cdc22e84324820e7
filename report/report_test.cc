// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/report.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/analysis/causes.h"
#include "orrery/analysis/lanes.h"
#include "orrery/base/trace_event.h"
#include "orrery/report/page.h"
#include "orrery/report/read_report.h"
#include "orrery/report/sample_reports.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

Trace Sample() {
  Trace trace = ReadBack(SampleEvents());
  trace.not_done = SampleTasks();
  trace.not_done_count = trace.not_done.size();
  return trace;
}

ReadReport Read(const Trace& trace, const ReportOptions& options = {}) {
  const absl::StatusOr<std::string> page = MakeReport(trace, options);
  EXPECT_TRUE(page.ok()) << page.status();
  return DecodeReport(DataOfPage(*page));
}

void ExpectSameEvents(const Trace& trace) {
  const ReadReport report = Read(trace);
  ASSERT_EQ(report.events.size(), trace.events.size());
  const CauseIndex causes(trace);
  TraceNames names;
  for (const TraceEvent& event : trace.events) names.Learn(event);
  for (size_t i = 0; i < trace.events.size(); ++i) {
    SCOPED_TRACE(i);
    const TraceEvent& event = trace.events[i];
    const ReadEvent& read = report.events[i];
    EXPECT_EQ(read.kind, EventKindName(event));
    if (std::holds_alternative<event::Chosen>(event.what)) {
      // The page names the candidates.
      EXPECT_TRUE(absl::StartsWith(EventText(event, names), read.text));
    } else {
      EXPECT_EQ(read.text, EventText(event, names));
    }
    EXPECT_EQ(report.lanes.at(read.lane).name, names.Task(event.task));
    EXPECT_EQ(read.site, EventSite(event));
    EXPECT_EQ(read.ns, event.time.ns);
    const Cause cause = causes.Of(i);
    EXPECT_EQ(read.cause_kind, CauseKindName(cause.kind));
    EXPECT_EQ(read.cause, cause.kind == CauseKind::kNone ? 0 : i - cause.event);
  }
}

TEST(ReportTest, HasEachEventAsItIsInTheTrace) { ExpectSameEvents(Sample()); }

TEST(ReportTest, HasEachEventOfALongerRun) {
  ExpectSameEvents(ClusterTrace(2000));
}

TEST(ReportTest, HasEachEventOfAHostileTrace) {
  ExpectSameEvents(HostileTrace());
}

TEST(ReportTest, HasTimesBeforeTheBeginningAndNearTheEnd) {
  Trace trace = OneTaskTrace();
  trace.events[0].time = SimTime(-1);
  trace.events[1].time = SimTime(0);
  trace.events[2].time = SimTime(9'223'372'036'854'775'806);
  ExpectSameEvents(trace);
}

TEST(ReportTest, HasTheLanesOfTheTrace) {
  const Trace trace = ClusterTrace(1000);
  const ReadReport report = Read(trace);
  const Lanes lanes = BuildLanes(trace);
  ASSERT_EQ(report.lanes.size(), lanes.lanes.size());
  for (size_t i = 0; i < report.lanes.size(); ++i) {
    const Lane& lane = lanes.lanes[i];
    EXPECT_EQ(report.lanes[i].node, lane.node.value);
    EXPECT_EQ(report.lanes[i].first, lane.first);
    EXPECT_EQ(report.lanes[i].last, lane.last);
    ASSERT_EQ(report.lanes[i].runs.size(), lane.blocks.size());
    for (size_t run = 0; run < lane.blocks.size(); ++run) {
      EXPECT_THAT(report.lanes[i].runs[run],
                  Pair(lane.blocks[run].begin, lane.blocks[run].end + 1));
    }
  }
  EXPECT_THAT(report.nodes, Contains(Pair(2, "replica-2")));
}

TEST(ReportTest, HasWhenANodeIsDown) {
  const ReadReport report = Read(ClusterTrace(1000));
  ASSERT_EQ(report.bands.size(), 1);
  EXPECT_THAT(report.bands[0], HasSubstr("2 from 60"));
  EXPECT_THAT(report.bands[0], HasSubstr(": crashes"));
}

TEST(ReportTest, SaysWhoWasChosenAmongWhom) {
  const ReadReport report = Read(Sample());
  for (const ReadEvent& event : report.events) {
    if (event.candidates.empty()) continue;
    std::vector<std::string> names;
    for (uint64_t lane : event.candidates) {
      names.push_back(report.lanes.at(lane).name);
    }
    EXPECT_THAT(names, ElementsAre("main#1", "client#2", "callback#3"));
    EXPECT_THAT(event.arguments, Contains(Pair("candidates", "2")));
    return;
  }
  FAIL() << "there is no choice among tasks";
}

TEST(ReportTest, SaysWhatFailedWhereAndInWhichRun) {
  const ReadReport report = Read(Sample(), {.rerun = "again", .replay = "r"});
  EXPECT_THAT(report.facts, Contains(Pair("message", "balance is off\nby 3")));
  EXPECT_THAT(report.facts, Contains(Pair("failed_task", "client#2")));
  EXPECT_THAT(report.facts, Contains(Pair("seed", "42")));
  EXPECT_THAT(report.facts, Contains(Pair("scheduler", "random")));
  EXPECT_THAT(report.facts, Contains(Pair("rerun", "again")));
  EXPECT_THAT(report.facts, Contains(Pair("replay", "r")));
  EXPECT_THAT(report.counts, Contains(Pair("run", 6)));
  const uint64_t failed = report.counts.at("failed_event");
  EXPECT_EQ(report.events.at(failed).kind, "failure");
}

TEST(ReportTest, SaysWhatTheTasksWaitFor) {
  EXPECT_THAT(
      Read(Sample()).tasks,
      Contains("client#2: waits for Mutex \"state\" held by helper#5 at "
               "bank/transfer.cc:300 Transfer for main#1"));
}

TEST(ReportTest, HasOnlyTheEventsOfTheWindowAndSaysSo) {
  const Trace trace = ClusterTrace(1000);
  const ReadReport report = Read(trace, {.window = 100});
  ASSERT_EQ(report.events.size(), 100);
  const uint64_t first = report.counts.at("first");
  const uint64_t failed = report.counts.at("failed_event");
  EXPECT_EQ(report.counts.at("cut_before"), first);
  EXPECT_EQ(report.counts.at("cut_after"), trace.events.size() - first - 100);
  EXPECT_EQ(report.events.at(failed - first).kind, "failure");
  for (const ReadLane& lane : report.lanes) {
    for (const auto& [begin, end] : lane.runs) EXPECT_LE(end, 100);
  }
}

TEST(ReportTest, CountsFromTheFirstEventThatTheTraceKept) {
  Trace trace = ClusterTrace(1000);
  trace.first_event = 5000;
  *trace.footer->failed_event += 5000;
  const ReadReport report = Read(trace, {.window = 100});
  EXPECT_EQ(report.counts.at("first"), 5000 + report.counts.at("cut_before"));
  const uint64_t failed =
      report.counts.at("failed_event") - report.counts.at("first");
  EXPECT_EQ(report.events.at(failed).kind, "failure");
}

TEST(ReportTest, KnowsWhatWasBeforeTheFirstEventThatTheTraceKept) {
  Trace trace = OneTaskTrace();
  trace.before.resize(2);
  trace.before[0].what = event::NodeMade{NodeId(1), "replica-1"};
  trace.before[1].what = event::NodeChanged{NodeId(1), NodeState::kCrashed, 1};
  const ReadReport report = Read(trace);
  EXPECT_THAT(report.bands, ElementsAre("1 from 0 for 3: crashes"));
}

TEST(ReportTest, OfARunThatDiedHasTheFailureThatItCameTo) {
  Trace trace = ClusterTrace(1000);
  trace.footer.reset();
  const ReadReport report = Read(trace);
  EXPECT_THAT(report.facts, Contains(Pair("outcome", "unknown")));
  EXPECT_THAT(report.facts,
              Contains(Pair("message", HasSubstr("two leaders"))));
}

TEST(ReportTest, OfATraceOfChoicesHasTheChoices) {
  const Trace trace =
      ReadBack(SampleEvents(), "sample.orrery", TraceLevel::kChoices);
  const ReadReport report = Read(trace);
  EXPECT_THAT(report.counts, Contains(Pair("choices_only", 1)));
  ASSERT_EQ(report.events.size(), ChoicesOf(SampleEvents()).size());
  EXPECT_EQ(report.events[0].text, "choice of data \"amount\": 3 of 4");
}

TEST(ReportTest, OfAnEmptyTraceIsEmpty) {
  EXPECT_THAT(Read(EmptyTrace()).events, IsEmpty());
}

TEST(ReportTest, IsTheSameEveryTime) {
  const Trace trace = Sample();
  EXPECT_EQ(*MakeReport(trace), *MakeReport(trace));
}

TEST(ReportTest, HasNothingOfAHostileTraceAsText) {
  const Trace trace = HostileTrace();
  const absl::StatusOr<std::string> page = MakeReport(
      trace, {.rerun = kHostileMark, .replay = "</script>" + trace.name});
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, Not(HasSubstr(kHostileMark)));
  // What is not the page's own is base64.
  absl::string_view data(*page);
  data.remove_prefix(PageBeforeData().size());
  data.remove_suffix(PageAfterData().size());
  EXPECT_EQ(data.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789+/="),
            absl::string_view::npos);
}

TEST(ReportTest, AsksNobodyForAnything) {
  const std::string page = absl::StrCat(PageBeforeData(), PageAfterData());
  for (const char* reference :
       {"http:", "https:", "src=", "href=", "@import", "url(", "eval(",
        "innerHTML", "insertAdjacentHTML", "document.write", "new Function",
        " onclick=", " style=\""}) {
    EXPECT_THAT(page, Not(HasSubstr(reference)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportTest, IsPutBesideItsTrace) {
  EXPECT_EQ(ReportPath("out/run.orrery"), "out/run.orrery.html");
}

}  // namespace
}  // namespace orrery
