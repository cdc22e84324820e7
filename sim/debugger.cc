// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/debugger.h"

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/task_report.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constexpr uint64_t kNone = ~uint64_t{0};
constexpr absl::string_view kNoSimulation = "this thread is in no simulation\n";
// Tasks that wait for tasks that wait for the one in question: so many of them.
constexpr size_t kMaxAwaiting = 100;

constinit thread_local DebuggedRun* debugged = nullptr;

// Keeps `text` for the debugger to read.
const char* Keep(std::string text) {
  static auto* const kept = new std::string;
  *kept = std::move(text);
  return kept->c_str();
}

const TaskReport* Find(const std::vector<TaskReport>& tasks, TaskId id) {
  for (const TaskReport& task : tasks) {
    if (task.id == id) return &task;
  }
  return nullptr;
}

const TaskReport* Find(const std::vector<TaskReport>& tasks,
                       absl::string_view name) {
  for (const TaskReport& task : tasks) {
    if (task.name == name) return &task;
  }
  return nullptr;
}

std::string FormatStack(const TaskReport& task) {
  std::string text = absl::StrCat(task.name, " ", FormatWait(task), "\n");
  if (task.stack.empty()) {
    absl::StrAppend(
        &text, task.running ? "  in its first step\n" : "  has not begun\n");
  }
  for (size_t i = 0; i < task.stack.size(); ++i) {
    absl::StrAppend(&text, "  ", i, "  ",
                    task.running && i == 0 ? "came past " : "", task.stack[i],
                    "\n");
  }
  if (!task.spawned_at.empty()) {
    absl::StrAppend(&text, "  spawned at ", task.spawned_at, "\n");
  }
  return text;
}

std::string Where(const Simulation& simulation) {
  std::string text;
  if (debugged != nullptr && debugged->event() != kNone) {
    absl::StrAppend(&text, debugged->Describe(), "\n");
  } else {
    absl::StrAppend(&text,
                    "the number of the event is not known: none was asked for "
                    "(ORRERY_BREAK)\n");
  }
  const std::string task = simulation.CurrentTaskName();
  absl::StrAppend(&text, "at ", FormatSimTime(simulation.now()), ", step ",
                  simulation.steps(), ", in ",
                  task.empty() ? "the event loop" : task, "\n");
  return text;
}

std::string Tasks(const Simulation& simulation) {
  std::string text;
  for (const TaskReport& task : simulation.ReportTasks()) {
    absl::StrAppend(&text, task.running ? "* " : "  ", task.name, " ",
                    FormatWait(task));
    if (!task.stack.empty()) {
      absl::StrAppend(&text, task.running ? ", came past " : " at ",
                      task.stack.front());
    }
    absl::StrAppend(&text, "\n");
  }
  return text.empty() ? "all tasks are over\n" : text;
}

// The task's own stack, then the stacks of those that wait for its end.
std::string Backtrace(const Simulation& simulation, TaskId id) {
  const std::vector<TaskReport> tasks = simulation.ReportTasks();
  const TaskReport* first = Find(tasks, id);
  if (first == nullptr) {
    return absl::StrCat("there is no task #", id.value,
                        " that is not over; orrery-tasks lists them\n");
  }
  std::string text;
  std::set<TaskId> shown = {id};
  std::vector<const TaskReport*> next = {first};
  for (size_t i = 0; i < next.size(); ++i) {
    const TaskReport& task = *next[i];
    absl::StrAppend(&text, i == 0 ? "" : "awaited by ", FormatStack(task));
    for (const std::string& name : task.awaited_by) {
      const TaskReport* by = Find(tasks, name);
      if (by == nullptr || next.size() == kMaxAwaiting) continue;
      if (shown.insert(by->id).second) next.push_back(by);
    }
  }
  return text;
}

}  // namespace

DebuggedRun* SetDebuggedRun(DebuggedRun* run) {
  return std::exchange(debugged, run);
}

void LinkDebugger() {
  const void* const functions[] = {
      reinterpret_cast<const void*>(&orrery_break_here),
      reinterpret_cast<const void*>(&orrery_debug_where),
      reinterpret_cast<const void*>(&orrery_debug_tasks),
      reinterpret_cast<const void*>(&orrery_debug_backtrace),
      reinterpret_cast<const void*>(&orrery_debug_event),
      reinterpret_cast<const void*>(&orrery_debug_stop_at)};
  asm volatile("" : : "r"(functions) : "memory");
}

}  // namespace orrery

using orrery::Simulation;

// `used`: nobody here calls them.
#define ORRERY_FOR_DEBUGGERS [[gnu::noinline, gnu::used]]

// What stands in it keeps the calls apart from others of functions that do
// nothing either.
ORRERY_FOR_DEBUGGERS void orrery_break_here() {
  asm volatile("" : : : "memory");
}

ORRERY_FOR_DEBUGGERS const char* orrery_debug_where() {
  const Simulation* simulation = Simulation::CurrentOrNull();
  return orrery::Keep(simulation != nullptr
                          ? orrery::Where(*simulation)
                          : std::string(orrery::kNoSimulation));
}

ORRERY_FOR_DEBUGGERS const char* orrery_debug_tasks() {
  const Simulation* simulation = Simulation::CurrentOrNull();
  return orrery::Keep(simulation != nullptr
                          ? orrery::Tasks(*simulation)
                          : std::string(orrery::kNoSimulation));
}

ORRERY_FOR_DEBUGGERS const char* orrery_debug_backtrace(uint32_t task) {
  const Simulation* simulation = Simulation::CurrentOrNull();
  return orrery::Keep(simulation != nullptr
                          ? orrery::Backtrace(*simulation, orrery::TaskId(task))
                          : std::string(orrery::kNoSimulation));
}

ORRERY_FOR_DEBUGGERS uint64_t orrery_debug_event() {
  return orrery::debugged != nullptr ? orrery::debugged->event()
                                     : orrery::kNone;
}

ORRERY_FOR_DEBUGGERS int orrery_debug_stop_at(uint64_t event) {
  if (orrery::debugged == nullptr) return 0;
  const uint64_t now = orrery::debugged->event();
  if (now != orrery::kNone && event <= now) return 0;
  orrery::debugged->StopAt(event);
  return 1;
}
