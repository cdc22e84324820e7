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

namespace orrery {
namespace {

constexpr size_t kMaxCircleShown = 8;

// Tasks that wait in the same way.
struct Group {
  std::string line;  // of the first one
  size_t size = 0;
  std::string last;  // the name of the last one
};

std::vector<Group> GroupByWait(const std::vector<TaskReport>& tasks) {
  std::vector<Group> groups;
  std::map<std::string, size_t> index;
  for (const TaskReport& task : tasks) {
    // A CO_ASSERT has stopped it, which stands above.
    if (task.wait == WaitKind::kNothing) continue;
    std::string how = absl::StrCat(" ", FormatWait(task));
    if (!task.stack.empty()) {
      absl::StrAppend(&how, " at ", absl::StrJoin(task.stack, " <- "));
    }
    if (!task.awaited_by.empty()) {
      absl::StrAppend(&how, ", awaited by ",
                      absl::StrJoin(task.awaited_by, ", "));
    }
    // "client#7"
    const std::string name = task.name.substr(0, task.name.rfind('#'));
    const auto [at, is_new] =
        index.emplace(absl::StrCat(name, how), groups.size());
    if (is_new) groups.push_back({absl::StrCat("  ", task.name, how), 0, ""});
    Group& group = groups[at->second];
    ++group.size;
    group.last = task.name;
  }
  return groups;
}

}  // namespace

std::vector<std::string> FormatBlockedTasks(
    const std::vector<TaskReport>& tasks, size_t limit) {
  const std::vector<Group> groups = GroupByWait(tasks);
  if (groups.empty() || limit < 2) return {};
  size_t left = 0;
  for (const Group& group : groups) left += group.size;
  std::vector<std::string> lines = {
      absl::StrCat("tasks that are not done (", left, "):")};
  for (const Group& group : groups) {
    if (lines.size() + 1 == limit && &group != &groups.back()) {
      lines.push_back(absl::StrCat("  ... and ", left, " more tasks"));
      break;
    }
    left -= group.size;
    lines.push_back(group.line);
    if (group.size > 1) {
      absl::StrAppend(&lines.back(), " (and ", group.size - 1,
                      " more like it, up to ", group.last, ")");
    }
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
