// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/run_result.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace orrery {

std::string FormatWait(const TaskReport& task) {
  switch (task.wait) {
    case WaitKind::kNothing:
      return "was stopped";
    case WaitKind::kSleep:
      return absl::StrCat("sleeps until ", FormatSimTime(task.due));
    default:
      break;
  }
  std::string text = absl::StrCat("waits for ", task.waits_for);
  if (!task.held_by.empty()) {
    absl::StrAppend(&text, " held by ", task.held_by);
  }
  return text;
}

std::string FormatTaskReport(const TaskReport& task) {
  std::string text = absl::StrCat(task.name, " ", FormatWait(task));
  if (!task.stack.empty()) {
    absl::StrAppend(&text, "\n    at ", absl::StrJoin(task.stack, " <- "));
  }
  if (!task.spawned_at.empty()) {
    absl::StrAppend(&text, "\n    spawned at ", task.spawned_at);
  }
  if (!task.awaited_by.empty()) {
    absl::StrAppend(&text, "\n    awaited by ",
                    absl::StrJoin(task.awaited_by, ", "));
  }
  return text;
}

std::string FormatRunResult(const RunResult& result) {
  std::string text =
      absl::StrCat(OutcomeName(result.outcome), " after ",
                   FormatSimTime(SimTime(ToNanoseconds(result.elapsed))),
                   " and ", result.steps, " steps");
  if (result.failure.has_value()) {
    absl::StrAppend(&text, ": ", result.failure->message);
  }
  for (const TaskReport& task : result.tasks) {
    absl::StrAppend(&text, "\n  ", FormatTaskReport(task));
  }
  return text;
}

}  // namespace orrery
