// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/slow_step.h"

#include "absl/strings/str_cat.h"

namespace orrery {

std::string FormatSlowStep(const SlowStep& slow) {
  return absl::StrCat(slow.task_name, " held up everybody for ",
                      FormatSimTime(SimTime(ToNanoseconds(slow.passed))),
                      ", at ", slow.site, " (from ", FormatSimTime(slow.begin),
                      " on, step ", slow.step, ")");
}

}  // namespace orrery
