// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/run_stops.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/debugger.h"
#include "orrery/sim/log.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/traces/stop_point.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;
using testing::StartsWith;

Task<> Nap() {
  co_await Sleep(absl::Seconds(1));
  Choose(6, "die");
  Log("awake");
  co_await Sleep(absl::Seconds(1));
}

Task<> Outer() { co_await Nap(); }

Task<> Main() {
  JoinHandle<> one = Spawn("one", Outer);
  JoinHandle<> two = Spawn("two", Outer);
  co_await one;
  co_await two;
}

// Notes what it is handed.
class Notes final : public TraceSink {
 public:
  explicit Notes(TraceLevel level) : level_(level) {}

  TraceLevel level() const override { return level_; }
  void OnChoices(absl::Span<const Choice> choices, const DigestPair&) override {
    choice_count += choices.size();
  }
  void OnEvent(const TraceEvent& event) override {
    ++event_count;
    if (on_event) on_event(event);
  }

  size_t choice_count = 0;
  size_t event_count = 0;
  std::function<void(const TraceEvent&)> on_event;

 private:
  TraceLevel level_;
};

StopSettings At(absl::string_view points) {
  return {.points = *ParseStopPoints(points), .verbose_from = std::nullopt};
}

// Returns the lines that a run prints on standard error.
std::vector<std::string> Output(const StopSettings& settings,
                                TraceSink* next = nullptr,
                                RunStops::Replay replay = {}) {
  testing::internal::CaptureStderr();
  {
    RandomScheduler scheduler;
    RunStops stops(settings, next, std::move(replay));
    Simulation({.scheduler = &scheduler, .trace = stops.sink()}).Run(Main);
  }
  return absl::StrSplit(testing::internal::GetCapturedStderr(), '\n',
                        absl::SkipEmpty());
}

// Returns all that happens in the run, a line an event.
std::vector<std::string> AllEvents() {
  return Output({.points = {}, .verbose_from = *ParseVerboseFrom("event:0")});
}

// ---- Where it stops ---------------------------------------------------------

TEST(RunStopsTest, StopsAtAnEventAndSaysWhatItIs) {
  const std::vector<std::string> events = AllEvents();
  ASSERT_GT(events.size(), 12u);
  for (const int n : {0, 7, 12}) {
    EXPECT_THAT(Output(At(absl::StrCat("event:", n))),
                ElementsAre(absl::StrCat("[  ORRERY  ] break at event ",
                                         events[static_cast<size_t>(n)],
                                         " (event:", n, ")")));
  }
}

TEST(RunStopsTest, StopsAtTheFirstEventAtATimeOrLater) {
  EXPECT_THAT(
      Output(At("time:0s")),
      ElementsAre(StartsWith("[  ORRERY  ] break at event #0 0.000s ")));
  for (const char* point : {"time:1s", "time:1ms"}) {
    EXPECT_THAT(Output(At(point)),
                ElementsAre(MatchesRegex(absl::StrCat(
                    ".* break at event #[0-9]+ 1.000s .* \\(", point, "\\)"))));
  }
}

TEST(RunStopsTest, CountsChoicesAsATraceDoes) {
  std::vector<std::string> choices;
  for (const std::string& line : AllEvents()) {
    if (absl::StrContains(line, " choice of ")) choices.push_back(line);
  }
  ASSERT_GT(choices.size(), 3u);
  for (size_t n = 0; n < choices.size(); ++n) {
    EXPECT_THAT(Output(At(absl::StrCat("choice:", n))),
                ElementsAre(HasSubstr(choices[n])));
  }
}

TEST(RunStopsTest, StopsAtTheSendingOfAMessage) {
  RunStops stops(At("message:2"), nullptr);
  event::MessageSent sent;
  sent.id = MessageId(1);
  sent.type = "Ping";
  const TraceEvent first = {SimTime(), TaskId(1), sent};
  sent.id = MessageId(2);
  const TraceEvent second = {SimTime(), TaskId(1), sent};
  testing::internal::CaptureStderr();
  stops.OnEvent(first);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  stops.OnEvent(second);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("break at event #1 "), HasSubstr("(message:2)")));
}

TEST(RunStopsTest, StopsAtEachOfSeveralPointsOnce) {
  EXPECT_THAT(
      Output(At("event:5,time:1s,event:2")),
      ElementsAre(HasSubstr("#2 "), HasSubstr("#5 "), HasSubstr("(time:1s)")));
}

TEST(RunStopsTest, CountsBackFromTheEventThatFails) {
  const RunStops::Replay replay = {.failed_event = 9, .diverged = nullptr};
  EXPECT_THAT(Output(At("fail-1,fail,fail-100"), nullptr, replay),
              ElementsAre(AllOf(HasSubstr("#0 "), HasSubstr("(fail-100)")),
                          AllOf(HasSubstr("#8 "), HasSubstr("(fail-1)")),
                          AllOf(HasSubstr("#9 "), HasSubstr("(fail)"))));
}

TEST(RunStopsTest, StopsAtTheEventThatMakesAReplayDiverge) {
  bool diverged = false;
  Notes checker(TraceLevel::kEvents);
  // As a checker does that meets another event than was recorded.
  checker.on_event = [&](const TraceEvent& event) {
    if (diverged || !std::holds_alternative<event::Logged>(event.what)) return;
    diverged = true;
    Simulation::Current("the test").Diverge("replay diverged");
  };
  const RunStops::Replay replay = {.failed_event = std::nullopt,
                                   .diverged = [&] { return diverged; }};
  EXPECT_THAT(
      Output(At("diverge"), &checker, replay),
      ElementsAre(AllOf(HasSubstr(" log: awake"), HasSubstr("(diverge)"))));
}

TEST(RunStopsTest, SaysWhatWasNotReached) {
  const size_t events = AllEvents().size();
  EXPECT_THAT(
      Output(At("event:5000,time:1h,choice:5000,message:7,fail-1,diverge")),
      ElementsAre(
          absl::StrCat("[  ORRERY  ] break event:5000: not reached, the run "
                       "had ",
                       events, " events"),
          StartsWith("[  ORRERY  ] break time:1h: not reached, "),
          MatchesRegex(".* break choice:5000: not reached, the run made [0-9]+ "
                       "choices"),
          "[  ORRERY  ] break message:7: not reached, since no such message "
          "was sent",
          "[  ORRERY  ] break fail-1: not reached, since nothing failed in the "
          "run",
          "[  ORRERY  ] break diverge: not reached, since the run went as "
          "recorded"));
}

// ---- What it says -----------------------------------------------------------

TEST(RunStopsTest, IsVerboseFromAnEventOn) {
  std::vector<std::string> events = AllEvents();
  events.erase(events.begin(), events.begin() + 10);
  EXPECT_EQ(
      Output({.points = {}, .verbose_from = *ParseVerboseFrom("event:10")}),
      events);
}

TEST(RunStopsTest, IsVerboseFromATimeOn) {
  const std::vector<std::string> lines =
      Output({.points = {}, .verbose_from = *ParseVerboseFrom("time:1s")});
  EXPECT_THAT(lines.front(), HasSubstr(" 1.000s "));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("log: awake")));
}

TEST(RunStopsTest, SaysThatItWasNeverVerbose) {
  EXPECT_THAT(
      Output({.points = {}, .verbose_from = *ParseVerboseFrom("time:1h")}),
      ElementsAre(HasSubstr("verbose from time:1h: not reached")));
}

// ---- What it costs ----------------------------------------------------------

// No event is made then, so none costs anything.
TEST(RunStopsTest, WhereNothingIsAskedForItIsNotThere) {
  Notes choices(TraceLevel::kChoices);
  {
    RunStops stops({}, &choices);
    EXPECT_EQ(stops.sink(), &choices);
    RunStops none({}, nullptr);
    EXPECT_EQ(none.sink(), nullptr);
  }
  EXPECT_THAT(Output({}, &choices), IsEmpty());
  EXPECT_EQ(choices.event_count, 0u);
}

TEST(RunStopsTest, HandsOnWhatIsWanted) {
  Notes alone(TraceLevel::kEvents), events(TraceLevel::kEvents),
      choices(TraceLevel::kChoices), off(TraceLevel::kOff);
  Output({}, &alone);
  Output(At("event:3"), &events);
  EXPECT_EQ(events.event_count, alone.event_count);
  EXPECT_EQ(events.choice_count, alone.choice_count);
  Output(At("event:3"), &choices);
  EXPECT_EQ(choices.event_count, 0u);
  EXPECT_EQ(choices.choice_count, alone.choice_count);
  Output(At("event:3"), &off);
  EXPECT_EQ(off.event_count + off.choice_count, 0u);
}

// ---- Which event fails ------------------------------------------------------

TEST(RunStopsTest, TheRecordedFailureIsTrustedBeforeTheRunIsMadeAgain) {
  const auto never = [](TraceSink*) { ADD_FAILURE() << "it is known"; };
  Trace by_footer;
  by_footer.footer.emplace().failed_event = 7;
  EXPECT_EQ(FindFailedEvent(by_footer, never), 7u);

  Trace by_events;
  by_events.first_event = 100;
  by_events.events.push_back({SimTime(), TaskId(1), event::Resumed()});
  by_events.events.push_back({SimTime(), TaskId(1), event::Failed()});
  EXPECT_EQ(FindFailedEvent(by_events, never), 101u);

  Trace passed;
  passed.footer.emplace();
  EXPECT_EQ(FindFailedEvent(passed, never), std::nullopt);
  const Trace died;
  EXPECT_EQ(FindFailedEvent(died, never), std::nullopt);
}

TEST(RunStopsTest, ATraceWithChoicesOnlyHasTheRunMadeAgain) {
  Trace trace;
  trace.footer.emplace().failure.emplace();
  const auto run = [](TraceSink* sink) {
    sink->OnEvent({SimTime(), TaskId(1), event::Resumed()});
    sink->OnEvent({SimTime(), TaskId(1), event::Failed()});
    sink->OnEvent({SimTime(), TaskId(1), event::Failed()});
  };
  EXPECT_EQ(FindFailedEvent(trace, run), 1u);
  EXPECT_EQ(FindFailedEvent(trace, [](TraceSink*) {}), std::nullopt);
}

// ---- What a debugger sees ---------------------------------------------------

// Calls `look` at the event with this number.
void LookAt(uint64_t event, const std::function<void()>& look) {
  uint64_t count = 0;
  Notes notes(TraceLevel::kEvents);
  notes.on_event = [&](const TraceEvent&) {
    if (count++ == event) look();
  };
  Output(At("event:0"), &notes);
}

// Returns the number of the first event with this text.
uint64_t Find(absl::string_view text) {
  const std::vector<std::string> events = AllEvents();
  for (size_t i = 0; i < events.size(); ++i) {
    if (absl::StrContains(events[i], text)) return i;
  }
  ADD_FAILURE() << "there is no event with " << text;
  return 0;
}

TEST(DebuggerTest, SaysWhereTheRunIs) {
  LookAt(Find("log: awake"), [] {
    EXPECT_THAT(orrery_debug_where(),
                MatchesRegex("event #[0-9]+ 1.000s (one#2|two#3) log: awake "
                             "\\[testing/run_stops_test.cc:[0-9]+ Nap\\]\n"
                             "at 1.000s, step [0-9]+, in (one#2|two#3)\n"));
    EXPECT_LT(orrery_debug_event(), 100u);
  });
}

TEST(DebuggerTest, ListsTheTasksWithWhereTheyWait) {
  LookAt(Find("log: awake"), [] {
    const std::vector<std::string> lines =
        absl::StrSplit(orrery_debug_tasks(), '\n', absl::SkipEmpty());
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_THAT(lines[0],
                MatchesRegex("  main#1 waits for task one#2 at "
                             "testing/run_stops_test.cc:[0-9]+ Main"));
    const bool one = absl::StartsWith(lines[1], "* ");
    EXPECT_THAT(lines[one ? 1 : 2],
                MatchesRegex("\\* ...#. is running, came past "
                             "testing/run_stops_test.cc:[0-9]+ Nap"));
    EXPECT_THAT(lines[one ? 2 : 1], StartsWith("  "));
  });
}

TEST(DebuggerTest, ShowsTheStackOfATaskThatWaits) {
  LookAt(Find("main#1 waits for task one#2"), [] {
    EXPECT_THAT(orrery_debug_backtrace(1),
                MatchesRegex("main#1 is running\n"
                             "  0  came past testing/run_stops_test.cc:[0-9]+ "
                             "Main\n"));
  });
  LookAt(Find("log: awake") - 1, [] {
    for (const uint32_t task : {2, 3}) {
      const std::string text = orrery_debug_backtrace(task);
      EXPECT_THAT(text,
                  MatchesRegex(absl::StrCat(
                      "...#", task, " [^\n]*\n",
                      "  0  (came past )?testing/run_stops_test.cc:[0-9]+ Nap\n"
                      "  1  testing/run_stops_test.cc:[0-9]+ Outer\n"
                      "  spawned at testing/run_stops_test.cc:[0-9]+ Main\n",
                      task == 2 ? "awaited by main#1 waits for task one#2\n"
                                  "  0  testing/run_stops_test.cc:[0-9]+ Main\n"
                                : "")));
    }
  });
}

TEST(DebuggerTest, KnowsNoTaskThatIsOver) {
  LookAt(1, [] {
    EXPECT_THAT(std::string(orrery_debug_backtrace(77)),
                HasSubstr("there is no task #77 that is not over"));
  });
}

TEST(DebuggerTest, StopsAtALaterEvent) {
  Notes notes(TraceLevel::kEvents);
  uint64_t count = 0;
  notes.on_event = [&](const TraceEvent&) {
    if (count++ != 4) return;
    EXPECT_EQ(orrery_debug_stop_at(3), 0);
    EXPECT_EQ(orrery_debug_stop_at(4), 0);
    EXPECT_EQ(orrery_debug_stop_at(6), 1);
  };
  EXPECT_THAT(Output(At("event:0"), &notes),
              ElementsAre(HasSubstr("#0 "), AllOf(HasSubstr("break at event "
                                                            "#6 "),
                                                  HasSubstr("debugger"))));
}

TEST(DebuggerTest, SaysThatThereIsNoRun) {
  const char* const kNone = "this thread is in no simulation\n";
  EXPECT_STREQ(orrery_debug_where(), kNone);
  EXPECT_STREQ(orrery_debug_tasks(), kNone);
  EXPECT_STREQ(orrery_debug_backtrace(1), kNone);
  EXPECT_EQ(orrery_debug_event(), ~uint64_t{0});
  EXPECT_EQ(orrery_debug_stop_at(5), 0);
}

Task<> LookWithoutStops(std::string& text) {
  co_await Yield();
  text = orrery_debug_where();
}

TEST(DebuggerTest, CountsNoEventsWhereNoStopWasAskedFor) {
  std::string text;
  Simulation().Run(LookWithoutStops, std::ref(text));
  EXPECT_THAT(text, AllOf(StartsWith("the number of the event is not known"),
                          HasSubstr("\nat 0.000s, step 2, in main#1\n")));
}

}  // namespace
}  // namespace orrery
