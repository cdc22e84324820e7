// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunFunction`: a program that can be run again and again, each time from a
// clean start, and what one run of it came to. Whatever explores, checks or
// shrinks works on these, and knows nothing of tests.

#ifndef ORRERY_EXPLORER_RUN_H_
#define ORRERY_EXPLORER_RUN_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// What is asked of one run.
struct RunRequest {
  Seed seed;
  uint64_t index = 0;  // which run of the campaign, from 0
  // The run is for the policy to learn from (see `Scheduler::NeedsProfile`).
  bool profile = false;
  Scheduler* scheduler = nullptr;  // never null; outlives the run
  TraceSink* trace = nullptr;      // null: nothing is recorded
};

// What a run came to.
struct RunReport {
  Outcome outcome = Outcome::kUnknown;
  bool failed = false;
  // What identifies the failure among others; the same whenever the same thing
  // goes wrong, whatever led to it (see signature.h). Empty unless `failed`.
  std::string signature;
  // What went wrong, as a person is told. Empty unless `failed`.
  std::string message;
  absl::Duration elapsed;  // simulated
  uint64_t steps = 0;
  uint64_t choices = 0;
  DigestPair digests;
  // For whoever made the function: carried from the process of the run to that
  // of the caller, and looked at by nobody else.
  std::string payload;
  // Which properties of the program it has come by
  // (`PropertyCoverage::Encode`).
  std::string coverage;
};

// Runs the program once. It must not touch what a later run could notice.
using RunFunction = std::function<RunReport(const RunRequest&)>;

}  // namespace orrery

#endif  // ORRERY_EXPLORER_RUN_H_
