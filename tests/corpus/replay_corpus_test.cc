// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A thousand different failing runs, of many programs and under many policies:
// each is the same again, from all its events and from its choices alone. And
// whatever has become of a record or of the program: what follows it leniently
// is a run.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/prng.h"
#include "orrery/base/seed.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/lenient_scheduler.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/realign_scheduler.h"
#include "orrery/scheduler/recording.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/traces/replay_checker.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_recording.h"
#include "orrery/traces/trace_writer.h"

namespace orrery::corpus {
namespace {

constexpr int kRuns = 1000;
// No program gives more than so many of them, nor is it run more often.
constexpr int kMaxOfOneProgram = 60;
constexpr uint64_t kMaxTries = 400;
// Of each program.
constexpr int kEdits = 75;
constexpr const char* kPolicies[] = {"random", "pct:depth=3", "pos",
                                     "delay:bound=3", "urw"};

// A run, and what is left of it.
struct Recorded {
  RunResult result;
  std::string bytes;
};

// Runs `main`, with `sink` between it and a trace.
template <typename MakeSink>
Recorded RunAndRecord(Task<> (*main)(), Scheduler& scheduler, Seed seed,
                      TraceLevel level, MakeSink make_sink) {
  TraceHeader header;
  header.level = level;
  header.seed = seed;
  header.ordered = scheduler.traits().orders;
  TraceWriter writer;
  writer.Begin(header);
  auto sink = make_sink(&writer);
  Simulation simulation({.seed = seed, .scheduler = &scheduler, .trace = sink});
  Recorded recorded;
  recorded.result = simulation.Run(main);
  TraceFooter footer;
  footer.steps = recorded.result.steps;
  footer.outcome = recorded.result.outcome;
  footer.digests = recorded.result.digests;
  EXPECT_TRUE(writer.Finish(footer).ok());
  recorded.bytes = std::string(writer.bytes());
  return recorded;
}

Recorded RunAndRecord(Task<> (*main)(), Scheduler& scheduler, Seed seed,
                      TraceLevel level) {
  return RunAndRecord(main, scheduler, seed, level,
                      [](TraceSink* writer) { return writer; });
}

Trace Parse(const Recorded& recorded) {
  absl::StatusOr<Trace> trace = ParseTrace(recorded.bytes, "recorded");
  EXPECT_TRUE(trace.ok()) << trace.status();
  return *std::move(trace);
}

// Everything that is promised to be the same, as a text.
std::string What(const RunResult& result, const Trace& events) {
  std::string text = absl::StrCat(
      OutcomeName(result.outcome), ", ", result.steps, " steps, ",
      result.choices, " choices, ", events.events.size(), " events, digests ",
      result.digests.schedule.value(), " ", result.digests.data.value());
  if (result.failure.has_value()) {
    absl::StrAppend(&text, ", ", result.failure->message, " at ",
                    result.failure->site, ", step ", result.failure->step, ", ",
                    FormatSimTime(result.failure->time), ", task ",
                    result.failure->task_name, ", event ",
                    events.footer->failed_event.has_value()
                        ? absl::StrCat(*events.footer->failed_event)
                        : "none");
  }
  return text;
}

// Replays `trace` strictly, and returns what happened.
std::string ReplayOf(const Program& program, const Trace& trace) {
  ReplayScheduler scheduler(trace.schedule);
  std::optional<ReplayChecker> checker;
  std::string difference;
  const Recorded again = RunAndRecord(
      program.buggy, scheduler, trace.header.seed, TraceLevel::kEvents,
      [&](TraceSink* writer) {
        return &checker.emplace(&trace, writer, [&](std::string found) {
          difference = std::move(found);
        });
      });
  if (difference.empty()) difference = checker->CheckEnd(again.result.digests);
  if (difference.empty()) difference = scheduler.Explain();
  return difference.empty() ? What(again.result, Parse(again)) : difference;
}

// Replays `trace` leniently, and returns how much of it has served.
std::string RealignmentOf(const Program& program, const Trace& trace) {
  RealignScheduler scheduler(RecordingOf(trace));
  RunAndRecord(program.buggy, scheduler, trace.header.seed,
               TraceLevel::kChoices);
  return scheduler.realignment().ToString();
}

TEST(ReplayCorpusTest, AThousandFailingRunsAreTheSameAgain) {
  int runs = 0;
  std::set<std::string> programs;
  for (const Program& program : Programs()) {
    if (program.failure == Outcome::kCompleted || program.large) continue;
    std::set<std::tuple<uint64_t, uint64_t>> seen;
    int of_program = 0;
    for (uint64_t i = 0;
         i < kMaxTries && of_program < kMaxOfOneProgram && runs < kRuns; ++i) {
      const Seed seed(1 + i);
      const char* policy = kPolicies[i % std::size(kPolicies)];
      const absl::StatusOr<std::unique_ptr<Scheduler>> made =
          MakeScheduler(policy, seed);
      ASSERT_TRUE(made.ok()) << made.status();
      const Recorded recorded =
          RunAndRecord(program.buggy, **made, seed, TraceLevel::kChoices);
      const DigestPair& digests = recorded.result.digests;
      if (recorded.result.ok() ||
          !seen.emplace(digests.schedule.value(), digests.data.value())
               .second) {
        continue;
      }
      ++of_program;
      ++runs;
      const Trace choices = Parse(recorded);
      ASSERT_TRUE(choices.events.empty());
      const absl::StatusOr<std::unique_ptr<Scheduler>> same =
          MakeScheduler(policy, seed);
      const Recorded with_events =
          RunAndRecord(program.buggy, **same, seed, TraceLevel::kEvents);
      const Trace events = Parse(with_events);
      const std::string expected = What(with_events.result, events);
      const std::string where =
          absl::StrCat(program.name, ", ", policy, ", seed ", seed.value);
      ASSERT_EQ(ReplayOf(program, events), expected) << where;
      ASSERT_EQ(ReplayOf(program, choices), expected) << where;
      const std::string all = absl::StrCat(
          "all ", events.schedule.choices.size(), " choices reused");
      ASSERT_EQ(RealignmentOf(program, events), all) << where;
      ASSERT_EQ(RealignmentOf(program, choices), all) << where;
      programs.insert(program.name);
    }
  }
  EXPECT_EQ(runs, kRuns);
  EXPECT_GE(programs.size(), 25u);
}

// Damages a recording in a few places, as edits of a program or of a file do.
void Edit(Recording& recording, Prng& prng) {
  std::vector<ScheduledChoice>& choices = recording.schedule.choices;
  for (uint64_t edits = 1 + prng.Below(6); edits > 0; --edits) {
    const size_t at = choices.empty() ? 0 : prng.Below(choices.size());
    switch (prng.Below(9)) {
      case 0:
        if (!choices.empty()) choices[at].chosen = prng.Next();
        break;
      case 1:
        if (!choices.empty()) choices[at].n = prng.Below(5);
        break;
      case 2:
        if (!choices.empty()) choices[at].kind = ChoiceKind::kLatency;
        break;
      case 3:  // who made a choice does not stand where the choice does
        if (!choices.empty()) choices.erase(choices.begin());
        break;
      case 4:
        choices.resize(prng.Below(choices.size() + 1));
        break;
      case 5:
        if (!recording.steps.empty()) {
          std::swap(recording.steps[prng.Below(recording.steps.size())],
                    recording.steps[prng.Below(recording.steps.size())]);
        }
        break;
      case 6:
        if (!recording.entities.empty()) {
          recording.entities[prng.Below(recording.entities.size())].name = "x";
        }
        break;
      case 7:
        recording.entities.resize(prng.Below(recording.entities.size() + 1));
        break;
      default:
        recording.actors.clear();
    }
  }
}

// Runs `main` under `policy`, and once more under what that has chosen.
void CheckRun(Task<> (*main)(), Scheduler& policy, Seed seed) {
  const Recorded first = RunAndRecord(main, policy, seed, TraceLevel::kChoices);
  ASSERT_NE(first.result.outcome, Outcome::kUnknown);
  ASSERT_NE(first.result.outcome, Outcome::kDiverged);
  ReplayScheduler replay(Parse(first).schedule);
  const Recorded again = RunAndRecord(main, replay, seed, TraceLevel::kChoices);
  ASSERT_EQ(replay.Explain(), "");
  ASSERT_EQ(again.result.digests, first.result.digests);
}

TEST(ReplayCorpusTest, WhateverIsFollowedLenientlyIsARun) {
  Prng prng(11);
  int runs = 0;
  for (const Program& program : Programs()) {
    if (program.large) continue;
    RandomScheduler random;
    const Trace trace = Parse(
        RunAndRecord(program.buggy, random, Seed(5), TraceLevel::kEvents));
    for (int i = 0; i < kEdits; ++i) {
      Recording recording = RecordingOf(trace);
      Edit(recording, prng);
      LenientScheduler lenient(recording.schedule);
      RealignScheduler realign(std::move(recording));
      // The fixed program is an edited one.
      for (Task<> (*const main)() : {program.buggy, program.fixed}) {
        CheckRun(main, lenient, Seed(5));
        CheckRun(main, realign, Seed(5));
        if (HasFatalFailure()) FAIL() << program.name << ", edit " << i;
        runs += 2;
      }
    }
  }
  EXPECT_GT(runs, 10'000);
}

}  // namespace
}  // namespace orrery::corpus
