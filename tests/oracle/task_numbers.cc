// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/oracle/task_numbers.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace orrery::oracle {

size_t TaskNumbers::Of(TaskId task) const {
  const auto found = std::lower_bound(tasks_.begin(), tasks_.end(), task);
  return found != tasks_.end() && *found == task ? found - tasks_.begin() : 0;
}

std::string TaskNumbers::Unfinished() const {
  std::vector<size_t> unfinished;
  for (size_t number = 1; number < tasks_.size(); ++number) {
    if (!is_over_[number]) unfinished.push_back(number);
  }
  return absl::StrCat("[", absl::StrJoin(unfinished, ", "), "]");
}

void TaskNumbers::OnEvent(const TraceEvent& event) {
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    if (spawned->kind != EntityKind::kTask) return;
    tasks_.push_back(spawned->id);
    is_over_.push_back(false);
  } else if (std::holds_alternative<event::Finished>(event.what)) {
    const auto found =
        std::lower_bound(tasks_.begin(), tasks_.end(), event.task);
    if (found != tasks_.end() && *found == event.task) {
      is_over_[found - tasks_.begin()] = true;
    }
  }
}

}  // namespace orrery::oracle
