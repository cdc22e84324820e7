// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Makes "replay:FILE" known to `MakeScheduler`: the choices of a trace as a
// policy. A program need only depend on this target.
//
// It follows the choices and nothing else: it does not choose the test and the
// seed that the trace was recorded with, nor compare events. `replay_checker.h`
// does, and the flag --orrery_replay does all of it.

#ifndef ORRERY_TRACES_REPLAY_SPEC_H_
#define ORRERY_TRACES_REPLAY_SPEC_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Returns a policy that follows the choices of the trace at `path`. One that
// ends early, as a process that died leaves it, counts as far as it goes.
//
// Errors:
//   kInvalidArgument  no path, or no trace can be read there; the message says
//                     why
absl::StatusOr<std::unique_ptr<Scheduler>> OpenReplay(absl::string_view path);

}  // namespace orrery

#endif  // ORRERY_TRACES_REPLAY_SPEC_H_
