// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Programs for tests of the explorer: a coroutine as a `RunFunction`.

#ifndef ORRERY_EXPLORER_SAMPLE_RUNS_H_
#define ORRERY_EXPLORER_SAMPLE_RUNS_H_

#include <functional>

#include "orrery/explorer/run.h"
#include "orrery/sim/task.h"

namespace orrery {

// Returns a program that runs `main` in a simulation.
RunFunction SampleRuns(Task<> (*main)());

// Two tasks that add to one number, ten each in two steps, and throw if one of
// them was lost.
Task<> LosesAnUpdate();
// The same without an error: 6 orders of what its two tasks do.
Task<> TwoTasks();
// One task that sleeps.
Task<> NoChoice();

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SAMPLE_RUNS_H_
