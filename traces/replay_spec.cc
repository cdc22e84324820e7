// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/replay_spec.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

[[maybe_unused]] const bool registered =
    (RegisterScheduler("replay", OpenReplay), true);

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> OpenReplay(absl::string_view path) {
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "a file is missing: \"replay:FILE\" follows the choices of the trace "
        "in FILE");
  }
  absl::StatusOr<Trace> trace =
      ReadTrace(std::string(path), {.allow_incomplete = true});
  if (!trace.ok()) {
    return absl::InvalidArgumentError(trace.status().message());
  }
  return std::make_unique<ReplayScheduler>(std::move(trace->schedule),
                                           absl::StrCat("replay:", path));
}

}  // namespace orrery
