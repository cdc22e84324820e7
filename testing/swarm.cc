// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/swarm.h"

#include <cstdlib>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {
namespace {

// Returns the value of a variable of the environment; null if it is empty too.
const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

absl::StatusOr<uint32_t> NumberIn(const char* name, uint32_t otherwise) {
  const char* value = Variable(name);
  if (value == nullptr) return otherwise;
  uint32_t number = 0;
  if (!absl::SimpleAtoi(value, &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, "=", value, ": expected a number"));
  }
  return number;
}

}  // namespace

SwarmSlice SliceOf(uint64_t seeds, uint32_t shard, uint32_t shards) {
  __extension__ using Wide = unsigned __int128;
  const auto bound = [&](uint64_t part) {
    return static_cast<uint64_t>(Wide{seeds} * part / shards);
  };
  SwarmSlice slice;
  slice.seeds = seeds;
  slice.shard = shard;
  slice.shards = shards;
  slice.first_run = bound(shard);
  slice.runs = bound(uint64_t{shard} + 1) - slice.first_run;
  return slice;
}

absl::StatusOr<SwarmSlice> SliceOfThisProcess(uint64_t seeds) {
  const absl::StatusOr<uint32_t> shards = NumberIn("TEST_TOTAL_SHARDS", 1);
  if (!shards.ok()) return shards.status();
  const absl::StatusOr<uint32_t> shard = NumberIn("TEST_SHARD_INDEX", 0);
  if (!shard.ok()) return shard.status();
  if (*shard >= *shards) {
    return absl::InvalidArgumentError(
        absl::StrCat("TEST_SHARD_INDEX=", *shard, ": expected a number below ",
                     "TEST_TOTAL_SHARDS, which is ", *shards));
  }
  return SliceOf(seeds, *shard, *shards);
}

void TakeOverSharding() {
  ::unsetenv("GTEST_TOTAL_SHARDS");
  ::unsetenv("GTEST_SHARD_INDEX");
  if (const char* path = Variable("TEST_SHARD_STATUS_FILE"); path != nullptr) {
    std::ofstream touched(path);
  }
}

std::string CampaignFile(const std::string& folder, const SwarmSlice& slice,
                         const std::string& repetition) {
  return absl::StrCat(folder, "/swarm.", slice.shard, "-of-", slice.shards,
                      repetition.empty() ? "" : absl::StrCat(".", repetition),
                      kCampaignSuffix);
}

}  // namespace orrery
