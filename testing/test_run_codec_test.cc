// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_run_codec.h"

#include <exception>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/task_report.h"
#include "orrery/sim/slow_step.h"
#include "orrery/testing/failure_report.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// Something in every field.
TestRun FullRun() {
  TestRun run;
  RunResult& result = run.result;
  result.outcome = Outcome::kDeadlock;
  result.elapsed = absl::Seconds(2) + absl::Nanoseconds(7);
  result.steps = 398;
  result.choices = 12;
  result.digests.schedule.Mix(1);
  result.digests.data.Mix(2);
  RunFailure& failure = result.failure.emplace();
  failure.message = "disk \xff full";
  failure.time = SimTime(5);
  failure.step = 6;
  failure.task = TaskId(7);
  failure.task_name = "client#7";
  failure.site = "bank.cc:41";
  failure.exception = std::make_exception_ptr(std::runtime_error("full"));
  TaskReport& task = result.tasks.emplace_back();
  task.id = TaskId(3);
  task.name = "a#3";
  task.wait = WaitKind::kMutex;
  task.waits_for = "Mutex \"m\"";
  task.held_by = "b#4";
  task.due = SimTime(99);
  task.stack = {"x.cc:1 A", "x.cc:2 B"};
  task.spawned_at = "x.cc:3 C";
  task.awaited_by = {"main#1"};
  task.running = true;
  SlowStep& slow = result.slow_steps.emplace_back();
  slow.begin = SimTime(11);
  slow.passed = absl::Seconds(3);
  slow.step = 12;
  slow.task = TaskId(13);
  slow.task_name = "slow#13";
  slow.site = "x.cc:4 D";
  result.slow_step_count = 14;
  result.notes = "the run has drawn\n  net.loss=off";
  CapturedFailure& assertion = run.failures.emplace_back();
  assertion.file = "bank_test.cc";
  assertion.line = 15;
  assertion.message = "Which is: 5";
  assertion.time = SimTime(16);
  assertion.step = 17;
  assertion.task = TaskId(18);
  assertion.task_name = "t#18";
  assertion.closing = true;
  assertion.scoped_traces = {"inner", "outer"};
  run.failure_count = 1001;
  run.skip = {"skip.cc", 19, "no disk"};
  run.stopped_by_skip = true;
  return run;
}

TestRun Again(const TestRun& run) {
  sim_test::v1::TestRun message;
  EncodeTestRun(run, message);
  sim_test::v1::TestRun received;
  EXPECT_TRUE(received.ParseFromString(message.SerializeAsString()));
  return DecodeTestRun(received);
}

TEST(TestRunCodecTest, CarriesEveryField) {
  const TestRun run = FullRun();
  const TestRun again = Again(run);
  EXPECT_EQ(again.result.outcome, run.result.outcome);
  EXPECT_EQ(again.result.elapsed, run.result.elapsed);
  EXPECT_EQ(again.result.steps, run.result.steps);
  EXPECT_EQ(again.result.choices, run.result.choices);
  EXPECT_EQ(again.result.digests, run.result.digests);
  ASSERT_TRUE(again.result.failure.has_value());
  EXPECT_EQ(again.result.failure->message, run.result.failure->message);
  EXPECT_EQ(again.result.failure->time, run.result.failure->time);
  EXPECT_EQ(again.result.failure->step, run.result.failure->step);
  EXPECT_EQ(again.result.failure->task, run.result.failure->task);
  EXPECT_EQ(again.result.failure->task_name, run.result.failure->task_name);
  EXPECT_EQ(again.result.failure->site, run.result.failure->site);
  EXPECT_NE(again.result.failure->exception, nullptr);
  ASSERT_EQ(again.result.tasks.size(), 1u);
  const TaskReport& task = again.result.tasks.front();
  EXPECT_EQ(task.id, TaskId(3));
  EXPECT_EQ(task.due, SimTime(99));
  EXPECT_EQ(task.held_by, "b#4");
  EXPECT_EQ(FormatTaskReport(task), FormatTaskReport(run.result.tasks.front()));
  EXPECT_THAT(task.stack, ElementsAre("x.cc:1 A", "x.cc:2 B"));
  EXPECT_EQ(task.spawned_at, "x.cc:3 C");
  EXPECT_THAT(task.awaited_by, ElementsAre("main#1"));
  EXPECT_TRUE(task.running);
  ASSERT_EQ(again.result.slow_steps.size(), 1u);
  EXPECT_EQ(FormatSlowStep(again.result.slow_steps.front()),
            FormatSlowStep(run.result.slow_steps.front()));
  EXPECT_EQ(again.result.slow_step_count, 14u);
  EXPECT_EQ(again.result.notes, run.result.notes);
  ASSERT_EQ(again.failures.size(), 1u);
  const CapturedFailure& assertion = again.failures.front();
  EXPECT_EQ(assertion.file, "bank_test.cc");
  EXPECT_EQ(assertion.line, 15);
  EXPECT_EQ(assertion.message, "Which is: 5");
  EXPECT_EQ(assertion.time, SimTime(16));
  EXPECT_EQ(assertion.step, 17u);
  EXPECT_EQ(assertion.task, TaskId(18));
  EXPECT_EQ(assertion.task_name, "t#18");
  EXPECT_TRUE(assertion.closing);
  EXPECT_THAT(assertion.scoped_traces, ElementsAre("inner", "outer"));
  EXPECT_EQ(again.failure_count, 1001u);
  ASSERT_TRUE(again.skip.has_value());
  EXPECT_EQ(again.skip->file, "skip.cc");
  EXPECT_EQ(again.skip->line, 19);
  EXPECT_EQ(again.skip->reason, "no disk");
  EXPECT_TRUE(again.stopped_by_skip);
}

TEST(TestRunCodecTest, WhatIsNotThereStaysAway) {
  TestRun run;
  run.result.outcome = Outcome::kCompleted;
  const TestRun again = Again(run);
  EXPECT_EQ(again.result.outcome, Outcome::kCompleted);
  EXPECT_FALSE(again.result.failure.has_value());
  EXPECT_FALSE(again.skip.has_value());
  EXPECT_TRUE(again.failures.empty());
  EXPECT_FALSE(again.failed());
}

// What the user reads.
TEST(TestRunCodecTest, TheReportIsTheSame) {
  const TestRun run = FullRun();
  const TestRun again = Again(run);
  FailureReportInput input;
  input.scheduler = "random";
  input.run = &run;
  const std::string first = FormatFailureReport(input);
  input.run = &again;
  EXPECT_EQ(FormatFailureReport(input), first);
}

// A report of so many tasks would take longer than the run.
TEST(TestRunCodecTest, OfVeryManyTasksTheFirstAreTold) {
  TestRun run;
  run.result.tasks.resize(kMaxTasksTold + 5);
  EXPECT_EQ(Again(run).result.tasks.size(), kMaxTasksTold);
}

}  // namespace
}  // namespace orrery
