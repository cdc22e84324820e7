// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/isolate.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/trace_sink.h"
#include "orrery/explorer/sample_runs.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAsan = true;
#elif defined(__has_feature)
constexpr bool kAsan = __has_feature(address_sanitizer);
#else
constexpr bool kAsan = false;
#endif

RunRequest Request(Scheduler& scheduler, uint64_t seed = 7) {
  return {.seed = Seed(seed), .index = seed, .scheduler = &scheduler};
}

// Chooses and sleeps ten times, then does `what`.
void (*at_the_end)() = nullptr;
Task<> ChooseThenEnd() {
  for (int i = 0; i < 10; ++i) {
    Choose(100, "number");
    co_await Sleep(absl::Seconds(1));
  }
  at_the_end();
}

// What another process keeps to itself.
int global = 0;
void ChangeGlobal() { ++global; }
void Segfault() { ::raise(SIGSEGV); }
void Kill() { ::kill(::getpid(), SIGKILL); }
void Exit() { ::exit(7); }
void ExitWell() { ::_exit(0); }
void Hang() {
  for (volatile bool on = true; on;) {
  }
}
void HangDeaf() {
  ::signal(SIGTERM, SIG_IGN);
  Hang();
}
int Recurse(volatile int* depth) {
  volatile char frame[256];
  frame[0] = static_cast<char>(*depth);
  *depth = *depth + 1;
  if (*depth == 0) return 0;
  return Recurse(depth) + frame[0];
}
void OverflowTheStack() {
  volatile int depth = 0;
  Recurse(&depth);
}
void SayAndAbort() {
  std::fputs("the last words\n", stderr);
  ::abort();
}

IsolatedRun RunToEnd(void (*what)(), IsolateOptions options = {}) {
  at_the_end = what;
  RandomScheduler scheduler;
  options.quiet = true;
  Isolation isolation(options);
  return isolation.Run(SampleRuns(ChooseThenEnd), Request(scheduler));
}

class Choices : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kChoices; }
  void OnChoices(absl::Span<const Choice> choices, const DigestPair&) override {
    for (const Choice& choice : choices) {
      chosen.push_back(choice.chosen);
      sites.emplace_back(choice.site);
    }
  }
  void OnEvent(const TraceEvent&) override {}

  std::vector<uint64_t> chosen;
  std::vector<std::string> sites;
};

TEST(IsolationTest, ARunIsAsItWouldBeHere) {
  RandomScheduler scheduler;
  Isolation isolation;
  for (uint64_t seed = 1; seed < 20; ++seed) {
    Choices there, here;
    RunRequest request = Request(scheduler, seed);
    request.trace = &there;
    const IsolatedRun isolated =
        isolation.Run(SampleRuns(LosesAnUpdate), request);
    request.trace = &here;
    const RunReport own = SampleRuns(LosesAnUpdate)(request);
    EXPECT_FALSE(isolated.died);
    EXPECT_EQ(isolated.report.failed, own.failed);
    EXPECT_EQ(isolated.report.signature, own.signature);
    EXPECT_EQ(isolated.report.message, own.message);
    EXPECT_EQ(isolated.report.outcome, own.outcome);
    EXPECT_EQ(isolated.report.digests, own.digests);
    EXPECT_EQ(isolated.report.steps, own.steps);
    EXPECT_EQ(isolated.report.choices, own.choices);
    EXPECT_EQ(isolated.report.elapsed, own.elapsed);
    EXPECT_EQ(isolated.policy, "random");
    EXPECT_EQ(isolated.next, NextRun::kAgain);
    EXPECT_EQ(there.chosen, here.chosen);
    EXPECT_EQ(there.sites, here.sites);
    EXPECT_EQ(isolation.choices().count(), own.choices);
  }
}

TEST(IsolationTest, AGlobalIsAsItWasBefore) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(RunToEnd(ChangeGlobal).died);
    EXPECT_EQ(global, 0);
  }
}

TEST(IsolationTest, ThePayloadIsCarried) {
  RandomScheduler scheduler;
  const std::string payload(1 << 20, '\xff');
  const RunReport report = Isolated([&](const RunRequest&) {
    RunReport made;
    made.payload = payload;
    return made;
  })(Request(scheduler));
  EXPECT_EQ(report.payload, payload);
}

struct Death {
  const char* name;
  void (*what)();
  const char* of;
};

class DeathOfARunTest : public testing::TestWithParam<Death> {};

TEST_P(DeathOfARunTest, IsReportedWithItsChoices) {
  RandomScheduler scheduler;
  at_the_end = GetParam().what;
  // What dies by itself has time to do so: a sanitizer writes a report first.
  const bool hangs = GetParam().what == Hang;
  Isolation isolation(
      {.real_time_limit = hangs ? absl::Seconds(1) : absl::Minutes(1),
       .quiet = true});
  Choices choices;
  RunRequest request = Request(scheduler);
  request.trace = &choices;
  const IsolatedRun run = isolation.Run(SampleRuns(ChooseThenEnd), request);
  EXPECT_TRUE(run.died);
  // A sanitizer ends the process in its own way.
  EXPECT_THAT(run.died_of, kAsan ? AnyOf(GetParam().of, "exit code 1")
                                 : AnyOf(GetParam().of, GetParam().of));
  EXPECT_TRUE(run.report.failed);
  EXPECT_EQ(run.report.outcome, Outcome::kUnknown);
  EXPECT_THAT(run.report.message, HasSubstr(run.died_of));
  EXPECT_THAT(run.report.signature, StartsWith("died of " + run.died_of));
  EXPECT_EQ(run.policy, "random");
  EXPECT_EQ(run.next, std::nullopt);
  EXPECT_EQ(run.report.choices, 10u);
  EXPECT_EQ(run.report.elapsed, absl::Seconds(9)) << "of the latest choice";
  EXPECT_EQ(choices.chosen.size(), 10u);
  EXPECT_EQ(choices.sites.front(), "number");

  // They are those that the run would have made had it lived.
  at_the_end = ChangeGlobal;
  Choices again;
  request.trace = &again;
  isolation.Run(SampleRuns(ChooseThenEnd), request);
  EXPECT_EQ(again.chosen, choices.chosen);
}

INSTANTIATE_TEST_SUITE_P(
    Every, DeathOfARunTest,
    testing::Values(Death{"Abort", ::abort, "SIGABRT"},
                    Death{"Segfault", Segfault, "SIGSEGV"},
                    Death{"Kill", Kill, "SIGKILL"},
                    Death{"Exit", Exit, "exit code 7"},
                    Death{"ExitWell", ExitWell, "exit code 0"},
                    Death{"OverflowTheStack", OverflowTheStack, "SIGSEGV"},
                    Death{"Hang", Hang, "no end within 1s"}),
    [](const testing::TestParamInfo<Death>& info) {
      return std::string(info.param.name);
    });

TEST(IsolationTest, OneThatDoesNotListenIsKilled) {
  const absl::Time begun = absl::Now();
  const IsolatedRun run =
      RunToEnd(HangDeaf, {.real_time_limit = absl::Milliseconds(200)});
  EXPECT_EQ(run.died_of, "no end within 200ms");
  EXPECT_LT(absl::Now() - begun, absl::Seconds(30));
}

TEST(IsolationTest, LastWordsAreKept) {
  const IsolatedRun run = RunToEnd(SayAndAbort);
  EXPECT_THAT(run.last_words, HasSubstr("the last words\n"));
}

void SayALotAndAbort() {
  for (int i = 0; i < 100'000; ++i) std::fprintf(stderr, "line %d\n", i);
  ::abort();
}

TEST(IsolationTest, OfManyLastWordsTheLast) {
  const IsolatedRun run = RunToEnd(SayALotAndAbort);
  EXPECT_LE(run.last_words.size(), Isolation::kLastWords);
  EXPECT_THAT(run.last_words, HasSubstr("line 99999\n"));
}

// What is printed in a run comes out once, in order.
void Print() {
  std::fputs("out\n", stdout);
  std::fputs("err\n", stderr);
}

TEST(IsolationTest, OutputGoesWhereOursGoes) {
  at_the_end = Print;
  RandomScheduler scheduler;
  Isolation isolation;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  std::fputs("before\n", stdout);
  isolation.Run(SampleRuns(ChooseThenEnd), Request(scheduler));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "before\nout\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "err\n");
}

TEST(IsolationTest, QuietRunsPrintNothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  RunToEnd(Print);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), IsEmpty());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

// A policy whose state is how often it was run.
class Learner : public Scheduler {
 public:
  explicit Learner(bool searches) : searches_(searches) {}
  std::string Spec() const override { return "learner"; }
  SchedulerTraits traits() const override { return {.searches = searches_}; }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
  NextRun EndRun(const RunSummary&) override {
    state_.push_back('x');
    return NextRun::kExhausted;
  }
  std::string SaveState() const override { return state_; }
  bool RestoreState(absl::string_view state) override {
    state_ = std::string(state);
    return true;
  }

 private:
  bool searches_;
  std::string state_;
};

TEST(IsolationTest, WhatASearchHasLearnedComesBack) {
  Learner search(true);
  Isolation isolation;
  const IsolatedRun run = isolation.Run(SampleRuns(NoChoice), Request(search));
  EXPECT_EQ(run.next, NextRun::kExhausted);
  isolation.Run(SampleRuns(NoChoice), Request(search));
  EXPECT_EQ(search.SaveState(), "xx");
}

TEST(IsolationTest, WhatAProfileHasTaughtComesBackAndNothingElse) {
  Learner policy(false);
  Isolation isolation;
  RunRequest request = Request(policy);
  request.profile = true;
  isolation.Run(SampleRuns(NoChoice), request);
  EXPECT_EQ(policy.SaveState(), "x");
  request.profile = false;
  isolation.Run(SampleRuns(NoChoice), request);
  EXPECT_EQ(policy.SaveState(), "x");
}

// As a server that a program has started and forgotten.
void LeaveADaemonBehind() {
  if (::fork() == 0) {
    ::sleep(20);
    ::_exit(0);
  }
}

TEST(IsolationTest, AProcessThatIsLeftBehindDoesNotHoldUsUp) {
  const absl::Time begun = absl::Now();
  EXPECT_FALSE(RunToEnd(LeaveADaemonBehind).died);
  EXPECT_LT(absl::Now() - begun, absl::Seconds(15));
}

TEST(IsolationTest, NoDescriptorIsLeftOpen) {
  const auto lowest = [] {
    const int fd = ::open("/dev/null", O_RDONLY);
    ::close(fd);
    return fd;
  };
  const int before = lowest();
  RunToEnd(ChangeGlobal);
  RunToEnd(::abort);
  EXPECT_EQ(lowest(), before);
}

// As Bazel ends a test that takes too long: the run says where it is, and then
// both are gone.
TEST(IsolationTest, ASigtermReachesTheRun) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    at_the_end = [] {
      ::signal(SIGTERM, [](int) {
        [[maybe_unused]] const ssize_t written = ::write(2, "run over\n", 9);
        ::_exit(1);
      });
      [[maybe_unused]] const ssize_t written = ::write(2, "hangs\n", 6);
      ::kill(::getppid(), SIGTERM);
      Hang();
    };
    RandomScheduler scheduler;
    Isolation().Run(SampleRuns(ChooseThenEnd), Request(scheduler));
    ::_exit(0);  // not reached
  }
  ::close(ends[1]);
  std::string said;
  char buffer[256];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof(buffer))) > 0;) {
    said.append(buffer, static_cast<size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
  EXPECT_EQ(said, "hangs\nrun over\n");
}

void LeakMemory() {
  int* volatile leaked = new int[1000];
  leaked[0] = 1;
  leaked = nullptr;
}

TEST(IsolationTest, ALeakFailsTheRunIfAskedTo) {
  if (!kAsan) GTEST_SKIP() << "nobody looks for leaks in this build";
  const IsolatedRun run = RunToEnd(LeakMemory, {.check_leaks = true});
  EXPECT_TRUE(run.report.failed);
  EXPECT_EQ(run.report.signature, "leak");
  EXPECT_FALSE(RunToEnd(LeakMemory).report.failed);
  EXPECT_FALSE(RunToEnd(ChangeGlobal, {.check_leaks = true}).report.failed);
}

}  // namespace
}  // namespace orrery
