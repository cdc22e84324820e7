// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SlowStep`: a step in which much simulated time passed, so that the whole
// loop stood still and everybody else was late. What asyncio's debug mode says
// of a slow callback.

#ifndef ORRERY_SIM_SLOW_STEP_H_
#define ORRERY_SIM_SLOW_STEP_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"

namespace orrery {

struct SlowStep {
  SimTime begin;          // when time began to pass in it
  absl::Duration passed;  // in the step as a whole
  uint64_t step = 0;
  TaskId task;            // a callback has a number too
  std::string task_name;  // "client#7"
  std::string site;       // where most of it passed: "report.cc:41 Render"
};

// Returns "report#3 held up everybody for 5.000s, at report.cc:41 Render (from
// 1.000s on, step 12)".
std::string FormatSlowStep(const SlowStep& slow);

}  // namespace orrery

#endif  // ORRERY_SIM_SLOW_STEP_H_
