// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/causes.h"

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/trace_text.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = CauseKind;

constexpr uint32_t kLoop = 0;
constexpr uint32_t kMain = 1;
constexpr uint32_t kAnn = 2;
constexpr uint32_t kBen = 3;

// ---- Traces made by hand ----------------------------------------------------

Trace Of(std::vector<std::pair<uint32_t, TraceEvent::What>> events) {
  Trace trace;
  for (auto& [task, what] : events) {
    trace.events.push_back({SimTime(), TaskId(task), std::move(what)});
  }
  return trace;
}

event::Spawned Spawns(uint32_t task, EntityKind kind = EntityKind::kTask) {
  event::Spawned spawned;
  spawned.id = TaskId(task);
  spawned.kind = kind;
  return spawned;
}
event::Resumed Runs() { return {}; }
event::Suspended Waits(WaitKind wait) {
  event::Suspended suspended;
  suspended.wait = wait;
  return suspended;
}
event::Woken Wakes(uint32_t task) { return {TaskId(task)}; }
event::CancelRequested Cancels(uint32_t task) { return {TaskId(task)}; }
event::Logged Logs() { return {}; }
event::MessageSent Sends(uint64_t id) {
  event::MessageSent sent;
  sent.id = MessageId(id);
  return sent;
}
event::MessageDelivered Delivers(uint64_t id) { return {MessageId(id), {}}; }

TEST(CauseIndexTest, NothingLeadsToTheBeginning) {
  const Trace trace = Of({{kLoop, Spawns(kMain)}});
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(0), Cause());
  EXPECT_THAT(causes.Chain(0), IsEmpty());
}

TEST(CauseIndexTest, AFirstStepIsCausedByTheSpawnAndWhatIsInItByTheStep) {
  const Trace trace = Of({{kLoop, Spawns(kMain)},  // 0
                          {kMain, Runs()},         // 1
                          {kMain, Logs()},         // 2
                          {kMain, Spawns(kAnn)},   // 3
                          {kMain, Waits(WaitKind::kJoin)},
                          {kAnn, Runs()},  // 5
                          {kAnn, Logs()}});
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(1), (Cause{Kind::kSpawned, 0}));
  EXPECT_EQ(causes.Of(2), (Cause{Kind::kStep, 1}));
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kStep, 1}));
  EXPECT_EQ(causes.Of(4), (Cause{Kind::kStep, 1}));
  EXPECT_EQ(causes.Of(5), (Cause{Kind::kSpawned, 3}));
  EXPECT_THAT(causes.Chain(6),
              ElementsAre(Cause{Kind::kStep, 5}, Cause{Kind::kSpawned, 3},
                          Cause{Kind::kStep, 1}, Cause{Kind::kSpawned, 0}));
}

TEST(CauseIndexTest, ATaskThatWasWokenGoesOnBecauseOfThat) {
  const Trace trace = Of({{kAnn, Runs()},  // 0
                          {kAnn, Waits(WaitKind::kMutex)},
                          {kBen, Runs()},  // 2
                          {kBen, Wakes(kAnn)},
                          {kBen, event::Finished()},
                          {kAnn, Runs()}});  // 5
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(5), (Cause{Kind::kWoken, 3}));
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kStep, 2}));
}

TEST(CauseIndexTest, WhoWakesOthersAfterItsEndDoesSoInItsLastStep) {
  const Trace trace = Of({{kAnn, Runs()},  // 0
                          {kAnn, event::Finished()},
                          {kAnn, Wakes(kMain)},
                          {kMain, Runs()}});
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(2), (Cause{Kind::kStep, 0}));
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kWoken, 2}));
}

TEST(CauseIndexTest, ATaskThatYieldedGoesOnAfterItsTurn) {
  const Trace trace = Of({{kAnn, Runs()},
                          {kAnn, Waits(WaitKind::kTurn)},  // 1
                          {kBen, Runs()},
                          {kAnn, Runs()}});
  EXPECT_EQ(CauseIndex(trace).Of(3), (Cause{Kind::kTurn, 1}));
}

TEST(CauseIndexTest, TheLoopWakesBecauseOfWhoeverSetTheTimer) {
  const Trace trace = Of({{kAnn, Runs()},
                          {kAnn, Spawns(kBen, EntityKind::kTimer)},  // 1
                          {kAnn, Waits(WaitKind::kSleep)},           // 2
                          {kLoop, Wakes(kAnn)},                      // 3
                          {kLoop, Wakes(kBen)},                      // 4
                          {kBen, Runs()}});
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kTimer, 2}));
  EXPECT_EQ(causes.Of(4), (Cause{Kind::kTimer, 1}));
  EXPECT_EQ(causes.Of(5), (Cause{Kind::kWoken, 4}));
}

TEST(CauseIndexTest, AnEagerTaskRunsBecauseOfItsSpawnUntilItHasAStepOfItsOwn) {
  const Trace trace = Of({{kMain, Runs()},
                          {kMain, Spawns(kAnn)},
                          {kAnn, Logs()},                  // 2
                          {kAnn, Waits(WaitKind::kTurn)},  // 3
                          {kMain, Logs()},                 // 4
                          {kAnn, Runs()},                  // 5
                          {kAnn, Logs()}});                // 6
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(2), (Cause{Kind::kSpawned, 1}));
  EXPECT_EQ(causes.Of(4), (Cause{Kind::kStep, 0}));
  EXPECT_EQ(causes.Of(5), (Cause{Kind::kTurn, 3}));
  EXPECT_EQ(causes.Of(6), (Cause{Kind::kStep, 5}));
}

TEST(CauseIndexTest, AWaitThatIsCancelledEndsBecauseOfTheRequest) {
  const Trace trace = Of({{kAnn, Runs()},
                          {kAnn, Waits(WaitKind::kSleep)},
                          {kBen, Runs()},         // 2
                          {kBen, Cancels(kAnn)},  // 3
                          {kBen, Wakes(kAnn)}});  // 4
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(4), (Cause{Kind::kCancel, 3}));
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kStep, 2}));
}

TEST(CauseIndexTest, ARequestInAnotherStepIsNotWhatWakes) {
  const Trace trace = Of({{kAnn, Runs()},
                          {kAnn, Waits(WaitKind::kForeign)},
                          {kBen, Runs()},
                          {kBen, Cancels(kAnn)},
                          {kBen, Waits(WaitKind::kTurn)},
                          {kBen, Runs()},         // 5
                          {kBen, Wakes(kAnn)}});  // 6
  EXPECT_EQ(CauseIndex(trace).Of(6), (Cause{Kind::kStep, 5}));
}

TEST(CauseIndexTest, MessagesArriveOrAreLostBecauseTheyWereSent) {
  const Trace trace =
      Of({{kAnn, Runs()},
          {kAnn, Sends(1)},                                           // 1
          {kAnn, Sends(2)},                                           // 2
          {kLoop, event::MessageCopied{MessageId(1), MessageId(3)}},  // 3
          {kLoop, event::MessageDropped{MessageId(2), "loss"}},       // 4
          {kLoop, Delivers(3)},                                       // 5
          {kLoop, Wakes(kBen)},                                       // 6
          {kBen, Runs()},
          {kBen, Delivers(1)}});  // 8
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(1), (Cause{Kind::kStep, 0}));
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kMessage, 1}));
  EXPECT_EQ(causes.Of(4), (Cause{Kind::kMessage, 2}));
  EXPECT_EQ(causes.Of(5), (Cause{Kind::kMessage, 3}));
  EXPECT_EQ(causes.Of(6), (Cause{Kind::kMessage, 5}));
  EXPECT_EQ(causes.Of(8), (Cause{Kind::kMessage, 1}));
}

TEST(CauseIndexTest, ATimerThatIsDueIsNotPutDownToAMessage) {
  const Trace trace = Of({{kAnn, Runs()},
                          {kAnn, Sends(1)},
                          {kAnn, Waits(WaitKind::kSleep)},  // 2
                          {kLoop, Delivers(1)},
                          {kLoop, Wakes(kAnn)}});
  EXPECT_EQ(CauseIndex(trace).Of(4), (Cause{Kind::kTimer, 2}));
}

TEST(CauseIndexTest, WhereTheFirstEventsAreMissingSoAreTheirCauses) {
  const Trace trace = Of({{kAnn, Logs()},
                          {kLoop, Wakes(kBen)},
                          {kBen, Runs()},  // 2
                          {kBen, Delivers(9)},
                          {kAnn, Runs()},
                          {kAnn, Logs()}});
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Of(0), Cause());
  EXPECT_EQ(causes.Of(1), Cause());
  EXPECT_EQ(causes.Of(2), (Cause{Kind::kWoken, 1}));
  EXPECT_EQ(causes.Of(3), (Cause{Kind::kStep, 2}));  // who sent it is unknown
  EXPECT_EQ(causes.Of(4), Cause());
  EXPECT_EQ(causes.Of(5), (Cause{Kind::kStep, 4}));
}

TEST(CauseIndexTest, AnEventThatIsNotThereHasNoCause) {
  const CauseIndex causes{Trace()};
  EXPECT_EQ(causes.Of(0), Cause());
  EXPECT_EQ(causes.Of(~uint64_t{0}), Cause());
  EXPECT_THAT(causes.Chain(7), IsEmpty());
}

TEST(CauseIndexTest, AChainIsAtMostAsLongAsIsAskedFor) {
  std::vector<std::pair<uint32_t, TraceEvent::What>> events;
  for (int i = 0; i < 2000; ++i) {
    events.push_back({kAnn, Runs()});
    events.push_back({kAnn, Waits(WaitKind::kTurn)});
  }
  const Trace trace = Of(std::move(events));
  const CauseIndex causes(trace);
  EXPECT_EQ(causes.Chain(3999).size(), 1000u);
  EXPECT_EQ(causes.Chain(3999, 3).size(), 3u);
  EXPECT_EQ(causes.Chain(3999, 100'000).size(), 3999u);
}

TEST(CauseIndexTest, EveryKindButNoneHasAName) {
  EXPECT_EQ(CauseKindName(Kind::kNone), "");
  for (Kind kind : {Kind::kStep, Kind::kWoken, Kind::kSpawned, Kind::kTimer,
                    Kind::kTurn, Kind::kMessage, Kind::kCancel}) {
    EXPECT_NE(CauseKindName(kind), "");
  }
}

// ---- Traces of runs ---------------------------------------------------------

Trace Recorded(Task<> (*main)(), uint64_t seed) {
  RandomScheduler scheduler;
  TraceWriter writer;
  RunRecorded(main, scheduler, Seed(seed), TraceLevel::kEvents, writer);
  absl::StatusOr<Trace> trace =
      ParseTrace(writer.bytes(), "run", {.allow_incomplete = true});
  EXPECT_TRUE(trace.ok()) << trace.status();
  return *std::move(trace);
}

// Whether the cause of an event is one that its kind may have.
void CheckCause(const Trace& trace, uint64_t index, const Cause& cause) {
  const TraceEvent& event = trace.events[index];
  if (cause.kind == Kind::kNone) {
    EXPECT_FALSE(event.task) << "only the loop does things for no reason";
    EXPECT_FALSE(std::holds_alternative<event::Woken>(event.what));
    return;
  }
  ASSERT_LT(cause.event, index);
  const TraceEvent& former = trace.events[cause.event];
  const bool resumes = std::holds_alternative<event::Resumed>(event.what);
  switch (cause.kind) {
    case Kind::kStep:
      EXPECT_TRUE(std::holds_alternative<event::Resumed>(former.what));
      EXPECT_EQ(former.task, event.task);
      break;
    case Kind::kWoken:
      EXPECT_TRUE(resumes);
      EXPECT_EQ(std::get<event::Woken>(former.what).task, event.task);
      break;
    case Kind::kSpawned:
      EXPECT_EQ(std::get<event::Spawned>(former.what).id, event.task);
      break;
    case Kind::kTurn:
      EXPECT_TRUE(resumes);
      EXPECT_EQ(former.task, event.task);
      EXPECT_EQ(std::get<event::Suspended>(former.what).wait, WaitKind::kTurn);
      break;
    case Kind::kTimer:
      EXPECT_EQ(event.task, TaskId());
      if (const auto* wait = std::get_if<event::Suspended>(&former.what)) {
        EXPECT_LE(wait->due, event.time);
      } else {
        EXPECT_LE(std::get<event::Spawned>(former.what).due, event.time);
      }
      break;
    case Kind::kCancel:
      EXPECT_EQ(std::get<event::CancelRequested>(former.what).task,
                std::get<event::Woken>(event.what).task);
      break;
    default:
      ADD_FAILURE() << "there are no messages in these runs";
  }
}

void CheckCauses(Task<> (*main)()) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const Trace trace = Recorded(main, seed);
    ASSERT_FALSE(trace.events.empty());
    const CauseIndex causes(trace);
    TraceNames names;
    for (uint64_t i = 0; i < trace.events.size(); ++i) {
      names.Learn(trace.events[i]);
      SCOPED_TRACE(FormatEvent(i, trace.events[i], names));
      CheckCause(trace, i, causes.Of(i));
      if (!trace.events[i].task) continue;
      const std::vector<Cause> chain = causes.Chain(i, trace.events.size());
      ASSERT_FALSE(chain.empty());
      if (chain.back().event == 0) continue;
      // When the main task is over, the loop cancels those that are left.
      EXPECT_TRUE(std::holds_alternative<event::CancelRequested>(
          trace.events[chain.back().event].what));
    }
  }
}

TEST(CausesOfRunsTest, EveryEventOfTheSampleProgramsGoesBackToTheBeginning) {
  for (const SampleProgram& program : SamplePrograms()) {
    SCOPED_TRACE(program.name);
    CheckCauses(program.main);
  }
}

// Timers, callbacks, eager tasks and tasks that are cancelled.
Task<> Busy() {
  auto sleeper = []() -> Task<> { co_await Sleep(absl::Seconds(9)); };
  auto awaits = [](Task<> (*body)()) -> Task<> { co_await Spawn(body); };
  PostAfter(absl::Seconds(1), [sleeper] { Spawn("late", sleeper); });
  PostHandle never = PostAfter(absl::Seconds(20), [] {});
  Post([] {});
  JoinHandle<> eager =
      Spawn({.name = "eager", .start = Start::kEager}, sleeper);
  JoinHandle<> nested = Spawn("nested", awaits, +sleeper);
  JoinHandle<> doomed = Spawn("doomed", sleeper);
  co_await Sleep(absl::Seconds(2));
  never.Cancel();
  doomed.Cancel();
  nested.Cancel();
  co_await eager;
}

TEST(CausesOfRunsTest, TimersCallbacksEagerTasksAndCancellationToo) {
  CheckCauses(Busy);
}

}  // namespace
}  // namespace orrery
