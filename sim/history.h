// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `History`: what a run has logged, and when its named tasks ended.
// Tests make their assertions about it.

#ifndef ORRERY_SIM_HISTORY_H_
#define ORRERY_SIM_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"

namespace orrery {

struct HistoryEntry {
  enum class Kind : uint8_t { kLog, kTaskEnd };

  SimTime time;
  uint64_t step = 0;
  Kind kind = Kind::kLog;
  TaskId task;
  std::string text;  // the line, or the task's name without its number

  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

// In the order in which it happened.
using History = std::vector<HistoryEntry>;

}  // namespace orrery

#endif  // ORRERY_SIM_HISTORY_H_
