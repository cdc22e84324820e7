// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Shrink`: from a failing run, finds a smaller one that fails in the same way.
//
// Passes, in this order: repeat the run twice, which must fail both times; drop
// what was chosen after the failure; faults; groups of draws (a message, an
// item of work) and the program's own data, which often decide how many tasks
// there are; straighten the order of steps that commute and remove deviations
// from first in, first out; lower what is drawn, latencies last; edit the list
// of choices; and look for a run with fewer deviations than the best so far, by
// trying them all, as far as a quarter of the budget goes: the others end in
// local minima.
//
// Papers: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing
// input", TSE 2002; Choi and Zeller, "Isolating failure-inducing thread
// schedules", ISSTA 2002; MacIver and Donaldson, "Test-case reduction via
// test-case generation", ECOOP 2020; Jalbert and Sen, "A trace simplification
// technique", FSE 2010; Emmi, Qadeer and Rakamaric, "Delay-bounded scheduling",
// POPL 2011.
//
// Guarantee: the result fails with the signature that was asked for. It is no
// larger than what was given, and no one deviation of it can be left out,
// unless it was cut short. It need not be the smallest there is.
//
// Deterministic: the same program, failure and budget give the same result, if
// nobody cuts it short.

#ifndef ORRERY_EXPLORER_SHRINK_H_
#define ORRERY_EXPLORER_SHRINK_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "orrery/explorer/run.h"
#include "orrery/explorer/shrink_cost.h"
#include "orrery/explorer/shrink_options.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/schedule.h"

namespace orrery {

struct ShrinkResult {
  // Follows exactly in a `ReplayScheduler`.
  Schedule schedule;
  // The same, told by what it does otherwise than the simplest run.
  Deviations deviations;
  RunReport report;
  ShrinkCost original;
  ShrinkCost cost;
  uint64_t replays = 0;
  // Cut short: by `stop`, or for lack of replays.
  bool stopped = false;
  bool out_of_replays = false;
  // The first few, one of each signature, in the order in which they came up.
  std::vector<OtherFailure> others;
};

// Shrinks `failing`, a run of the program that `run` runs. Each run comes to an
// end by itself: it is `run` that guards against a crash, with a process for
// each, and against loops.
//
// Errors:
//   kFailedPrecondition  the run does not fail in this way when its choices are
//                        made again, or not every time: the program is not
//                        deterministic
//   kResourceExhausted   the run is too long to be kept in memory
//   kCancelled           `stop` said so before anything was known
absl::StatusOr<ShrinkResult> Shrink(const RunFunction& run,
                                    const FailingRun& failing,
                                    const ShrinkOptions& options);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_H_
