// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/blocked_tasks.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "orrery/base/task_tree.h"

namespace orrery {
namespace {

constexpr size_t kMaxCircleShown = 8;

}  // namespace

std::vector<std::string> FormatBlockedTasks(
    const std::vector<TaskReport>& tasks, size_t limit) {
  std::vector<TaskReport> blocked;
  for (const TaskReport& task : tasks) {
    // What a CO_ASSERT has stopped stands above.
    if (task.wait != WaitKind::kNothing) blocked.push_back(task);
  }
  if (blocked.empty() || limit < 2) return {};
  std::vector<std::string> lines = {
      absl::StrCat("tasks that are not done (", blocked.size(), "):")};
  for (const std::string& line : FormatTaskTree(blocked, limit - 1)) {
    lines.push_back(absl::StrCat("  ", line));
  }
  return lines;
}

std::string FormatCircle(const std::vector<TaskReport>& tasks) {
  std::map<std::string, std::string> waits_for;
  for (const TaskReport& task : tasks) {
    absl::string_view other = task.waits_for;
    if (!task.held_by.empty()) {
      waits_for[task.name] = task.held_by;
    } else if (task.wait == WaitKind::kJoin &&
               absl::ConsumePrefix(&other, "task ")) {
      waits_for[task.name] = std::string(other);
    }
  }
  std::set<std::string> seen;
  for (const TaskReport& task : tasks) {
    std::vector<std::string> path;
    std::string at = task.name;
    while (seen.insert(at).second) {
      path.push_back(at);
      const auto next = waits_for.find(at);
      if (next == waits_for.end()) break;
      at = next->second;
    }
    auto begin = std::find(path.begin(), path.end(), at);
    // The last one of a path that leads nowhere is itself in the path.
    if (begin == path.end() || waits_for.count(path.back()) == 0) continue;
    path.erase(path.begin(), begin);
    path.push_back(at);
    if (path.size() > kMaxCircleShown) {
      const size_t more = path.size() - kMaxCircleShown;
      path.resize(kMaxCircleShown - 1);
      path.push_back(absl::StrCat("(", more, " more)"));
      path.push_back(at);
    }
    return absl::StrJoin(path, " -> ");
  }
  return "";
}

}  // namespace orrery
