// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What `Shrink` is given, and the failures of another kind that it meets.

#ifndef ORRERY_EXPLORER_SHRINK_OPTIONS_H_
#define ORRERY_EXPLORER_SHRINK_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "orrery/base/seed.h"
#include "orrery/explorer/run.h"
#include "orrery/scheduler/schedule.h"

namespace orrery {

// The run that is to be made smaller.
struct FailingRun {
  Seed seed;
  uint64_t index = 0;  // which run of its campaign it was
  Schedule schedule = {};
  std::string signature = {};  // of the failure; empty: whatever comes of it
};

// A failure of another kind that was met on the way.
struct OtherFailure {
  std::string signature;
  std::string message;
  Schedule schedule;
};

struct ShrinkOptions {
  // How often the program may be run.
  uint64_t max_replays = 1000;
  // Asked before each run: true means that it is enough. The best so far is
  // returned. This is where a limit in real time goes, and Ctrl-C.
  std::function<bool()> stop = {};
  // Told of each run that is smaller than all before.
  std::function<void(const Schedule&, const RunReport&)> on_smaller = {};
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_OPTIONS_H_
