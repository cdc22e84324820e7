// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/task_tree.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace orrery {
namespace {

// Deeper ones are drawn at this depth: a chain of thousands stays readable, and
// its text does not grow with the square of its length.
constexpr size_t kMaxDepth = 32;

class Tree {
 public:
  explicit Tree(absl::Span<const TaskReport> tasks)
      : tasks_(tasks),
        awaits_(tasks.size()),
        is_awaited_(tasks.size(), false),
        shown_(tasks.size(), false) {
    absl::flat_hash_map<absl::string_view, size_t> by_name;
    for (size_t i = 0; i < tasks.size(); ++i) by_name[tasks[i].name] = i;
    auto connect = [&](absl::string_view waiter, absl::string_view other) {
      const auto from = by_name.find(waiter);
      const auto to = by_name.find(other);
      if (from == by_name.end() || to == by_name.end()) return;
      std::vector<size_t>& others = awaits_[from->second];
      // It may await one twice, or one that also holds what it wants.
      if (!others.empty() && others.back() == to->second) return;
      others.push_back(to->second);
      is_awaited_[to->second] = true;
    };
    for (const TaskReport& task : tasks) {
      for (const std::string& waiter : task.awaited_by) {
        connect(waiter, task.name);
      }
    }
    for (const TaskReport& task : tasks) {
      if (!task.held_by.empty()) connect(task.name, task.held_by);
    }
  }

  std::vector<std::string> Lines() {
    std::vector<size_t> roots;
    for (size_t i = 0; i < tasks_.size(); ++i) {
      if (!is_awaited_[i]) roots.push_back(i);
    }
    Show(roots);
    // What is left are circles, and what hangs on them.
    for (size_t i = 0; i < tasks_.size(); ++i) {
      if (!shown_[i]) Show({i});
    }
    return std::move(lines_);
  }

 private:
  // Neighbors that wait in the same way.
  struct Group {
    size_t depth = 0;
    std::vector<size_t> members;
  };

  // Appends the lines of `roots` and of all below them. Keeps a stack of its
  // own: a chain of tasks may be longer than the program's.
  void Show(const std::vector<size_t>& roots) {
    PushGroups(roots, 0);
    while (!pending_.empty()) {
      Group group = std::move(pending_.back());
      pending_.pop_back();
      std::string line(2 * std::min(group.depth, kMaxDepth), ' ');
      const size_t named = group.members.front();
      // Some may have come up below a neighbor meanwhile.
      std::erase_if(group.members, [&](size_t i) { return shown_[i]; });
      if (group.members.empty()) {
        lines_.push_back(absl::StrCat(line, tasks_[named].name, ", see above"));
        continue;
      }
      const size_t first = group.members.front();
      absl::StrAppend(&line, tasks_[first].name, How(tasks_[first]));
      if (group.members.size() > 1) {
        absl::StrAppend(&line, " (and ", group.members.size() - 1,
                        " more like it, up to ",
                        tasks_[group.members.back()].name, ")");
      }
      lines_.push_back(std::move(line));
      for (size_t i : group.members) shown_[i] = true;
      PushGroups(awaits_[first], group.depth + 1);
    }
  }

  // Makes groups of `siblings` and pushes them, so that the first comes next.
  void PushGroups(const std::vector<size_t>& siblings, size_t depth) {
    const size_t begin = pending_.size();
    absl::flat_hash_map<std::string, size_t> index;
    for (size_t i : siblings) {
      const auto [at, is_new] = index.emplace(Key(i), pending_.size());
      if (is_new) pending_.push_back({depth, {}});
      pending_[at->second].members.push_back(i);
    }
    std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(begin),
                 pending_.end());
  }

  // Returns what those have in common that share a line.
  std::string Key(size_t i) const {
    // What stands above already is not mixed with what does not.
    if (shown_[i]) return absl::StrCat("#", i);
    const absl::string_view name = tasks_[i].name;  // "client#7"
    return absl::StrCat(name.substr(0, name.rfind('#')), How(tasks_[i]), "\n",
                        absl::StrJoin(awaits_[i], ","));
  }

  static std::string How(const TaskReport& task) {
    std::string how = absl::StrCat(" ", FormatWait(task));
    if (!task.stack.empty()) {
      absl::StrAppend(&how, task.running ? ", came past " : " at ",
                      absl::StrJoin(task.stack, " <- "));
    } else if (!task.spawned_at.empty()) {
      absl::StrAppend(&how, ", spawned at ", task.spawned_at);
    }
    return how;
  }

  absl::Span<const TaskReport> tasks_;
  std::vector<std::vector<size_t>> awaits_;  // by task: whom it waits for
  std::vector<bool> is_awaited_;
  std::vector<bool> shown_;
  std::vector<Group> pending_;  // the next one is the last
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> FormatTaskTree(absl::Span<const TaskReport> tasks,
                                        size_t limit) {
  std::vector<std::string> lines = Tree(tasks).Lines();
  if (lines.size() > limit) {
    const size_t kept = limit > 0 ? limit - 1 : 0;
    const size_t left = lines.size() - kept;
    lines.resize(kept);
    if (limit > 0)
      lines.push_back(absl::StrCat("... and ", left, " more lines"));
  }
  return lines;
}

}  // namespace orrery
