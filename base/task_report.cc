// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/task_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace orrery {

std::string FormatWait(const TaskReport& task) {
  if (task.running) return "is running";
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
    absl::StrAppend(&text, task.running ? "\n    came past " : "\n    at ",
                    absl::StrJoin(task.stack, " <- "));
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

}  // namespace orrery
