// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/lanes.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint32_t kLoop = 0;
constexpr uint32_t kMain = 1;
constexpr uint32_t kAnn = 2;
constexpr uint32_t kBen = 3;

Trace Of(std::vector<std::pair<uint32_t, TraceEvent::What>> events) {
  Trace trace;
  for (auto& [task, what] : events) {
    trace.events.push_back({SimTime(), TaskId(task), std::move(what)});
  }
  return trace;
}

event::Spawned Spawns(uint32_t task, absl::string_view name,
                      EntityKind kind = EntityKind::kTask, uint16_t node = 0) {
  event::Spawned spawned;
  spawned.id = TaskId(task);
  spawned.name = name;
  spawned.kind = kind;
  spawned.node = NodeId(node);
  return spawned;
}
event::Resumed Runs() { return {}; }
event::Suspended Waits() {
  event::Suspended suspended;
  suspended.wait = WaitKind::kTurn;
  return suspended;
}
event::Finished Ends() { return {}; }
event::Logged Logs() { return {}; }

std::vector<std::string> NamesOf(const Lanes& lanes) {
  std::vector<std::string> names;
  for (const Lane& lane : lanes.lanes) names.push_back(lane.name);
  return names;
}

TEST(LanesTest, TheLoopHasALaneEvenWhereNothingHappened) {
  const Lanes lanes = BuildLanes(Trace());
  EXPECT_THAT(NamesOf(lanes), ElementsAre("loop"));
  EXPECT_THAT(lanes.lanes[0].blocks, IsEmpty());
  EXPECT_THAT(lanes.nodes, IsEmpty());
}

TEST(LanesTest, EachTaskHasALaneInTheOrderOfTheTrace) {
  const Lanes lanes =
      BuildLanes(Of({{kLoop, Spawns(kMain, "main")},
                     {kMain, Runs()},
                     {kMain, Spawns(kBen, "", EntityKind::kTimer)},
                     {kMain, Spawns(kAnn, "ann")},
                     {kLoop, event::Woken{TaskId(kBen)}}}));
  EXPECT_THAT(NamesOf(lanes),
              ElementsAre("loop", "main#1", "timer#3", "ann#2"));
  EXPECT_EQ(lanes.lanes[0].last, 4u);
  EXPECT_EQ(lanes.lanes[1].first, 0u);
  EXPECT_EQ(lanes.lanes[1].last, 3u);
  EXPECT_EQ(lanes.lanes[2].kind, EntityKind::kTimer);
  EXPECT_EQ(lanes.lanes[2].first, 2u);
  EXPECT_EQ(lanes.lanes[2].last, 2u);
  EXPECT_EQ(lanes.lanes[3].kind, EntityKind::kTask);
}

TEST(LanesTest, ABlockIsFromAStepsFirstEventToItsLast) {
  const Lanes lanes = BuildLanes(Of({{kLoop, Spawns(kMain, "main")},
                                     {kMain, Runs()},  // 1
                                     {kMain, Logs()},
                                     {kMain, Waits()},  // 3
                                     {kLoop, Logs()},
                                     {kMain, Runs()},  // 5
                                     {kMain, Ends()},  // 6
                                     {kMain, event::Woken{TaskId(kAnn)}}}));
  const Lane& main = lanes.lanes[1];
  EXPECT_THAT(main.blocks, ElementsAre(RunBlock{1, 3}, RunBlock{5, 6}));
  EXPECT_TRUE(main.finished);
  EXPECT_EQ(main.last, 7u);
}

TEST(LanesTest, WhoRanWhenTheTraceEndedRanToItsEnd) {
  const Lanes lanes = BuildLanes(Of({{kLoop, Spawns(kMain, "main")},
                                     {kMain, Runs()},  // 1
                                     {kLoop, Logs()},
                                     {kLoop, Logs()}}));  // 3
  EXPECT_THAT(lanes.lanes[1].blocks, ElementsAre(RunBlock{1, 3}));
  EXPECT_FALSE(lanes.lanes[1].finished);
}

TEST(LanesTest, AnEagerTaskRunsWithinABlockOfItsParent) {
  const Lanes lanes = BuildLanes(Of({{kMain, Runs()},  // 0
                                     {kMain, Spawns(kAnn, "ann")},
                                     {kAnn, Logs()},   // 2
                                     {kAnn, Waits()},  // 3
                                     {kMain, Logs()},
                                     {kMain, Waits()},  // 5
                                     {kAnn, Runs()},    // 6
                                     {kAnn, Ends()}}));
  EXPECT_THAT(lanes.lanes[1].blocks, ElementsAre(RunBlock{0, 5}));
  EXPECT_THAT(lanes.lanes[2].blocks,
              ElementsAre(RunBlock{2, 3}, RunBlock{6, 7}));
}

TEST(LanesTest, WhereEventsAreMissingABlockEndsWithTheLastThatIsThere) {
  // No Spawned, no Resumed, and of the next step no Suspended.
  const Lanes lanes = BuildLanes(Of({{kAnn, Logs()},   // 0
                                     {kAnn, Waits()},  // 1
                                     {kAnn, Runs()},   // 2
                                     {kAnn, Logs()},   // 3
                                     {kBen, Runs()},   // 4
                                     {kAnn, Runs()},   // 5
                                     {kAnn, Waits()}}));
  EXPECT_THAT(NamesOf(lanes), ElementsAre("loop", "task#2", "task#3"));
  EXPECT_THAT(lanes.lanes[1].blocks,
              ElementsAre(RunBlock{0, 1}, RunBlock{2, 3}, RunBlock{5, 6}));
  EXPECT_THAT(lanes.lanes[2].blocks, ElementsAre(RunBlock{4, 4}));
}

TEST(LanesTest, NodesAreNamedInTheOrderOfTheTrace) {
  event::MessageSent sent;
  sent.from = NodeId(7);
  sent.to = NodeId(2);
  const Lanes lanes =
      BuildLanes(Of({{kLoop, event::NodeMade{NodeId(2), "replica-1"}},
                     {kLoop, event::NodeMade{NodeId(1), "replica-0"}},
                     {kLoop, Spawns(kMain, "main", EntityKind::kTask, 2)},
                     {kMain, sent},
                     {kMain, Spawns(kAnn, "ann", EntityKind::kTask, 0)}}));
  std::vector<std::string> names;
  for (const NodeName& node : lanes.nodes) names.push_back(node.name);
  EXPECT_THAT(names, ElementsAre("replica-1", "replica-0", "node 7"));
  EXPECT_EQ(lanes.lanes[1].node, NodeId(2));
  EXPECT_EQ(lanes.lanes[2].node, NodeId());
}

TEST(LanesTest, TasksOfEventsThatWereDroppedHaveALane) {
  Trace trace = Of({{kAnn, Logs()}});
  trace.first_event = 500;
  trace.before = Of({{kLoop, event::NodeMade{NodeId(2), "replica-1"}},
                     {kMain, Spawns(kAnn, "ann", EntityKind::kTask, 2)},
                     {kMain, Spawns(kBen, "ben")}})
                     .events;
  const Lanes lanes = BuildLanes(trace);
  EXPECT_THAT(NamesOf(lanes), ElementsAre("loop", "ann#2", "ben#3"));
  EXPECT_EQ(lanes.lanes[1].node, NodeId(2));
  EXPECT_THAT(lanes.lanes[1].blocks, ElementsAre(RunBlock{0, 0}));
  EXPECT_THAT(lanes.lanes[2].blocks, IsEmpty());
  ASSERT_EQ(lanes.nodes.size(), 1u);
  EXPECT_EQ(lanes.nodes[0].name, "replica-1");
}

// ---- Traces of runs ---------------------------------------------------------

TEST(LanesTest, OfARunBlocksBeginAndEndWithStepsAndDoNotOverlap) {
  for (const SampleProgram& program : SamplePrograms()) {
    SCOPED_TRACE(program.name);
    RandomScheduler scheduler;
    TraceWriter writer;
    RunRecorded(program.main, scheduler, Seed(1), TraceLevel::kEvents, writer);
    const absl::StatusOr<Trace> trace =
        ParseTrace(writer.bytes(), "run", {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    const Lanes lanes = BuildLanes(*trace);
    std::vector<int> runs(trace->events.size());
    for (const Lane& lane : lanes.lanes) {
      SCOPED_TRACE(lane.name);
      EXPECT_EQ(lane.finished, static_cast<bool>(lane.id));
      for (const RunBlock& block : lane.blocks) {
        ASSERT_LE(block.begin, block.end);
        const auto& first = trace->events[block.begin];
        const auto& last = trace->events[block.end];
        EXPECT_TRUE(std::holds_alternative<event::Resumed>(first.what));
        EXPECT_TRUE(std::holds_alternative<event::Suspended>(last.what) ||
                    std::holds_alternative<event::Finished>(last.what));
        EXPECT_EQ(first.task, lane.id);
        EXPECT_EQ(last.task, lane.id);
        for (uint64_t i = block.begin; i <= block.end; ++i) {
          EXPECT_EQ(++runs[i], 1) << "event " << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace orrery
