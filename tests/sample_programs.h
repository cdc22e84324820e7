// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Programs with much that a schedule can change, for the tests of determinism
// and of replay.

#ifndef ORRERY_TESTS_SAMPLE_PROGRAMS_H_
#define ORRERY_TESTS_SAMPLE_PROGRAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/digest.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/task.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

// Ten tasks that sleep for random times, yield, lock and pass items around.
Task<> MixedProgram();

// Two tasks add to a cell without a lock; throws if an update was lost.
Task<> RacyProgram();
// The same, edited: one more access.
Task<> EditedRacyProgram();
// The same, with one more line logged.
Task<> TalkativeRacyProgram();

struct SampleProgram {
  std::string name;
  Task<> (*main)();
};

// The programs of the tutorial and `MixedProgram`.
std::vector<SampleProgram> SamplePrograms();

// Runs `main` under `scheduler` and records it with `writer`, which is begun
// here, and not finished.
RunResult RunRecorded(Task<> (*main)(), Scheduler& scheduler, Seed seed,
                      TraceLevel level, TraceWriter& writer);

// Runs `main` under the random policy with the seeds from 1 to `seeds`, and
// returns a digest of how each run ended, how long it was, and of both of its
// own digests.
Digest DigestOfRuns(Task<> (*main)(), uint64_t seeds);

}  // namespace orrery

#endif  // ORRERY_TESTS_SAMPLE_PROGRAMS_H_
