// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/dump_tasks.h"

#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/task_report.h"
#include "orrery/base/task_tree.h"
#include "orrery/sim/simulation.h"

namespace orrery {

std::string DumpTasks(size_t limit) {
  const Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr) return "this thread is in no simulation\n";
  const std::string now = FormatSimTime(simulation->now());
  const std::vector<TaskReport> tasks = simulation->ReportTasks();
  if (tasks.empty()) return absl::StrCat("all tasks are over at ", now, "\n");
  std::string text =
      tasks.size() == 1
          ? absl::StrCat("1 task is not over at ", now, ":\n")
          : absl::StrCat(tasks.size(), " tasks are not over at ", now,
                         ", and below each those it waits for:\n");
  for (const std::string& line : FormatTaskTree(tasks, limit)) {
    absl::StrAppend(&text, "  ", line, "\n");
  }
  return text;
}

[[gnu::used]] void PrintTasks() {
  const std::string text = DumpTasks();
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace orrery
