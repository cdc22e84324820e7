// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What looks at whole traces holds out against any of them: events are in no
// order, tasks do what they cannot, and most of what is named was never made.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/analysis/causes.h"
#include "orrery/analysis/causes_text.h"
#include "orrery/analysis/failure_index.h"
#include "orrery/analysis/lanes.h"
#include "orrery/analysis/stats.h"
#include "orrery/analysis/stats_text.h"
#include "orrery/analysis/task_columns.h"
#include "orrery/analysis/timeline_rows.h"
#include "orrery/base/prng.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

// Returns events of every kind in any order, done by any task to any task.
Trace OddTrace(Prng& prng) {
  const std::vector<TraceEvent> events = SampleEvents();
  Trace trace;
  trace.first_event = prng.Below(3) == 0 ? prng.Below(1000) : 0;
  const uint64_t size = prng.Below(200);
  for (uint64_t i = 0; i < size; ++i) {
    TraceEvent event = events[prng.Below(events.size())];
    event.task = TaskId(static_cast<uint32_t>(prng.Below(5)));
    event.time = SimTime(static_cast<int64_t>(prng.Next()));
    const TaskId target(static_cast<uint32_t>(prng.Below(5)));
    if (auto* woken = std::get_if<event::Woken>(&event.what)) {
      woken->task = target;
    } else if (auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      spawned->id = target;
    } else if (auto* asked = std::get_if<event::CancelRequested>(&event.what)) {
      asked->task = target;
    }
    trace.events.push_back(event);
  }
  return trace;
}

TEST(OddTracesTest, CausesComeBeforeWhatTheyLeadTo) {
  Prng prng(1);
  for (int round = 0; round < 60; ++round) {
    const Trace trace = OddTrace(prng);
    const CauseIndex causes(trace);
    for (uint64_t i = 0; i < trace.events.size(); ++i) {
      const Cause cause = causes.Of(i);
      if (cause.kind != CauseKind::kNone) {
        ASSERT_LT(cause.event, i);
      }
      const std::vector<Cause> chain = causes.Chain(i);
      ASSERT_LE(chain.size(), i);
      ASSERT_EQ(FormatCauses(trace, i, chain).size(), chain.size() + 1);
    }
  }
}

TEST(OddTracesTest, BlocksAreInOrderAndWithinTheTrace) {
  Prng prng(2);
  for (int round = 0; round < 60; ++round) {
    const Trace trace = OddTrace(prng);
    const Lanes lanes = BuildLanes(trace);
    ASSERT_EQ(lanes.lanes[0].id, TaskId());
    ASSERT_TRUE(lanes.lanes[0].blocks.empty());
    for (const Lane& lane : lanes.lanes) {
      uint64_t free = 0;  // the first event that no block has yet
      for (const RunBlock& block : lane.blocks) {
        ASSERT_LE(free, block.begin);
        ASSERT_LE(block.begin, block.end);
        ASSERT_LT(block.end, trace.events.size());
        free = block.end + 1;
      }
    }
  }
}

TEST(OddTracesTest, EverythingIsCountedAndShown) {
  Prng prng(3);
  for (int round = 0; round < 60; ++round) {
    const Trace trace = OddTrace(prng);
    const TraceStats stats = CountAll(trace);
    ASSERT_EQ(stats.events, trace.events.size());
    ASSERT_FALSE(FormatStats(trace, stats, 3).empty());
    ASSERT_FALSE(StatsAsJson(trace, stats).empty());
    std::vector<uint64_t> indices;
    for (uint64_t i = 0; i < trace.events.size(); ++i) indices.push_back(i);
    const std::vector<TimelineRow> rows = MakeTimelineRows(trace, indices);
    ASSERT_EQ(rows.size(), indices.size());
    TimelineOptions options;
    for (size_t width : {0, 1, 20, 79, 200, 1000}) {
      options.width = width;
      FormatTimeline(trace, rows, options);
    }
    ASSERT_EQ(FailureIndex(trace).has_value(), !trace.events.empty());
  }
}

}  // namespace
}  // namespace orrery
