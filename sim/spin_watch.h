// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SpinWatch`: counts who takes the last steps before a run is given up as a
// live-lock: many steps, and the clock does not move.

#ifndef ORRERY_SIM_SPIN_WATCH_H_
#define ORRERY_SIM_SPIN_WATCH_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/task_state.h"

namespace orrery {

class SpinWatch {
 public:
  // So many steps are counted.
  static constexpr uint64_t kSteps = 1000;

  // Notes that `next` takes the next step.
  void Note(const Runnable& next);

  // Returns a line for each that took part, those with the most steps first:
  // "  client#2 took 500 of the last 1000 steps, at bank.cc:41 Retry". `place`
  // returns where a task stands, or "" if it is over.
  std::string Describe(absl::FunctionRef<std::string(TaskId)> place) const;

 private:
  // The tasks that come from one place, or the callbacks that were posted
  // there.
  struct Group {
    const SpawnOrigin* origin = nullptr;  // null: callbacks
    SourceSite site;
    std::set<uint32_t> numbers;
    uint64_t steps = 0;
  };

  std::string Who(const Group& group,
                  absl::FunctionRef<std::string(TaskId)> place) const;

  std::vector<Group> groups_;
  uint64_t steps_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SPIN_WATCH_H_
