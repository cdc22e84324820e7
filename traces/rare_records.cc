// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/rare_records.h"

#include <algorithm>
#include <cstdint>

namespace orrery {
namespace {

// A larger number is a later version's, and has no name here.
template <typename Kind>
Kind AsKind(uint32_t number) {
  return static_cast<Kind>(std::min<uint32_t>(number, 255));
}

}  // namespace

TraceHeader HeaderOf(const traces::v1::Header& header) {
  TraceHeader to;
  to.version = header.version();
  to.level = static_cast<TraceLevel>(header.level());
  to.target = header.target();
  to.suite = header.suite();
  to.test = header.test();
  to.param = header.param();
  to.run = header.run();
  to.seed = Seed(header.seed());
  to.scheduler = header.scheduler();
  to.ordered = header.ordered();
  to.max_steps = header.max_steps();
  to.max_time = SimTime(header.max_time_ns());
  to.build = {header.build().id(), header.build().compiler(),
              header.build().mode()};
  to.arguments.assign(header.argument().begin(), header.argument().end());
  return to;
}

TraceFooter FooterOf(const traces::v1::Footer& footer) {
  TraceFooter to;
  to.events = footer.events();
  to.choices = footer.choices();
  to.steps = footer.steps();
  to.elapsed = SimTime(footer.elapsed_ns());
  to.outcome = AsKind<Outcome>(footer.outcome());
  to.digests = {Digest(footer.schedule_digest()), Digest(footer.data_digest())};
  if (footer.has_failure()) {
    TraceFailure& failure = to.failure.emplace();
    failure.message = footer.failure().message();
    failure.time = SimTime(footer.failure().time_ns());
    failure.step = footer.failure().step();
    failure.task = footer.failure().task();
    failure.site = footer.failure().site();
  }
  if (footer.has_failed_event()) to.failed_event = footer.failed_event();
  return to;
}

std::vector<TaskReport> TasksOf(const traces::v1::NotDone& not_done) {
  std::vector<TaskReport> tasks;
  for (const traces::v1::TaskReport& task : not_done.task()) {
    TaskReport& to = tasks.emplace_back();
    to.id = TaskId(task.id());
    to.name = task.name();
    to.wait = AsKind<WaitKind>(task.wait());
    to.waits_for = task.waits_for();
    to.held_by = task.held_by();
    to.due = SimTime(task.due_ns());
    to.stack.assign(task.stack().begin(), task.stack().end());
    to.spawned_at = task.spawned_at();
    to.awaited_by.assign(task.awaited_by().begin(), task.awaited_by().end());
    to.running = task.running();
  }
  return tasks;
}

}  // namespace orrery
