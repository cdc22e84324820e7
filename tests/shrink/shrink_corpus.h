// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How well `Shrink` does on a program of the corpus.

#ifndef ORRERY_TESTS_SHRINK_SHRINK_CORPUS_H_
#define ORRERY_TESTS_SHRINK_SHRINK_CORPUS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "orrery/explorer/run.h"
#include "orrery/explorer/shrink.h"
#include "orrery/tests/corpus/corpus.h"

namespace orrery {

// Returns the program with its bug as something to be run.
RunFunction BuggyRuns(const corpus::Program& program);

// Returns the first `count` failing runs of a random walk, with the seeds from
// 1 on; fewer if `max_runs` runs do not have so many.
std::vector<FailingRun> FailingRandomWalks(const RunFunction& run, size_t count,
                                           uint64_t max_runs);

// Returns the smallest number of deviations from first-in first-out order with
// which the program fails, found by trying all: every run without one, every
// run with one, ... No number is returned if it is more than `limit`.
std::optional<uint64_t> FewestDeviations(const RunFunction& run,
                                         uint64_t limit);

// What became of some failing runs.
struct ShrinkSummary {
  size_t runs = 0;
  uint64_t before = 0;  // deviations, in all
  uint64_t after = 0;
  uint64_t fewest = 0;        // deviations of the smallest result
  uint64_t most_replays = 0;  // of one of them
  uint64_t replays = 0;       // in all
  size_t kept_signature = 0;
  std::vector<uint64_t> deviations;  // of each result

  // Returns how many results have at most `most` deviations.
  size_t WithAtMost(uint64_t most) const;
};

// Shrinks each of `failing`. One that cannot be shrunk is counted as one whose
// signature was not kept.
ShrinkSummary ShrinkAll(const RunFunction& run,
                        const std::vector<FailingRun>& failing,
                        const ShrinkOptions& options);

}  // namespace orrery

#endif  // ORRERY_TESTS_SHRINK_SHRINK_CORPUS_H_
