// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is left of a trace in a file, whatever becomes of the process or the
// disk.

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/prng.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/bench/synthetic_load.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/trace_survival_test_", name);
}

std::string BytesOf(const std::string& path) {
  const absl::StatusOr<std::string> bytes = ReadTraceBytes(path, path);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.value_or("");
}

// Runs `body` in a child, which ends with it.
pid_t Start(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  body();
  ::_exit(testing::Test::HasFailure() ? 1 : 0);
}

// Returns how it ended, as `waitpid` does.
int WaitFor(pid_t child) {
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

// Events of all kinds among many of the usual ones.
std::vector<TraceEvent> ManyEvents(size_t n) {
  std::vector<TraceEvent> events = SyntheticEvents(n, 3);
  const std::vector<TraceEvent> rare = SampleEvents();
  for (size_t i = 0; i < rare.size(); ++i) events[17 * (i + 3)] = rare[i];
  return events;
}

class TraceSurvivalTest : public testing::Test {
 protected:
  static constexpr size_t kEvents = 7'000;  // 77 KiB

  TraceSurvivalTest() : events_(ManyEvents(kEvents)) {
    TraceWriter writer;
    writer.Begin(SampleHeader(TraceLevel::kEvents));
    for (const TraceEvent& event : events_) writer.OnEvent(event);
    EXPECT_TRUE(writer.Finish({}).ok());
    whole_ = std::string(writer.bytes());
  }

  // Expects that the file at `path` begins as the whole trace does, and holds
  // `n` events. Returns how it goes on after them.
  void ExpectPrefix(const std::string& path, size_t n) {
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->events.size(), n);
    EXPECT_FALSE(trace->footer.has_value());
    EXPECT_THAT(trace->damage, HasSubstr("cut short"));
    // Not EXPECT_EQ: it would look for the smallest difference, for hours.
    EXPECT_TRUE(BytesOf(path).compare(0, trace->good_bytes, whole_, 0,
                                      trace->good_bytes) == 0);
  }

  std::vector<TraceEvent> events_;
  std::string whole_;
};

TEST_F(TraceSurvivalTest, AtAnyEventEveryEndOfTheProcessLeavesAllEvents) {
  const std::string path = TempPath("killed");
  Prng prng(5);
  for (int i = 0; i < 200; ++i) {
    const size_t n = prng.Below(kEvents);
    const int signal = std::vector<int>{SIGKILL, SIGABRT, SIGSEGV}[i % 3];
    const int status = WaitFor(Start([&] {
      ::signal(signal, SIG_DFL);  // a sanitizer's would take its time
      TraceWriter writer;
      const absl::Status begun =
          writer.BeginFile(path, SampleHeader(TraceLevel::kEvents));
      if (!begun.ok()) return;
      for (size_t event = 0; event < n; ++event) writer.OnEvent(events_[event]);
      ::raise(signal);
    }));
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal);
    SCOPED_TRACE(absl::StrCat("killed by ", signal, " after event ", n));
    ExpectPrefix(path, n);
    if (HasFailure()) return;
  }
}

// A number that a child counts in and this process reads.
class SharedCounter {
 public:
  SharedCounter()
      : memory_(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        counter_(new(memory_) std::atomic<uint64_t>(0)) {}
  ~SharedCounter() { ::munmap(memory_, 4096); }
  std::atomic<uint64_t>& operator*() { return *counter_; }

 private:
  void* memory_;
  std::atomic<uint64_t>* counter_;
};

TEST_F(TraceSurvivalTest, AKillFromOutsideCostsTheTornRecordAtMost) {
  const std::string path = TempPath("killed_from_outside");
  Prng prng(6);
  for (int i = 0; i < 40; ++i) {
    SharedCounter done;
    const pid_t child = Start([&] {
      TraceWriter writer;
      const absl::Status begun =
          writer.BeginFile(path, SampleHeader(TraceLevel::kEvents));
      if (!begun.ok()) *done = kEvents;
      for (const TraceEvent& event : events_) {
        writer.OnEvent(event);
        (*done).fetch_add(1);
      }
      for (;;) ::pause();
    });
    const size_t when = prng.Below(kEvents);
    while (*done < when) {
    }
    ::kill(child, SIGKILL);
    ASSERT_TRUE(WIFSIGNALED(WaitFor(child)));
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    // It may have been killed after it had written one and before it counted.
    const uint64_t counted = *done;
    ASSERT_THAT(trace->events.size(), AnyOf(Eq(counted), Eq(counted + 1)));
    ExpectPrefix(path, trace->events.size());
    if (HasFailure()) return;
  }
}

TEST_F(TraceSurvivalTest, EachBatchOfChoicesIsThereOnceItIsHandedOver) {
  const std::string path = TempPath("choices");
  std::vector<Choice> choices;
  while (choices.size() < 20 * kChoiceBatch) {
    for (const Choice& choice : ChoicesOf(SampleEvents())) {
      choices.push_back(choice);
    }
  }
  for (size_t batches = 0; batches <= 20; ++batches) {
    WaitFor(Start([&] {
      TraceWriter writer;
      const absl::Status begun =
          writer.BeginFile(path, SampleHeader(TraceLevel::kChoices));
      if (!begun.ok()) return;
      for (size_t i = 0; i < batches; ++i) {
        writer.OnChoices(
            absl::MakeSpan(choices).subspan(i * kChoiceBatch, kChoiceBatch),
            {});
      }
      ::raise(SIGKILL);
    }));
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    ASSERT_EQ(trace->schedule.choices.size(), batches * kChoiceBatch);
    for (size_t i = 0; i < trace->schedule.choices.size(); ++i) {
      ASSERT_EQ(trace->schedule.choices[i].chosen, choices[i].chosen) << i;
    }
  }
}

// ---- Forks ------------------------------------------------------------------

TEST_F(TraceSurvivalTest, AForkedChildNeverWritesIntoTheTraceOfItsParent) {
  const std::string path = TempPath("forked");
  TraceWriter writer;
  ASSERT_TRUE(writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
  for (size_t i = 0; i < kEvents; ++i) {
    if (i % 2000 == 500) {
      EXPECT_EQ(WaitFor(Start([&] {
                  for (const TraceEvent& event : events_) writer.OnEvent(event);
                  writer.Rescue("/not/used", SampleTasks());
                  const absl::Status status = writer.Finish({});
                  EXPECT_EQ(status.code(),
                            absl::StatusCode::kFailedPrecondition);
                  EXPECT_EQ(status.message(),
                            absl::StrCat("the trace ", path,
                                         " is written by another process, from "
                                         "which this one was forked"));
                })),
                0);
    }
    writer.OnEvent(events_[i]);
  }
  ASSERT_TRUE(writer.Finish({}).ok());
  EXPECT_TRUE(WithoutEnvironment(BytesOf(path)) == WithoutEnvironment(whole_));
}

TEST_F(TraceSurvivalTest, AForkedChildWritesTracesOfItsOwn) {
  const std::string path = TempPath("parent");
  const std::string childs = TempPath("child");
  TraceWriter writer;
  ASSERT_TRUE(writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
  writer.OnEvent(events_[0]);
  EXPECT_EQ(
      WaitFor(Start([&] {
        ASSERT_TRUE(
            writer.BeginFile(childs, SampleHeader(TraceLevel::kEvents)).ok());
        for (const TraceEvent& event : events_) writer.OnEvent(event);
        ASSERT_TRUE(writer.Finish({}).ok());
      })),
      0);
  EXPECT_TRUE(WithoutEnvironment(BytesOf(childs)) ==
              WithoutEnvironment(whole_));
  for (size_t i = 1; i < kEvents; ++i) writer.OnEvent(events_[i]);
  ASSERT_TRUE(writer.Finish({}).ok());
  EXPECT_TRUE(WithoutEnvironment(BytesOf(path)) == WithoutEnvironment(whole_));
}

TEST_F(TraceSurvivalTest, ADeathTestWithinARunIsNotInItsTrace) {
  for (const char* style : {"fast", "threadsafe"}) {
    GTEST_FLAG_SET(death_test_style, style);
    // Anew in a program that is started for it: of another name there.
    const std::string path = TempPath(style);
    TraceWriter writer;
    ASSERT_TRUE(writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
    for (size_t i = 0; i < kEvents; ++i) {
      if (i == kEvents / 2) {
        EXPECT_DEATH(
            {
              for (const TraceEvent& event : events_) writer.OnEvent(event);
              std::abort();
            },
            "");
      }
      writer.OnEvent(events_[i]);
    }
    ASSERT_TRUE(writer.Finish({}).ok());
  }
  EXPECT_TRUE(WithoutEnvironment(BytesOf(TempPath("fast"))) ==
              WithoutEnvironment(whole_));
}

// ---- Disks ------------------------------------------------------------------

// A file that may not grow is what a full disk is, and more easily had.
TEST_F(TraceSurvivalTest, WithoutRoomTheRunGoesOnAndWhatWasWrittenStays) {
  const std::string path = TempPath("no_room");
  for (size_t limit :
       {size_t{4096}, size_t{30'000}, size_t{60'001}, size_t{70'000}}) {
    const int status = WaitFor(Start([&] {
      const rlimit no_more = {limit, limit};
      ::setrlimit(RLIMIT_FSIZE, &no_more);
      TraceWriter writer;
      EXPECT_TRUE(
          writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
      for (const TraceEvent& event : events_) writer.OnEvent(event);
      EXPECT_THAT(writer.Finish({}).message(),
                  AllOf(HasSubstr(path), HasSubstr("File too large"),
                        HasSubstr("ulimit -f")));
      // The next trace has what room there is.
      EXPECT_TRUE(writer.BeginFile(TempPath("next"), {}).ok());
    }));
    EXPECT_EQ(status, 0) << limit;
    const std::string bytes = BytesOf(path);
    EXPECT_LE(bytes.size(), limit);
    if (bytes.empty()) continue;  // not even a page
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_GT(trace->events.size(), limit / 50);
    ExpectPrefix(path, trace->events.size());
  }
}

}  // namespace
}  // namespace orrery
