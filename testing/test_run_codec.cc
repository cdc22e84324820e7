// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_run_codec.h"

#include <algorithm>
#include <exception>
#include <stdexcept>

#include "absl/time/time.h"
#include "orrery/base/digest.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/task_report.h"
#include "orrery/sim/slow_step.h"

namespace orrery {
namespace {

void Encode(const CapturedFailure& from, sim_test::v1::Failure& to) {
  to.set_file(from.file);
  to.set_line(from.line);
  to.set_message(from.message);
  to.set_time_ns(from.time.ns);
  to.set_step(from.step);
  to.set_task(from.task.value);
  to.set_task_name(from.task_name);
  to.set_closing(from.closing);
  for (const std::string& trace : from.scoped_traces) {
    to.add_scoped_traces(trace);
  }
}

CapturedFailure Decode(const sim_test::v1::Failure& from) {
  CapturedFailure to;
  to.file = from.file();
  to.line = from.line();
  to.message = from.message();
  to.time = SimTime(from.time_ns());
  to.step = from.step();
  to.task = TaskId(from.task());
  to.task_name = from.task_name();
  to.closing = from.closing();
  to.scoped_traces.assign(from.scoped_traces().begin(),
                          from.scoped_traces().end());
  return to;
}

void Encode(const TaskReport& from, sim_test::v1::Task& to) {
  to.set_id(from.id.value);
  to.set_name(from.name);
  to.set_wait(static_cast<int32_t>(from.wait));
  to.set_waits_for(from.waits_for);
  to.set_held_by(from.held_by);
  to.set_due_ns(from.due.ns);
  for (const std::string& frame : from.stack) to.add_stack(frame);
  to.set_spawned_at(from.spawned_at);
  for (const std::string& name : from.awaited_by) to.add_awaited_by(name);
  to.set_running(from.running);
}

TaskReport Decode(const sim_test::v1::Task& from) {
  TaskReport to;
  to.id = TaskId(from.id());
  to.name = from.name();
  to.wait = static_cast<WaitKind>(from.wait());
  to.waits_for = from.waits_for();
  to.held_by = from.held_by();
  to.due = SimTime(from.due_ns());
  to.stack.assign(from.stack().begin(), from.stack().end());
  to.spawned_at = from.spawned_at();
  to.awaited_by.assign(from.awaited_by().begin(), from.awaited_by().end());
  to.running = from.running();
  return to;
}

void Encode(const SlowStep& from, sim_test::v1::SlowStep& to) {
  to.set_begin_ns(from.begin.ns);
  to.set_passed_ns(absl::ToInt64Nanoseconds(from.passed));
  to.set_step(from.step);
  to.set_task(from.task.value);
  to.set_task_name(from.task_name);
  to.set_site(from.site);
}

SlowStep Decode(const sim_test::v1::SlowStep& from) {
  SlowStep to;
  to.begin = SimTime(from.begin_ns());
  to.passed = absl::Nanoseconds(from.passed_ns());
  to.step = from.step();
  to.task = TaskId(from.task());
  to.task_name = from.task_name();
  to.site = from.site();
  return to;
}

void Encode(const RunFailure& from, sim_test::v1::RunFailure& to) {
  to.set_message(from.message);
  to.set_time_ns(from.time.ns);
  to.set_step(from.step);
  to.set_task(from.task.value);
  to.set_task_name(from.task_name);
  to.set_site(from.site);
  to.set_has_exception(from.exception != nullptr);
}

RunFailure Decode(const sim_test::v1::RunFailure& from) {
  RunFailure to;
  to.message = from.message();
  to.time = SimTime(from.time_ns());
  to.step = from.step();
  to.task = TaskId(from.task());
  to.task_name = from.task_name();
  to.site = from.site();
  if (from.has_exception()) {
    to.exception = std::make_exception_ptr(
        std::runtime_error("an exception of another process"));
  }
  return to;
}

}  // namespace

void EncodeTestRun(const TestRun& from, sim_test::v1::TestRun& to) {
  const RunResult& result = from.result;
  to.set_outcome(static_cast<int32_t>(result.outcome));
  to.set_elapsed_ns(absl::ToInt64Nanoseconds(result.elapsed));
  to.set_steps(result.steps);
  to.set_choices(result.choices);
  to.set_schedule_digest(result.digests.schedule.value());
  to.set_data_digest(result.digests.data.value());
  if (result.failure.has_value()) {
    Encode(*result.failure, *to.mutable_failure());
  }
  const size_t told = std::min(result.tasks.size(), kMaxTasksTold);
  for (size_t i = 0; i < told; ++i) Encode(result.tasks[i], *to.add_tasks());
  for (const SlowStep& slow : result.slow_steps) {
    Encode(slow, *to.add_slow_steps());
  }
  to.set_slow_step_count(result.slow_step_count);
  for (const CapturedFailure& failure : from.failures) {
    Encode(failure, *to.add_failures());
  }
  to.set_failure_count(from.failure_count);
  if (from.skip.has_value()) {
    to.mutable_skip()->set_file(from.skip->file);
    to.mutable_skip()->set_line(from.skip->line);
    to.mutable_skip()->set_reason(from.skip->reason);
  }
  to.set_stopped_by_skip(from.stopped_by_skip);
  to.set_notes(result.notes);
}

TestRun DecodeTestRun(const sim_test::v1::TestRun& from) {
  TestRun to;
  RunResult& result = to.result;
  result.outcome = static_cast<Outcome>(from.outcome());
  result.elapsed = absl::Nanoseconds(from.elapsed_ns());
  result.steps = from.steps();
  result.choices = from.choices();
  result.digests = {Digest(from.schedule_digest()), Digest(from.data_digest())};
  if (from.has_failure()) result.failure = Decode(from.failure());
  for (const auto& task : from.tasks()) result.tasks.push_back(Decode(task));
  for (const auto& slow : from.slow_steps()) {
    result.slow_steps.push_back(Decode(slow));
  }
  result.slow_step_count = from.slow_step_count();
  for (const auto& failure : from.failures()) {
    to.failures.push_back(Decode(failure));
  }
  to.failure_count = from.failure_count();
  if (from.has_skip()) {
    to.skip = {from.skip().file(), from.skip().line(), from.skip().reason()};
  }
  to.stopped_by_skip = from.stopped_by_skip();
  result.notes = from.notes();
  return to;
}

}  // namespace orrery
