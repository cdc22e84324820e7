// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/scoped_trace.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

struct Entry {
  uint64_t key;
  const Simulation* simulation;  // a test may run one within another
  TaskId task;
  std::string text;
};

// In the order in which they were made. Few live at a time.
thread_local std::vector<Entry> entries;
thread_local uint64_t last_key = 0;

}  // namespace

ScopedTaskTrace::ScopedTaskTrace(absl::string_view message, SourceSite site)
    : key_(++last_key) {
  const Simulation& simulation = Simulation::Current("SIM_SCOPED_TRACE");
  entries.push_back({key_, &simulation, simulation.current_task_id(),
                     absl::StrCat(FormatSite(site), ": ", message)});
}

ScopedTaskTrace::~ScopedTaskTrace() {
  for (size_t i = entries.size(); i > 0; --i) {
    if (entries[i - 1].key != key_) continue;
    entries.erase(entries.begin() + static_cast<ptrdiff_t>(i - 1));
    return;
  }
}

std::vector<std::string> ScopedTracesOf(TaskId task) {
  const Simulation* simulation = Simulation::CurrentOrNull();
  std::vector<std::string> texts;
  for (size_t i = entries.size(); i > 0; --i) {
    const Entry& entry = entries[i - 1];
    if (entry.simulation == simulation && entry.task == task) {
      texts.push_back(entry.text);
    }
  }
  return texts;
}

}  // namespace orrery
