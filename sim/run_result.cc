// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/run_result.h"

#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "orrery/base/task_tree.h"

namespace orrery {

std::string FormatRunResult(const RunResult& result) {
  std::string text =
      absl::StrCat(OutcomeName(result.outcome), " after ",
                   FormatSimTime(SimTime(ToNanoseconds(result.elapsed))),
                   " and ", result.steps, " steps");
  if (result.failure.has_value()) {
    absl::StrAppend(&text, ": ", result.failure->message);
  }
  for (const std::string& line :
       FormatTaskTree(result.tasks, std::numeric_limits<size_t>::max())) {
    absl::StrAppend(&text, "\n  ", line);
  }
  for (const SlowStep& slow : result.slow_steps) {
    absl::StrAppend(&text, "\n  ", FormatSlowStep(slow));
  }
  if (result.slow_step_count > result.slow_steps.size()) {
    absl::StrAppend(&text, "\n  ... and ",
                    result.slow_step_count - result.slow_steps.size(),
                    " more slow steps");
  }
  return text;
}

}  // namespace orrery
