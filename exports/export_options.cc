// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/export_options.h"

#include "absl/strings/str_cat.h"

namespace orrery {

absl::Status HasEvents(const Trace& trace) {
  if (trace.header.level == TraceLevel::kEvents) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      trace.name, ": it holds choices only, ", trace.schedule.choices.size(),
      " of them; to get the events, run the test with --orrery_seed=",
      trace.header.seed.value, " --orrery_scheduler=", trace.header.scheduler,
      " --orrery_trace_level=events"));
}

absl::Status OutputRefused() {
  return absl::AbortedError("the output takes no more");
}

}  // namespace orrery
