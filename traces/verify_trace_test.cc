// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/verify_trace.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_audit.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TraceVerdict VerdictOf(absl::string_view bytes) {
  absl::StatusOr<TraceVerdict> verdict = VerifyTraceBytes(bytes, "x.trace");
  EXPECT_TRUE(verdict.ok()) << verdict.status();
  return verdict.ok() ? *std::move(verdict) : TraceVerdict();
}

TraceFooter FooterOf(uint64_t steps, const DigestPair& digests) {
  TraceFooter footer;
  footer.steps = steps;
  footer.digests = digests;
  return footer;
}

// Returns the trace of a run, closed as its end says.
std::string TraceOf(const SampleProgram& program, uint64_t seed,
                    TraceLevel level) {
  RandomScheduler scheduler;
  TraceWriter writer;
  const RunResult result =
      RunRecorded(program.main, scheduler, Seed(seed), level, writer);
  TraceFooter footer = FooterOf(result.steps, result.digests);
  footer.elapsed = SimTime(absl::ToInt64Nanoseconds(result.elapsed));
  footer.outcome = result.outcome;
  EXPECT_TRUE(writer.Finish(footer).ok());
  return std::string(writer.bytes());
}

TEST(VerifyTraceTest, TracesOfRunsAreSoundAndTheirDigestsFollowFromThem) {
  for (const SampleProgram& program : SamplePrograms()) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(absl::StrCat(program.name, ", seed ", seed));
      TraceVerdict verdict =
          VerdictOf(TraceOf(program, seed, TraceLevel::kEvents));
      EXPECT_TRUE(verdict.sound()) << FormatVerdict(verdict);
      EXPECT_THAT(verdict.holds,
                  ElementsAre("all bytes match their checksums",
                              "all events and choices are there",
                              "what is named was made before",
                              "steps and failures are counted right",
                              "the schedule's digest follows from the events",
                              "the data's digest follows from the events"));
      EXPECT_THAT(verdict.unchecked, IsEmpty());

      verdict = VerdictOf(TraceOf(program, seed, TraceLevel::kChoices));
      EXPECT_TRUE(verdict.sound()) << FormatVerdict(verdict);
      EXPECT_THAT(verdict.holds,
                  Contains("the data's digest follows from the choices"));
    }
  }
}

TEST(VerifyTraceTest, TheVerdictOfASoundTraceIsInWords) {
  const TraceVerdict verdict =
      VerdictOf(TraceOf(SamplePrograms()[0], 1, TraceLevel::kChoices));
  EXPECT_EQ(FormatVerdict(verdict),
            "x.trace: sound\n"
            "  0 events, 0 choices\n"
            "  right: all bytes match their checksums\n"
            "  right: all events and choices are there\n"
            "  right: the data's digest follows from the choices\n"
            "  not checked: the schedule's digest: there are no events to tell "
            "who ran when");
}

TEST(VerifyTraceTest, DamageIsSaidWithItsPlaceAndWhatIsGoodBefore) {
  std::string bytes = TraceOf(SamplePrograms()[1], 1, TraceLevel::kEvents);
  bytes.resize(bytes.size() - 40);
  const TraceVerdict verdict = VerdictOf(bytes);
  EXPECT_FALSE(verdict.sound());
  EXPECT_THAT(verdict.trace.damage, HasSubstr("x.trace: damaged at byte "));
  EXPECT_GT(verdict.events, 0u);
  EXPECT_EQ(verdict.fault_count, 0u);
  EXPECT_THAT(
      FormatVerdict(verdict),
      HasSubstr(absl::StrCat("\n  good up to byte ", verdict.trace.good_bytes,
                             "\n  ", verdict.events, " events, ")));
  EXPECT_THAT(verdict.unchecked, ElementsAre("digests: there is no footer"));
}

TEST(VerifyTraceTest, WhatIsNoTraceIsAnError) {
  EXPECT_EQ(VerifyTraceBytes("hello", "x").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyTrace("/no/such.trace").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(VerifyTraceTest, AFileIsReadInPiecesAndProgressIsTold) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  for (int i = 0; i < 300'000; ++i) {
    writer.OnEvent({SimTime(i), TaskId(), event::Logged{"a line", {}}});
  }
  ASSERT_TRUE(writer.Finish({}).ok());
  const std::string path =
      absl::StrCat(testing::TempDir(), "/verify_trace_test.trace");
  ASSERT_TRUE(WriteTraceFile(path, writer.bytes()).ok());
  uint64_t read = 0;
  int times = 0;
  const absl::StatusOr<TraceVerdict> verdict =
      VerifyTrace(path, {.on_progress = [&](uint64_t done, uint64_t size) {
                    EXPECT_GT(done, read);
                    EXPECT_EQ(size, writer.bytes().size());
                    read = done;
                    ++times;
                  }});
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_GT(writer.bytes().size(), 3u << 20) << "more than is read at a time";
  EXPECT_GT(times, 30);
  EXPECT_EQ(verdict->events, 300'000u);
}

// ---- What cannot be true ----------------------------------------------------

// Returns what is wrong with a trace of `events`, digests apart.
std::vector<std::string> FaultsOf(const std::vector<TraceEvent>& events) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  TraceAudit audit;
  for (size_t i = 0; i < events.size(); ++i) {
    writer.OnEvent(events[i]);
    audit.Take(i, events[i]);
  }
  EXPECT_TRUE(writer.Finish(FooterOf(audit.steps(), audit.digests())).ok());
  return VerdictOf(writer.bytes()).faults;
}

TraceEvent MainSpawned() {
  return {SimTime(), TaskId(),
          event::Spawned{TaskId(1), EntityId(9), EntityKind::kTask, NodeId(),
                         "main", SiteText(), SimTime()}};
}

TEST(VerifyTraceTest, WhatNothingHasMadeMayNotBeNamed) {
  static constexpr TaskId kReady[] = {TaskId(1), TaskId(8)};
  const TaskId main(1);
  const struct {
    TraceEvent::What what;
    const char* fault;
  } kCases[] = {
      {event::Woken{TaskId(7)}, "names task 7, which nothing has made"},
      {event::CancelRequested{TaskId(7)},
       "names task 7, which nothing has made"},
      {event::TimerCancelled{TaskId(7)},
       "names timer 7, which nothing has made"},
      {event::Accessed{ObjectId(3), AccessKind::kRead},
       "names object 3, which nothing has made"},
      {event::FutureEnded{ObjectId(3)},
       "names object 3, which nothing has made"},
      {event::Suspended{WaitKind::kMutex, 3, SimTime(), {}},
       "names object 3, which nothing has made"},
      {event::Suspended{WaitKind::kJoin, 3, SimTime(), {}},
       "names task 3, which nothing has made"},
      {event::Chosen{{ChoiceKind::kNextEntity, 2, 0, "", {}}, kReady},
       "names task 8, which nothing has made"},
      {event::Chosen{{ChoiceKind::kData, 2, 0, "", SpanId(2)}, {}},
       "names span 2, which nothing has made"},
      {event::SpanEnded{SpanId(2)}, "names span 2, which nothing has made"},
      {event::MessageDelivered{MessageId(5), {}},
       "names message 5, which nothing has made"},
      {event::MessageDropped{MessageId(5), "loss"},
       "names message 5, which nothing has made"},
      {event::MessageCopied{MessageId(5), MessageId(6)},
       "names message 5, which nothing has made"},
      {event::NodeChanged{NodeId(2), NodeState::kUp, 1},
       "names node 2, which nothing has made"},
      {event::MessageSent{MessageId(1), NodeId(2), NodeId(), "Ping", 1, 1, {}},
       "names node 2, which nothing has made"},
  };
  for (const auto& [what, fault] : kCases) {
    EXPECT_THAT(FaultsOf({MainSpawned(), {SimTime(), main, what}}),
                ElementsAre(absl::StrCat("event #1 ", fault)));
  }
  EXPECT_THAT(FaultsOf({{SimTime(), TaskId(4), event::Logged{"x", {}}}}),
              ElementsAre("event #0 names task 4, which nothing has made"));
}

TEST(VerifyTraceTest, NothingIsMadeTwice) {
  EXPECT_THAT(FaultsOf({MainSpawned(), MainSpawned()}),
              ElementsAre("event #1 makes task 1 a second time"));
}

TEST(VerifyTraceTest, ManyFaultsAreCounted) {
  const std::vector<TraceEvent> events(
      TraceAudit::kMaxFaults + 5,
      {SimTime(), TaskId(), event::Woken{TaskId(7)}});
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  for (const TraceEvent& event : events) writer.OnEvent(event);
  ASSERT_TRUE(writer.Finish({}).ok());
  const TraceVerdict verdict = VerdictOf(writer.bytes());
  EXPECT_EQ(verdict.fault_count, TraceAudit::kMaxFaults + 5);
  EXPECT_EQ(verdict.faults.size(), TraceAudit::kMaxFaults);
  EXPECT_THAT(FormatVerdict(verdict), HasSubstr("\n  wrong: 5 more\n"));
}

TEST(VerifyTraceTest, WhatTheFooterSaysHasToFollowFromTheEvents) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  writer.OnEvent(MainSpawned());
  writer.OnEvent({SimTime(), TaskId(1), event::Resumed()});
  ASSERT_TRUE(writer.Finish(FooterOf(4, {Digest(1), Digest()})).ok());
  Digest schedule;
  schedule.Mix(9);
  EXPECT_THAT(
      VerdictOf(writer.bytes()).faults,
      ElementsAre("the footer says steps 4, the events 1",
                  absl::StrCat("the schedule's digest is "
                               "0000000000000001, from the events it "
                               "is ",
                               absl::Hex(schedule.value(), absl::kZeroPad16))));
}

// ---- What cannot be told ----------------------------------------------------

TEST(VerifyTraceTest, WithoutItsFirstEventsATraceIsNotHeldAgainstItsDigests) {
  TraceAudit audit;
  audit.TakeBefore({MainSpawned()});
  const TaskId main(1);
  // Who it was that nobody has kept; messages and spans are never kept.
  audit.Take(100, {SimTime(), main, event::Woken{TaskId(2)}});
  audit.Take(101, {SimTime(), main, event::MessageDelivered{MessageId(5), {}}});
  event::Spawned spawned;
  spawned.id = TaskId(7);
  audit.Take(102, {SimTime(), main, spawned});
  audit.Take(103, {SimTime(), main, event::Woken{TaskId(6)}});
  audit.Take(104, {SimTime(), main, event::Woken{TaskId(7)}});
  EXPECT_THAT(audit.faults(), IsEmpty());
  audit.Take(105, {SimTime(), main, event::Woken{TaskId(8)}});
  EXPECT_THAT(audit.faults(),
              ElementsAre("event #105 names task 8, which nothing has made"));
}

}  // namespace
}  // namespace orrery
