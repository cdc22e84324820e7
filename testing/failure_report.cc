// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/failure_report.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/slow_step.h"
#include "orrery/testing/blocked_tasks.h"

namespace orrery {
namespace {

using Lines = std::vector<std::string>;

constexpr size_t kMaxEvents = 12;
constexpr size_t kMaxFaultsShown = 5;
constexpr size_t kMaxSlowSteps = 2;
constexpr size_t kMaxRunNotes = 12;

Lines Split(const std::string& text) {
  Lines lines = absl::StrSplit(text, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

void Append(Lines& to, const Lines& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// Appends at most `limit` of `from`; says how many were left out.
void AppendUpTo(Lines& to, const Lines& from, size_t limit,
                absl::string_view what) {
  if (from.size() <= limit) {
    Append(to, from);
    return;
  }
  const size_t kept = limit > 0 ? limit - 1 : 0;
  to.insert(to.end(), from.begin(), from.begin() + static_cast<long>(kept));
  to.push_back(absl::StrCat("  ... and ", from.size() - kept, " more ", what));
}

std::string When(SimTime time, uint64_t step, const std::string& task,
                 bool closing = false) {
  std::string text = absl::StrCat("  at ", FormatSimTime(time));
  if (closing) {
    absl::StrAppend(&text, ", after the last step (", step,
                    "), while the run was taken apart");
  } else if (step == 0) {
    absl::StrAppend(&text, ", before the first step");
  } else {
    absl::StrAppend(&text, ", step ", step);
  }
  if (!task.empty()) absl::StrAppend(&text, ", in task ", task);
  return text;
}

const TaskReport* FindTask(const RunResult& result, TaskId id) {
  for (const TaskReport& task : result.tasks) {
    if (task.id == id) return &task;
  }
  return nullptr;
}

// Who called the function in which a CO_ASSERT has stopped `task`.
Lines Callers(const RunResult& result, TaskId id) {
  Lines lines;
  const TaskReport* task = FindTask(result, id);
  if (task == nullptr || task->wait != WaitKind::kNothing) return lines;
  for (size_t i = 1; i < task->stack.size(); ++i) {
    lines.push_back(absl::StrCat("  awaited at ", task->stack[i]));
  }
  return lines;
}

// Puts a message and what belongs to it into at most `limit` lines, of which
// the message gives way.
Lines Fit(const Lines& message, const Lines& rest, size_t limit) {
  Lines lines;
  AppendUpTo(lines, message, limit - std::min(limit, rest.size()), "lines");
  Append(lines, rest);
  return lines;
}

Lines FormatFailure(const CapturedFailure& failure, const RunResult& result,
                    size_t limit) {
  Lines message = Split(failure.message);
  // ADD_FAILURE says this, and so does the failure that holds the report.
  if (!message.empty() && message.front() == "Failed") {
    message.erase(message.begin());
  }
  Lines rest;
  for (const std::string& trace : failure.scoped_traces) {
    rest.push_back(absl::StrCat("  in ", trace));
  }
  rest.push_back(
      When(failure.time, failure.step, failure.task_name, failure.closing));
  // The task that has stopped is the one whose failure came last.
  if (failure.task && result.failure.has_value() &&
      failure.step == result.failure->step) {
    AppendUpTo(rest, Callers(result, failure.task), 5, "callers");
  }
  return Fit(message, rest, limit);
}

// What the message does not say, and a newcomer may want to know.
Lines Hints(const RunResult& result) {
  switch (result.outcome) {
    case Outcome::kDeadlock: {
      const std::string circle = FormatCircle(result.tasks);
      if (circle.empty()) return {};
      return {absl::StrCat("  these wait for each other: ", circle)};
    }
    case Outcome::kStepLimit:
      return {
          "  a task runs in circles, or the limit is too low for this "
          "test: {.max_steps = ...}"};
    case Outcome::kLiveLock:
      return {
          "  a task runs in circles, or the limit is too low for this "
          "test: {.max_steps_per_instant = ...}"};
    case Outcome::kTimeLimit:
      return {
          "  a task waits for too long, or the limit is too low for this "
          "test: {.max_time = ...}"};
    default:
      return {};
  }
}

// What the run itself says, where no assertion says it.
Lines FormatRunFailure(const RunResult& result, size_t limit) {
  const RunFailure& failure = *result.failure;
  Lines rest = Hints(result);
  if (failure.exception != nullptr && !failure.site.empty()) {
    rest.push_back(absl::StrCat("  the task was spawned at ", failure.site));
  } else if (!failure.site.empty()) {
    rest.push_back(absl::StrCat("  in ", failure.site));
  }
  // Where the process has died, nobody knows but its last words.
  if (result.outcome != Outcome::kUnknown) {
    rest.push_back(When(failure.time, failure.step, failure.task_name));
  }
  return Fit(Split(failure.message), rest, limit);
}

Lines WhatFailed(const TestRun& run, size_t limit) {
  Lines last;
  const std::optional<RunFailure>& own = run.result.failure;
  if (own.has_value() && !run.stopped_by_skip &&
      (run.failures.empty() || own->exception != nullptr ||
       run.result.outcome != Outcome::kFailed)) {
    last =
        FormatRunFailure(run.result, run.failures.empty() ? limit : limit / 2);
    limit -= std::min(limit, last.size());
  }
  Lines lines;
  uint64_t shown = 0;
  for (size_t i = 0; i < run.failures.size(); ++i) {
    const CapturedFailure& failure = run.failures[i];
    // A line may have to say how many more there are.
    const size_t room =
        i + 1 == run.failure_count ? limit : limit - std::min<size_t>(limit, 1);
    Lines block = FormatFailure(failure, run.result, room);
    if (i > 0) {
      // The first one's place is printed by GoogleTest.
      block.insert(block.begin(),
                   absl::StrCat(failure.file, ":", failure.line, ": Failure"));
      if (lines.size() + block.size() > room) break;
    }
    Append(lines, block);
    shown = i + 1;
  }
  if (shown < run.failure_count) {
    lines.push_back(
        absl::StrCat("... and ", run.failure_count - shown, " more failures"));
  }
  Append(lines, last);
  return lines;
}

std::string HowItWasRun(const FailureReportInput& input) {
  std::string text = absl::StrCat("seed ", input.seed.value);
  if (input.profile) {
    absl::StrAppend(&text, " (the run that the policy learns from)");
  } else if (input.runs > 1) {
    absl::StrAppend(&text, " (run ", input.run_index + 1, " of ", input.runs,
                    ")");
  }
  return absl::StrCat(text, ", scheduler ", input.scheduler);
}

// The tasks whose events are worth a look: those that failed, and where none
// did, those that are stuck.
std::set<uint32_t> TasksInvolved(const TestRun& run) {
  std::set<uint32_t> tasks;
  for (const CapturedFailure& failure : run.failures) {
    if (failure.task) tasks.insert(failure.task.value);
  }
  if (run.result.failure.has_value() && run.result.failure->task) {
    tasks.insert(run.result.failure->task.value);
  }
  if (!tasks.empty()) return tasks;
  for (const TaskReport& task : run.result.tasks) tasks.insert(task.id.value);
  // Nobody acted and nobody is left: a fixture's destructor has failed.
  if (tasks.empty()) tasks.insert(1);
  return tasks;
}

// Who has held up the loop, which may be why something came too late.
Lines SlowSteps(const RunResult& result) {
  Lines lines;
  for (const SlowStep& slow : result.slow_steps) {
    if (lines.size() == kMaxSlowSteps) break;
    lines.push_back(absl::StrCat("slow: ", FormatSlowStep(slow)));
  }
  if (result.slow_step_count > lines.size()) {
    lines.push_back(absl::StrCat("  ... and ",
                                 result.slow_step_count - lines.size(),
                                 " more slow steps"));
  }
  return lines;
}

// What the run has told of itself: which faults it has drawn, for one.
Lines RunNotes(const RunResult& result, size_t limit) {
  Lines lines;
  AppendUpTo(lines, Split(result.notes), limit, "lines");
  return lines;
}

std::string FaultsSoFar(const FailureReportInput& input) {
  if (input.events == nullptr || input.events->faults().empty()) return "none";
  Lines faults = input.events->faults();
  const size_t all = faults.size();
  if (all <= kMaxFaultsShown) return absl::StrJoin(faults, "; ");
  faults.erase(faults.begin(), faults.end() - kMaxFaultsShown);
  return absl::StrCat(all, ", the latest: ", absl::StrJoin(faults, "; "));
}

}  // namespace

std::string FormatFailureReport(const FailureReportInput& input) {
  const TestRun& run = *input.run;
  Lines tail = SlowSteps(run.result);
  if (input.events != nullptr) {
    tail.push_back(absl::StrCat("faults so far: ", FaultsSoFar(input)));
  }
  Append(tail, input.notes);
  if (!input.trace_file.empty()) {
    tail.push_back(absl::StrCat("trace:  ", input.trace_file));
  }
  if (!input.report_file.empty()) {
    tail.push_back(absl::StrCat("report: ", input.report_file));
  }
  if (!input.rerun.empty()) {
    tail.push_back(absl::StrCat("rerun:  ", input.rerun));
  }
  if (!input.replay.empty()) {
    tail.push_back(absl::StrCat("replay: ", input.replay));
  }

  // Two lines are GoogleTest's own: the place, and "Failed". Shares of the
  // rest: the failure first, then the blocked tasks, then events.
  size_t room = kReportLines - 2 - std::min(tail.size(), kReportLines - 2);
  Lines lines = WhatFailed(run, room / 2);
  lines.push_back(HowItWasRun(input));
  room -= std::min(lines.size(), room);
  const Lines notes = RunNotes(run.result, std::min(kMaxRunNotes, room / 2));
  Append(lines, notes);
  room -= notes.size();
  const Lines blocked = FormatBlockedTasks(run.result.tasks, room / 2);
  // What came before a divergence stands in its message.
  if (input.events != nullptr && run.result.outcome != Outcome::kDiverged) {
    const size_t for_events = room - blocked.size();
    const Lines events = input.events->Last(
        TasksInvolved(run),
        std::min(kMaxEvents, for_events > 1 ? for_events - 1 : size_t{0}));
    if (!events.empty()) {
      lines.push_back(
          "last events of the tasks involved (#n is event n of the trace):");
      for (const std::string& event : events) {
        lines.push_back(absl::StrCat("  ", event));
      }
    }
  }
  Append(lines, blocked);
  Append(lines, tail);
  return absl::StrJoin(lines, "\n");
}

}  // namespace orrery
