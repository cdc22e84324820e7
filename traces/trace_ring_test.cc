// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces of runs with more events than a file may hold.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/prng.h"
#include "orrery/base/trace_event.h"
#include "orrery/bench/synthetic_load.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"
#include "orrery/traces/format.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;

namespace fs = std::filesystem;

constexpr uint64_t kBudget = 256 << 10;

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/trace_ring_test_", name);
}

// Runs `body` in a child; returns how it ended, as `waitpid` does.
int InChild(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

void Write(const std::vector<TraceEvent>& events, const std::string& path,
           uint64_t budget) {
  TraceWriter writer;
  ASSERT_TRUE(
      writer.BeginFile(path, SampleHeader(TraceLevel::kEvents), budget).ok());
  for (const TraceEvent& event : events) writer.OnEvent(event);
  ASSERT_TRUE(writer.Finish(SampleFooter(), SampleTasks()).ok());
}

// Expects that `trace` has the last of `events`, and all choices among them.
void ExpectEnd(const Trace& trace, const std::vector<TraceEvent>& events) {
  ASSERT_EQ(trace.first_event + trace.events.size(), events.size());
  for (size_t i = 0; i < trace.events.size(); ++i) {
    const TraceEvent& expected = events[trace.first_event + i];
    ASSERT_EQ(trace.events[i].time, expected.time) << i;
    ASSERT_EQ(trace.events[i].task, expected.task) << i;
    ASSERT_TRUE(SameEvent(trace.events[i], expected)) << i;
  }
  const std::vector<Choice> choices = ChoicesOf(events);
  ASSERT_EQ(trace.schedule.choices.size(), choices.size());
  for (size_t i = 0; i < choices.size(); ++i) {
    const ScheduledChoice& choice = trace.schedule.choices[i];
    ASSERT_TRUE(choice.kind == choices[i].kind && choice.n == choices[i].n &&
                choice.chosen == choices[i].chosen &&
                choice.span == choices[i].span &&
                trace.schedule.SiteOf(choice) == choices[i].site)
        << i;
  }
}

// ---- What is kept -----------------------------------------------------------

TEST(TraceRingTest, WithinTheBudgetNothingIsDropped) {
  const std::vector<TraceEvent> events = SyntheticEvents(20'000, 1);
  const std::string path = TempPath("within");
  const std::string unlimited = TempPath("unlimited");
  Write(events, path, kBudget);
  Write(events, unlimited, uint64_t{1} << 40);
  const absl::StatusOr<std::string> bytes = ReadTraceBytes(path, path);
  ASSERT_TRUE(bytes.ok());
  EXPECT_TRUE(WithoutEnvironment(*bytes) ==
              WithoutEnvironment(*ReadTraceBytes(unlimited, unlimited)));
}

TEST(TraceRingTest, BeyondItTheLastEventsStayAndEveryChoice) {
  const std::vector<TraceEvent> events = SyntheticEvents(200'000, 1);
  const std::string path = TempPath("beyond");
  Write(events, path, kBudget);
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->footer->events, events.size());
  EXPECT_EQ(trace->not_done_count, SampleTasks().size());
  ExpectEnd(*trace, events);
  // Half of the budget at least, all of it at most, and the choices.
  EXPECT_GE(trace->events.size() * 11, kBudget / 2 - kSyncInterval);
  EXPECT_LE(trace->events.size() * 11, kBudget + kSyncInterval);
  EXPECT_LE(fs::file_size(path),
            kBudget + kSyncInterval + 4 * trace->schedule.choices.size());
  EXPECT_FALSE(fs::exists(path + ".part"));
}

TEST(TraceRingTest, TheSameEventsGiveTheSameBytes) {
  const std::vector<TraceEvent> events = SyntheticEvents(100'000, 2);
  std::string bytes[2];
  for (std::string& each : bytes) {
    const std::string path = TempPath("same");
    Write(events, path, kBudget);
    each = WithoutEnvironment(*ReadTraceBytes(path, path));
  }
  EXPECT_TRUE(bytes[0] == bytes[1]);
}

// Of every kind, in what is dropped, in what is kept, and across.
TEST(TraceRingTest, EventsOfAllKindsSurviveOrAreDroppedWhole) {
  std::vector<TraceEvent> events;
  for (int i = 0; i < 700; ++i) {
    const std::vector<TraceEvent> sample = SampleEvents();
    events.insert(events.end(), sample.begin(), sample.end());
  }
  const std::string path = TempPath("all_kinds");
  Write(events, path, kBudget);
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_GT(trace->first_event, 0u);
  ExpectEnd(*trace, events);
}

TEST(TraceRingTest, WhoIsThereStillIsKnownAndWhoIsGoneIsNot) {
  std::vector<TraceEvent> events = SyntheticEvents(100'000, 1);
  const SimTime end = events[90].time;
  // Ends what the first ten tasks do, and one that is made later.
  for (uint32_t id = 1; id <= 10; ++id) {
    events.insert(events.begin() + 90,
                  {end, TaskId(id), event::Finished{.failed = false}});
  }
  const std::string path = TempPath("made");
  Write(events, path, kBudget);
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  std::vector<uint32_t> tasks;
  size_t nodes = 0;
  size_t objects = 0;
  for (const TraceEvent& event : trace->before) {
    if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      tasks.push_back(spawned->id.value);
      EXPECT_EQ(event.time, events[0].time);
      EXPECT_FALSE(spawned->name.empty());
    } else if (const auto* node = std::get_if<event::NodeMade>(&event.what)) {
      EXPECT_FALSE(node->name.empty());
      ++nodes;
    } else if (std::holds_alternative<event::ObjectMade>(event.what)) {
      ++objects;
    }
  }
  EXPECT_EQ(tasks.size(), 30u);
  EXPECT_THAT(tasks, Each(testing::Gt(10u)));
  EXPECT_TRUE(std::is_sorted(tasks.begin(), tasks.end()));
  EXPECT_EQ(nodes, 5u);
  EXPECT_EQ(objects, 40u);
}

// A hundred million would take as much room, and a minute.
TEST(TraceRingTest, MillionsOfEventsStayWithinTheBudget) {
  constexpr int kRounds = 20;
  const std::vector<TraceEvent> round = SyntheticEvents(100'000, 1);
  const size_t choices = ChoicesOf(round).size();
  const std::string path = TempPath("millions");
  TraceWriter writer;
  ASSERT_TRUE(
      writer.BeginFile(path, SampleHeader(TraceLevel::kEvents), 2 << 20).ok());
  uint64_t largest = 0;
  for (int i = 0; i < kRounds; ++i) {
    for (const TraceEvent& event : round) writer.OnEvent(event);
    largest = std::max<uint64_t>(largest, fs::file_size(path));
  }
  ASSERT_TRUE(writer.Finish(SampleFooter()).ok());
  // What is laid out for the next events comes to that.
  EXPECT_LE(largest, (2u << 20) + 4 * kRounds * choices + (1u << 20));
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->footer->events, kRounds * round.size());
  EXPECT_EQ(trace->first_event + trace->events.size(), kRounds * round.size());
  EXPECT_EQ(trace->schedule.choices.size(), kRounds * choices);
}

// Each event takes more than the file may.
TEST(TraceRingTest, NoEventIsTooLarge) {
  const std::string path = TempPath("large");
  const std::string text(1 << 20, 'x');
  std::vector<TraceEvent> events;
  for (int i = 0; i < 5; ++i) {
    events.push_back({SimTime(i), TaskId(), event::Logged{text, SiteText()}});
  }
  Write(events, path, kBudget);
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->first_event, events.size());
  EXPECT_EQ(trace->footer->events, events.size());
  EXPECT_LT(fs::file_size(path), kBudget);
}

// ---- Replay -----------------------------------------------------------------

Task<> Work(Mutex* mutex, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await Sleep(absl::Nanoseconds(Random("pause").Between(1, 1000)));
    const Mutex::Guard guard = co_await mutex->Lock();
  }
}

Task<> LongProgram() {
  Mutex mutex("state");
  std::vector<JoinHandle<>> workers;
  for (int i = 0; i < 8; ++i) {
    workers.push_back(Spawn("worker", Work, &mutex, 1000));
  }
  for (JoinHandle<>& worker : workers) co_await worker;
}

TEST(TraceRingTest, ARunReplaysFromItsChoices) {
  const std::string path = TempPath("replayed");
  RandomScheduler random;
  TraceWriter writer;
  ASSERT_TRUE(
      writer.BeginFile(path, SampleHeader(TraceLevel::kEvents), 64 << 10).ok());
  const RunResult run =
      Simulation({.seed = Seed(3), .scheduler = &random, .trace = &writer})
          .Run(LongProgram);
  ASSERT_TRUE(run.ok());
  TraceFooter footer;
  footer.digests = run.digests;
  ASSERT_TRUE(writer.Finish(footer).ok());

  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_GT(trace->first_event, trace->events.size());
  EXPECT_EQ(trace->schedule.choices.size(), run.choices);
  ReplayScheduler replay(trace->schedule);
  TraceWriter again;
  again.Begin(SampleHeader(TraceLevel::kEvents));
  const RunResult second =
      Simulation({.seed = Seed(3), .scheduler = &replay, .trace = &again})
          .Run(LongProgram);
  EXPECT_EQ(second.outcome, run.outcome);
  EXPECT_EQ(second.digests, run.digests);
  EXPECT_EQ(second.steps, run.steps);
  ASSERT_TRUE(again.Finish({}).ok());
  const absl::StatusOr<Trace> whole = ParseTrace(again.bytes(), "again");
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(whole->first_event, 0u);
  ExpectEnd(*trace, whole->events);
}

// ---- What goes wrong --------------------------------------------------------

// Many of them die while the file is written anew.
TEST(TraceRingTest, AProcessKilledAtAnyMomentLeavesItsLastEvents) {
  const std::vector<TraceEvent> events = SyntheticEvents(60'000, 1);
  const std::string path = TempPath("killed");
  Prng prng(7);
  for (int i = 0; i < 25; ++i) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const size_t when = prng.Below(events.size());
    const pid_t child = ::fork();
    if (child == 0) {
      TraceWriter writer;
      const absl::Status begun =
          writer.BeginFile(path, SampleHeader(TraceLevel::kEvents), 64 << 10);
      for (size_t event = 0; begun.ok(); ++event) {
        if (event == when && ::write(ready[1], "", 1) != 1) break;
        writer.OnEvent(events[event % events.size()]);
      }
      ::_exit(1);
    }
    char byte;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    const size_t last = trace->first_event + trace->events.size();
    ASSERT_GE(last, when);
    std::vector<TraceEvent> expected;
    for (size_t event = 0; event < last; ++event) {
      expected.push_back(events[event % events.size()]);
    }
    ExpectEnd(*trace, expected);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(TraceRingTest, WithoutRoomToWriteItAnewTheFileStaysAsItIs) {
  const std::vector<TraceEvent> events = SyntheticEvents(100'000, 1);
  const std::string path = TempPath("no_room");
  const int status = InChild([&] {
    // Files cannot be that long: a folder stands where it is written anew.
    fs::create_directories(path + ".part/x");
    TraceWriter writer;
    EXPECT_TRUE(
        writer.BeginFile(path, SampleHeader(TraceLevel::kEvents), kBudget)
            .ok());
    for (const TraceEvent& event : events) writer.OnEvent(event);
    EXPECT_THAT(writer.Finish({}).message(),
                AllOf(HasSubstr(path), HasSubstr("Is a directory")));
  });
  EXPECT_EQ(status, 0);
  fs::remove_all(path + ".part");
  const absl::StatusOr<Trace> trace =
      ReadTrace(path, {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->first_event, 0u);
  EXPECT_GT(trace->events.size(), 20'000u);
  EXPECT_LT(trace->events.size(), 30'000u);
}

}  // namespace
}  // namespace orrery
