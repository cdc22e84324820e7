// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What was recorded can be repeated exactly, from the choices alone.

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/replay_checker.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::HasSubstr;

Trace Record(Task<> (*main)(), Seed seed, TraceLevel level,
             RunResult* result = nullptr) {
  RandomScheduler scheduler;
  TraceWriter writer;
  const RunResult run = RunRecorded(main, scheduler, seed, level, writer);
  TraceFooter footer;
  footer.outcome = run.outcome;
  footer.steps = run.steps;
  footer.digests = run.digests;
  EXPECT_TRUE(writer.Finish(footer).ok());
  absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "recorded");
  EXPECT_TRUE(trace.ok()) << trace.status();
  if (result != nullptr) *result = run;
  return *std::move(trace);
}

// Repeats `trace` with `main`, comparing every event.
RunResult Replay(Task<> (*main)(), const Trace& trace) {
  ReplayScheduler scheduler(trace.schedule);
  Simulation* running = nullptr;
  ReplayChecker checker(&trace, nullptr, [&](std::string difference) {
    running->Diverge(std::move(difference));
  });
  Simulation simulation(
      {.seed = trace.header.seed, .scheduler = &scheduler, .trace = &checker});
  running = &simulation;
  RunResult result = simulation.Run(main);
  if (result.outcome != Outcome::kDiverged) {
    EXPECT_EQ(checker.CheckEnd(result.digests), "");
  }
  return result;
}

TEST(ReplayTest, FiveHundredRunsRepeatFromTheirChoicesAlone) {
  std::map<Outcome, int> outcomes;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    RunResult recorded;
    const Trace trace =
        Record(RacyProgram, Seed(seed), TraceLevel::kChoices, &recorded);
    ASSERT_TRUE(trace.events.empty());
    const RunResult replayed = Replay(RacyProgram, trace);
    ASSERT_EQ(replayed.outcome, recorded.outcome) << "seed " << seed;
    ASSERT_EQ(replayed.digests, recorded.digests) << "seed " << seed;
    ASSERT_EQ(replayed.steps, recorded.steps) << "seed " << seed;
    if (recorded.failure.has_value()) {
      ASSERT_EQ(replayed.failure->message, recorded.failure->message);
      ASSERT_EQ(replayed.failure->step, recorded.failure->step);
    }
    // The failure is the same event of the same number.
    const Trace events = Record(RacyProgram, Seed(seed), TraceLevel::kEvents);
    TraceWriter again;
    ReplayScheduler scheduler(trace.schedule);
    RunRecorded(RacyProgram, scheduler, Seed(seed), TraceLevel::kEvents, again);
    ASSERT_TRUE(again.Finish({}).ok());
    absl::StatusOr<Trace> repeated = ParseTrace(again.bytes(), "repeated");
    ASSERT_TRUE(repeated.ok());
    ASSERT_EQ(repeated->events.size(), events.events.size());
    ++outcomes[recorded.outcome];
  }
  EXPECT_GT(outcomes[Outcome::kFailed], 50) << "the race is found";
  EXPECT_GT(outcomes[Outcome::kCompleted], 50) << "and often does not happen";
}

TEST(ReplayTest, EveryEventIsAsRecorded) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Trace trace = Record(MixedProgram, Seed(seed), TraceLevel::kEvents);
    const RunResult replayed = Replay(MixedProgram, trace);
    ASSERT_TRUE(replayed.ok()) << FormatRunResult(replayed);
  }
}

TEST(ReplayTest, RunsWithoutAnOrderingPolicyReplayTheirDraws) {
  FifoScheduler fifo;
  TraceWriter writer;
  const RunResult recorded =
      RunRecorded(MixedProgram, fifo, Seed(3), TraceLevel::kChoices, writer);
  ASSERT_TRUE(writer.Finish({}).ok());
  absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "recorded");
  ASSERT_TRUE(trace.ok());
  EXPECT_FALSE(trace->schedule.ordered);
  ReplayScheduler scheduler(trace->schedule);
  const RunResult replayed =
      Simulation({.seed = Seed(999), .scheduler = &scheduler})
          .Run(MixedProgram);
  EXPECT_EQ(replayed.digests, recorded.digests);
}

// Alternative 0 is "go on first in, first out".
TEST(ReplayTest, ZerosOnlyAreTheOrderOfFifo) {
  class Zeros : public Scheduler {
   public:
    std::string Spec() const override { return "zeros"; }
    size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
    uint64_t Draw(const ChoicePoint& where) override {
      return draws_.Below(where.node, where.kind, where.n, where.site);
    }
    void BeginRun(const RunInfo& run) override { draws_.Begin(run.seed); }

   private:
    DrawStreams draws_;
  };
  for (const SampleProgram& program : SamplePrograms()) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      Zeros zeros;
      FifoScheduler fifo;
      Simulation a({.seed = Seed(seed), .scheduler = &zeros});
      Simulation b({.seed = Seed(seed), .scheduler = &fifo});
      ASSERT_TRUE(a.Run(program.main).ok());
      ASSERT_TRUE(b.Run(program.main).ok());
      // Steps are cut finer where the policy is asked before each access.
      ASSERT_EQ(a.history().size(), b.history().size()) << program.name;
      for (size_t i = 0; i < a.history().size(); ++i) {
        ASSERT_EQ(a.history()[i].time, b.history()[i].time) << program.name;
        ASSERT_EQ(a.history()[i].text, b.history()[i].text) << program.name;
      }
    }
  }
}

TEST(ReplayTest, AChangedProgramDivergesAndBothSidesAreNamed) {
  const Trace trace = Record(RacyProgram, Seed(1), TraceLevel::kEvents);
  const RunResult replayed = Replay(EditedRacyProgram, trace);
  EXPECT_EQ(replayed.outcome, Outcome::kDiverged);
  ASSERT_TRUE(replayed.failure.has_value());
  EXPECT_THAT(replayed.failure->message,
              HasSubstr("REPLAY DIVERGED at event #"));
  EXPECT_THAT(replayed.failure->message, HasSubstr("recorded: "));
  EXPECT_THAT(replayed.failure->message, HasSubstr("this run: "));
  EXPECT_THAT(replayed.failure->message, HasSubstr("Shared \"balance\""));
}

// Where the changed program happens to make the same choices, its digests give
// it away.
TEST(ReplayTest, AChangedProgramDivergesFromChoicesAlone) {
  int by_choice = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Trace trace = Record(RacyProgram, Seed(seed), TraceLevel::kChoices);
    ReplayScheduler scheduler(trace.schedule);
    const RunResult replayed =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(EditedRacyProgram);
    if (replayed.outcome == Outcome::kDiverged) {
      ++by_choice;
      EXPECT_THAT(replayed.failure->message, HasSubstr("recorded: "));
      EXPECT_THAT(replayed.failure->message, HasSubstr("this run: "));
    } else {
      ReplayChecker checker(&trace, nullptr, [](std::string) {});
      EXPECT_THAT(checker.CheckEnd(replayed.digests),
                  HasSubstr("REPLAY DIVERGED at its end, "))
          << "seed " << seed;
    }
  }
  EXPECT_GT(by_choice, 40);
}

TEST(ReplayTest, AnAddedLogLineIsNoDivergence) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RunResult recorded;
    const Trace trace =
        Record(RacyProgram, Seed(seed), TraceLevel::kEvents, &recorded);
    const RunResult replayed = Replay(TalkativeRacyProgram, trace);
    ASSERT_EQ(replayed.outcome, recorded.outcome) << FormatRunResult(replayed);
    ASSERT_EQ(replayed.digests, recorded.digests);
  }
}

}  // namespace
}  // namespace orrery
