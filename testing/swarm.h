// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A swarm: the campaign of each test is spread over the shards of a Bazel test.
// Bazel starts each shard as a process of its own, on whatever machine; every
// one runs all tests of the program, each with its slice of the seeds. So each
// seed is run once over all shards, and `orrery merge` puts the results
// together.

#ifndef ORRERY_TESTING_SWARM_H_
#define ORRERY_TESTING_SWARM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace orrery {

// Which runs of each test this process has: `runs` of them, from `first_run`
// on.
struct SwarmSlice {
  uint64_t seeds = 0;  // of all shards together
  uint32_t shard = 0;  // from 0
  uint32_t shards = 1;
  uint64_t first_run = 0;
  uint64_t runs = 0;  // 0 if there are fewer seeds than shards
};

// Returns the slice of a shard, a run of neighbors; slices differ in size by at
// most one. `shard` is below `shards`.
SwarmSlice SliceOf(uint64_t seeds, uint32_t shard, uint32_t shards);

// Returns the slice of this process, where TEST_SHARD_INDEX and
// TEST_TOTAL_SHARDS say which shard it is: without them it is the only one.
//
// Errors:
//   kInvalidArgument  they are no numbers, or make no sense; the message names
//                     them
absl::StatusOr<SwarmSlice> SliceOfThisProcess(uint64_t seeds);

// Keeps GoogleTest from dividing the tests among the shards, and tells Bazel
// that this program takes care of them itself. To be called before the tests
// run.
void TakeOverSharding();

// Returns the path of the file for this process's results, in `folder`: it says
// which shard it is, and `run`, the repetition of --runs_per_test.
std::string CampaignFile(const std::string& folder, const SwarmSlice& slice,
                         const std::string& repetition);

}  // namespace orrery

#endif  // ORRERY_TESTING_SWARM_H_
