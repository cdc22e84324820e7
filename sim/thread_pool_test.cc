// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/thread_pool.h"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Lines = std::vector<std::string>;

void Note(Lines& lines, const std::string& what) {
  lines.push_back(absl::StrCat(FormatSimTime(SimTime(ToNanoseconds(Elapsed()))),
                               " ", what));
}

// ---- Results and time -------------------------------------------------------

Task<> GetResults() {
  ThreadPool pool(1, "pool");
  EXPECT_EQ(co_await pool.Run([] { return 7; }), 7);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration()) << "no cost, no time";
  int effect = 0;
  co_await pool.Run([&effect] { effect = 1; }, {.cost = absl::Seconds(2)});
  EXPECT_EQ(effect, 1);
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
  const std::unique_ptr<int> owned =
      co_await pool.Run([] { return std::make_unique<int>(3); });
  EXPECT_EQ(*owned, 3);
  auto take = [box = std::make_unique<int>(4)] { return *box; };
  EXPECT_EQ(co_await pool.Run(std::move(take)), 4);
}

TEST(ThreadPoolTest, GivesWhatTheFunctionReturns) {
  EXPECT_TRUE(Simulation().Run(GetResults).ok());
}

Task<> Throw() {
  ThreadPool pool(1);
  bool caught = false;
  try {
    co_await pool.Run([] { throw std::runtime_error("disk full"); });
  } catch (const std::runtime_error& error) {
    caught = std::string(error.what()) == "disk full";
  }
  EXPECT_TRUE(caught);
  EXPECT_EQ(co_await pool.Run([] { return 1; }), 1) << "the worker lives on";
}

TEST(ThreadPoolTest, ExceptionsTravelToWhoWaits) {
  EXPECT_TRUE(Simulation().Run(Throw).ok());
}

Task<> WatchEffect() {
  ThreadPool pool(1);
  bool done = false;
  Future<> job =
      pool.Submit([&done] { done = true; }, {.cost = absl::Seconds(2)});
  EXPECT_EQ(pool.running(), 1);
  co_await Sleep(absl::Milliseconds(1999));
  EXPECT_FALSE(done);
  EXPECT_FALSE(job.Done());
  co_await Sleep(absl::Milliseconds(2));
  EXPECT_TRUE(done);
  EXPECT_TRUE(job.Done());
  EXPECT_EQ(pool.running(), 0);
}

TEST(ThreadPoolTest, WhatAJobDoesIsSeenWhenItEnds) {
  EXPECT_TRUE(Simulation().Run(WatchEffect).ok());
}

Task<> MakeWithoutAwaiting() {
  ThreadPool pool(1);
  Task<int> task = pool.Run([] { return 1; });
  EXPECT_EQ(pool.running(), 0);
  EXPECT_EQ(co_await std::move(task), 1);
}

TEST(ThreadPoolTest, RunIsATaskAndBeginsWhenAwaited) {
  EXPECT_TRUE(Simulation().Run(MakeWithoutAwaiting).ok());
}

Task<> DrawCost(absl::Duration* took) {
  ThreadPool pool(1);
  co_await pool.Run([] {}, {.cost = {absl::Seconds(1), absl::Seconds(2)}});
  *took = Elapsed();
}

TEST(ThreadPoolTest, ARangeOfCostsIsDrawn) {
  RandomScheduler scheduler;
  absl::Duration took;
  const RunResult result =
      Simulation({.scheduler = &scheduler}).Run(DrawCost, &took);
  EXPECT_EQ(result.choices, 1);
  EXPECT_GT(took, absl::Seconds(1));
  EXPECT_LT(took, absl::Seconds(2));
}

// ---- Queueing ---------------------------------------------------------------

Task<> Work(ThreadPool& pool, Lines& lines, std::string name,
            absl::Duration cost) {
  auto job = [&lines, name] { Note(lines, name); };
  co_await pool.Run(std::move(job), {.cost = cost});
}

Task<> RunFour(Lines& lines) {
  ThreadPool pool(2, "pair");
  EXPECT_EQ(pool.workers(), 2);
  JoinHandle<> a =
      Spawn(Work, std::ref(pool), std::ref(lines), "a", absl::Seconds(3));
  JoinHandle<> b =
      Spawn(Work, std::ref(pool), std::ref(lines), "b", absl::Seconds(1));
  JoinHandle<> c =
      Spawn(Work, std::ref(pool), std::ref(lines), "c", absl::Seconds(1));
  JoinHandle<> d =
      Spawn(Work, std::ref(pool), std::ref(lines), "d", absl::Seconds(2));
  co_await Yield();
  EXPECT_EQ(pool.running(), 2);
  EXPECT_EQ(pool.queued(), 2);
  co_await a;
  co_await d;
  EXPECT_EQ(pool.running(), 0);
}

TEST(ThreadPoolTest, WhenAllAreBusyJobsWaitFirstInFirstOut) {
  Lines lines;
  EXPECT_TRUE(Simulation().Run(RunFour, lines).ok());
  EXPECT_THAT(lines,
              ElementsAre("1.000s b", "2.000s c", "3.000s a", "4.000s d"));
}

Task<> SubmitFromJob(Lines& lines) {
  ThreadPool pool(1);
  std::optional<Future<>> second;
  co_await pool.Run(
      [&] {
        Note(lines, "first");
        second = pool.Submit([&lines] { Note(lines, "second"); },
                             {.cost = absl::Seconds(1)});
        EXPECT_EQ(pool.queued(), 1) << "its own worker is busy with it";
      },
      {.cost = absl::Seconds(1)});
  co_await *second;
}

TEST(ThreadPoolTest, AJobMaySubmitAnother) {
  Lines lines;
  EXPECT_TRUE(Simulation().Run(SubmitFromJob, lines).ok());
  EXPECT_THAT(lines, ElementsAre("1.000s first", "2.000s second"));
}

// ---- Cancellation -----------------------------------------------------------

Task<> CancelRunning(Lines& lines) {
  ThreadPool pool(1);
  JoinHandle<> task =
      Spawn(Work, std::ref(pool), std::ref(lines), "ran", absl::Seconds(5));
  co_await Sleep(absl::Seconds(1));
  task.Cancel();
  bool cancelled = false;
  try {
    co_await task;
  } catch (const Cancelled&) {
    cancelled = true;
  }
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(Elapsed(), absl::Seconds(1)) << "who waited goes on at once";
  EXPECT_EQ(pool.running(), 1) << "the job does not stop";
  co_await pool.Run([&lines] { Note(lines, "next"); });
}

TEST(ThreadPoolTest, ARunningJobIsNotStopped) {
  Lines lines;
  EXPECT_TRUE(Simulation().Run(CancelRunning, lines).ok());
  EXPECT_THAT(lines, ElementsAre("5.000s ran", "5.000s next"));
}

Task<> CancelQueued(Lines& lines) {
  ThreadPool pool(1);
  JoinHandle<> first =
      Spawn(Work, std::ref(pool), std::ref(lines), "first", absl::Seconds(5));
  JoinHandle<> dropped =
      Spawn(Work, std::ref(pool), std::ref(lines), "dropped", absl::Seconds(5));
  JoinHandle<> third =
      Spawn(Work, std::ref(pool), std::ref(lines), "third", absl::Seconds(5));
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(pool.queued(), 2);
  dropped.Cancel();
  co_await Yield();
  co_await Yield();
  EXPECT_TRUE(dropped.Cancelled());
  EXPECT_EQ(pool.queued(), 1);
  co_await third;
}

TEST(ThreadPoolTest, AQueuedJobIsDropped) {
  Lines lines;
  EXPECT_TRUE(Simulation().Run(CancelQueued, lines).ok());
  EXPECT_THAT(lines, ElementsAre("5.000s first", "10.000s third"));
}

Task<> CancelFailing() {
  ThreadPool pool(1);
  Future<> job = pool.Submit([] { throw std::runtime_error("too late"); },
                             {.cost = absl::Seconds(1)});
  EXPECT_TRUE(job.Cancel());
  co_await Sleep(absl::Seconds(2));
  EXPECT_TRUE(job.Cancelled());
}

TEST(ThreadPoolTest, HowACancelledJobEndsIsNobodysConcern) {
  EXPECT_TRUE(Simulation().Run(CancelFailing).ok());
}

Task<> IgnoreError() {
  ThreadPool pool(1);
  pool.Submit([] { throw std::runtime_error("disk full"); });
  co_await Sleep(absl::Seconds(1));
}

TEST(ThreadPoolTest, AnErrorThatNobodySeesFailsTheRun) {
  const RunResult result = Simulation().Run(IgnoreError);
  ASSERT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message, HasSubstr("disk full"));
}

// ---- Reports ----------------------------------------------------------------

constexpr int kForeverLine = __LINE__ + 3;
Task<> WaitForEver(ThreadPool* pool) {
  // Behind a job that never ends.
  co_await pool->Run([] {}, {.cost = absl::InfiniteDuration()});
}

Task<> Starve() {
  ThreadPool pool(1, "db");
  co_await WaitForEver(&pool);
}

TEST(ThreadPoolTest, ADeadlockNamesThePoolAndThePlace) {
  const RunResult result = Simulation().Run(Starve);
  ASSERT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.tasks.front().waits_for, "a worker of ThreadPool \"db\"");
  EXPECT_THAT(result.tasks.front().stack,
              ElementsAre(StartsWith(absl::StrCat("sim/thread_pool_test.cc:",
                                                  kForeverLine)),
                          EndsWith("Starve")));
}

// Takes down what tasks have waited for in pools, and where.
class WaitSink final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (const auto* made = std::get_if<event::ObjectMade>(&event.what)) {
      if (made->type == "ThreadPool") pool = made->id;
    } else if (const auto* wait = std::get_if<event::Suspended>(&event.what)) {
      if (wait->wait != WaitKind::kPool) return;
      EXPECT_EQ(wait->object, pool.value);
      line = wait->site.line;
    }
  }
  ObjectId pool;
  uint32_t line = 0;
};

TEST(ThreadPoolTest, ATraceNamesThePoolAndThePlace) {
  WaitSink sink;
  Simulation({.trace = &sink}).Run(Starve);
  EXPECT_TRUE(sink.pool);
  EXPECT_EQ(sink.line, kForeverLine);
}

Task<> OutliveThePool() {
  auto pool = std::make_unique<ThreadPool>(1, "gone");
  ThreadPool* raw = pool.get();
  JoinHandle<> task = Spawn("waiter", WaitForEver, raw);
  JoinHandle<> queued = Spawn("queued", WaitForEver, raw);
  co_await Yield();
  pool = nullptr;
  co_await task;
}

TEST(ThreadPoolTest, ADeadlockTellsThatThePoolIsGone) {
  const RunResult result = Simulation().Run(OutliveThePool);
  ASSERT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.tasks[1].waits_for, "worker of thread pool, which is gone");
  EXPECT_EQ(result.tasks[2].waits_for, "worker of thread pool, which is gone");
}

Task<> DestroyBusyPool() {
  {
    ThreadPool pool(1);
    pool.Submit([] { ADD_FAILURE() << "its pool is gone"; },
                {.cost = absl::Seconds(1)});
    pool.Submit([] { ADD_FAILURE() << "its pool is gone"; });
  }
  co_await Sleep(absl::Seconds(3));
}

TEST(ThreadPoolTest, JobsGoWithThePool) {
  EXPECT_TRUE(Simulation().Run(DestroyBusyPool).ok());
}

Task<> PassTimeInJob() {
  ThreadPool pool(1);
  co_await pool.Run([] { BlockingSleep(absl::Seconds(1)); });
}

TEST(ThreadPoolTest, TimeCannotPassInAJobButByItsCost) {
  const RunResult result = Simulation().Run(PassTimeInJob);
  ASSERT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message, HasSubstr("{.cost = ...}"));
  EXPECT_THAT(result.failure->site, HasSubstr("sim/thread_pool_test.cc:"));
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
}

TEST(ThreadPoolDeathTest, NeedsAWorker) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(ThreadPool(0), "at least one worker");
}

// ---- Other orders -----------------------------------------------------------

Task<> ShareOneWorker(int* most, int* total) {
  ThreadPool pool(2);
  std::vector<Task<>> tasks;
  for (int i = 0; i < 8; ++i) {
    auto job = [&pool, most, total] {
      *most = std::max(*most, pool.running());
      ++*total;
    };
    tasks.push_back(pool.Run(
        job, {.cost = {absl::Milliseconds(1), absl::Milliseconds(3)}}));
  }
  co_await WhenAll(std::move(tasks));
  EXPECT_EQ(pool.running(), 0);
  EXPECT_EQ(pool.queued(), 0);
}

TEST(ThreadPoolTest, InAnyOrderNoMoreRunThanThereAreWorkers) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomScheduler scheduler;
    int most = 0;
    int total = 0;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(ShareOneWorker, &most, &total);
    ASSERT_TRUE(result.ok()) << FormatRunResult(result);
    EXPECT_EQ(most, 2);
    EXPECT_EQ(total, 8);
    EXPECT_GE(result.elapsed, absl::Milliseconds(4));
    EXPECT_LE(result.elapsed, absl::Milliseconds(12));
  }
}

}  // namespace
}  // namespace orrery
