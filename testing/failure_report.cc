// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/failure_report.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using Lines = std::vector<std::string>;

Lines Split(const std::string& text) {
  Lines lines = absl::StrSplit(text, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// Appends at most `limit` of `from`; says how many were left out.
void AppendUpTo(Lines& to, const Lines& from, size_t limit,
                absl::string_view what) {
  if (from.size() <= limit) {
    to.insert(to.end(), from.begin(), from.end());
    return;
  }
  const size_t kept = limit > 0 ? limit - 1 : 0;
  to.insert(to.end(), from.begin(), from.begin() + static_cast<long>(kept));
  to.push_back(absl::StrCat("  ... ", from.size() - kept, " more ", what));
}

std::string Where(const FailureReportInput& input, SimTime time, uint64_t step,
                  const std::string& task) {
  return absl::StrCat(
      "[t=", FormatSimTime(time), " step=", step,
      task.empty() ? "" : absl::StrCat(" task=", task),
      " seed=", input.seed.value,
      input.runs > 1 ? absl::StrCat(" run ", input.run + 1, " of ", input.runs)
                     : "",
      " scheduler=", input.scheduler, "]");
}

Lines WhatFailed(const FailureReportInput& input) {
  Lines lines;
  const std::vector<CapturedFailure>& failures = *input.failures;
  for (size_t i = 0; i < failures.size(); ++i) {
    const CapturedFailure& failure = failures[i];
    if (i > 0) {
      // The first one's place is printed by GoogleTest.
      lines.push_back(
          absl::StrCat(failure.file, ":", failure.line, ": Failure"));
    }
    Lines message = Split(failure.message);
    // ADD_FAILURE says this, and so does the failure that holds the report.
    if (!message.empty() && message.front() == "Failed") {
      message.erase(message.begin());
    }
    lines.insert(lines.end(), message.begin(), message.end());
    for (const std::string& trace : failure.scoped_traces) {
      lines.push_back(absl::StrCat("  in ", trace));
    }
    lines.push_back(
        Where(input, failure.time, failure.step, failure.task_name));
  }
  const std::optional<RunFailure>& failure = input.result->failure;
  if (failure.has_value() &&
      (failures.empty() || input.result->outcome != Outcome::kFailed)) {
    const Lines message = Split(failure->message);
    lines.insert(lines.end(), message.begin(), message.end());
    lines.push_back(
        Where(input, failure->time, failure->step, failure->task_name));
  }
  return lines;
}

// The tasks whose events are worth a look: those that failed, and where none
// did, those that are stuck.
std::set<uint32_t> TasksInvolved(const FailureReportInput& input) {
  std::set<uint32_t> tasks;
  for (const CapturedFailure& failure : *input.failures) {
    if (failure.task) tasks.insert(failure.task.value);
  }
  if (input.result->failure.has_value() && input.result->failure->task) {
    tasks.insert(input.result->failure->task.value);
  }
  if (tasks.empty()) {
    for (const TaskReport& task : input.result->tasks) {
      tasks.insert(task.id.value);
    }
  }
  // What a task has started or waited for is likely to have had a part in it.
  if (input.trace != nullptr) {
    for (const TraceEvent& event : input.trace->events) {
      if (tasks.count(event.task.value) == 0) continue;
      if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
        tasks.insert(spawned->id.value);
      } else if (const auto* suspended =
                     std::get_if<event::Suspended>(&event.what);
                 suspended != nullptr && suspended->wait == WaitKind::kJoin) {
        tasks.insert(suspended->object);
      }
    }
  }
  return tasks;
}

Lines LastEvents(const FailureReportInput& input, size_t count) {
  if (input.trace == nullptr) return {};
  const std::set<uint32_t> tasks = TasksInvolved(input);
  TraceNames names;
  Lines lines;
  for (size_t i = 0; i < input.trace->events.size(); ++i) {
    const TraceEvent& event = input.trace->events[i];
    names.Learn(event);
    // The failure itself is printed above; that a task runs shows in what it
    // then does, and where it stood before that in what it touches.
    const auto* suspended = std::get_if<event::Suspended>(&event.what);
    if (tasks.count(event.task.value) == 0 ||
        std::holds_alternative<event::Failed>(event.what) ||
        std::holds_alternative<event::Resumed>(event.what) ||
        (suspended != nullptr && suspended->wait == WaitKind::kTurn &&
         suspended->object != 0)) {
      continue;
    }
    lines.push_back(absl::StrCat("  ", FormatEvent(i, event, names)));
  }
  if (lines.size() > count) {
    lines.erase(lines.begin(), lines.end() - static_cast<long>(count));
  }
  return lines;
}

Lines BlockedTasks(const RunResult& result) {
  Lines lines;
  for (const TaskReport& task : result.tasks) {
    if (task.wait == WaitKind::kNothing) continue;
    std::string line = absl::StrCat("  ", task.name, " ", FormatWait(task));
    if (!task.stack.empty()) {
      absl::StrAppend(&line, " at ", absl::StrJoin(task.stack, " <- "));
    }
    if (!task.awaited_by.empty()) {
      absl::StrAppend(&line, ", awaited by ",
                      absl::StrJoin(task.awaited_by, ", "));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines Faults(const FailureReportInput& input) {
  Lines lines;
  if (input.trace == nullptr) return lines;
  for (const TraceEvent& event : input.trace->events) {
    if (const auto* fault = std::get_if<event::Faulted>(&event.what)) {
      lines.push_back(
          absl::StrCat(fault->what, " at ", FormatSimTime(event.time)));
    }
  }
  return lines;
}

}  // namespace

std::string FormatFailureReport(const FailureReportInput& input) {
  Lines tail;
  const Lines faults = Faults(input);
  tail.push_back(
      absl::StrCat("faults so far: ",
                   faults.empty() ? "none" : absl::StrJoin(faults, "; ")));
  for (const std::string& note : input.notes) tail.push_back(note);
  if (!input.trace_file.empty()) {
    tail.push_back(absl::StrCat("trace:  ", input.trace_file));
  }
  tail.push_back(absl::StrCat("rerun:  ", input.rerun));
  if (!input.replay.empty()) {
    tail.push_back(absl::StrCat("replay: ", input.replay));
  }

  // One line is GoogleTest's own. Shares of the rest: the failure first, then
  // the blocked tasks, then events.
  size_t room = kReportLines - 1 - tail.size();
  Lines lines;
  AppendUpTo(lines, WhatFailed(input), room / 2, "lines");
  room -= lines.size();
  const Lines blocked = BlockedTasks(*input.result);
  const size_t for_blocked =
      blocked.empty() ? 0 : std::min(blocked.size() + 1, room / 2);
  const Lines events = LastEvents(
      input, std::min<size_t>(
                 12, room - for_blocked > 1 ? room - for_blocked - 1 : 0));
  if (!events.empty()) {
    lines.push_back(
        absl::StrCat("last ", events.size(), " events of the tasks involved:"));
    lines.insert(lines.end(), events.begin(), events.end());
  }
  if (for_blocked > 1) {
    lines.push_back(
        absl::StrCat("tasks that are not done (", blocked.size(), "):"));
    AppendUpTo(lines, blocked, for_blocked - 1, "tasks");
  }
  lines.insert(lines.end(), tail.begin(), tail.end());
  return absl::StrJoin(lines, "\n");
}

namespace {

// Puts `word` into quotes if a shell would take it apart.
std::string Quote(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr("_-./=:@%+,", c) != nullptr;
  });
  if (plain && !word.empty()) return word;
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string Environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// "//bank:transfer_test" -> "bank/transfer_test"; "" if it is no such label.
std::string TargetPath(absl::string_view target) {
  const size_t slashes = target.find("//");
  if (slashes == absl::string_view::npos) return "";
  return absl::StrReplaceAll(absl::StripPrefix(target.substr(slashes + 2), ":"),
                             {{":", "/"}});
}

}  // namespace

std::string RerunCommand(const std::string& full_test_name, Seed seed,
                         const std::optional<std::string>& scheduler) {
  const std::string target = Environment("TEST_TARGET");
  if (target.empty()) {
    std::string command =
        absl::StrCat(Quote(CommandLine().front()), " ",
                     Quote(absl::StrCat("--gtest_filter=", full_test_name)),
                     " --orrery_seed=", seed.value);
    if (scheduler.has_value()) {
      absl::StrAppend(&command, " ",
                      Quote(absl::StrCat("--orrery_scheduler=", *scheduler)));
    }
    return command;
  }
  std::string command =
      absl::StrCat("bazel test ", Quote(target), " ",
                   Quote(absl::StrCat("--test_filter=", full_test_name)),
                   " --test_env=ORRERY_SEED=", seed.value);
  if (scheduler.has_value()) {
    absl::StrAppend(
        &command, " ",
        Quote(absl::StrCat("--test_env=ORRERY_SCHEDULER=", *scheduler)));
  }
  absl::StrAppend(&command,
                  " --test_sharding_strategy=disabled --test_output=all");
  return command;
}

std::string ReplayCommand(const std::string& full_test_name,
                          const std::string& trace_file) {
  const std::string filter =
      Quote(absl::StrCat("--gtest_filter=", full_test_name));
  const std::string target = Environment("TEST_TARGET");
  const std::string path = TargetPath(target);
  const std::string outputs = Environment("TEST_UNDECLARED_OUTPUTS_DIR");
  if (path.empty() || outputs.empty() ||
      !absl::StartsWith(trace_file, outputs)) {
    return absl::StrCat(Quote(path.empty() ? CommandLine().front()
                                           : absl::StrCat("bazel-bin/", path)),
                        " ", filter, " ",
                        Quote(absl::StrCat("--orrery_replay=", trace_file)));
  }
  // Bazel keeps what a test leaves behind, in an archive beside the test's log.
  std::string logs = absl::StrCat("bazel-testlogs/", path);
  const std::string shards = Environment("TEST_TOTAL_SHARDS");
  if (!shards.empty() && shards != "0") {
    int index = 0;
    if (!absl::SimpleAtoi(Environment("TEST_SHARD_INDEX"), &index)) index = 0;
    absl::StrAppend(&logs, "/shard_", index + 1, "_of_", shards);
  }
  const std::string name(absl::StripPrefix(
      absl::string_view(trace_file).substr(outputs.size()), "/"));
  return absl::StrCat(
      "unzip -oq ", Quote(logs + "/test.outputs/outputs.zip"), " -d ",
      Quote(logs + "/traces"), " && ", Quote("bazel-bin/" + path), " ", filter,
      " ", Quote(absl::StrCat("--orrery_replay=", logs, "/traces/", name)));
}

}  // namespace orrery
