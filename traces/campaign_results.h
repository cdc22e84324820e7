// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CampaignResults`: what the campaigns of one process came to, as it is
// written to a file for `orrery merge`. The format is traces/campaign.proto.

#ifndef ORRERY_TRACES_CAMPAIGN_RESULTS_H_
#define ORRERY_TRACES_CAMPAIGN_RESULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/property.h"
#include "orrery/base/seed.h"
#include "orrery/traces/digest_sample.h"

namespace orrery {

// How the names of such files end.
inline constexpr char kCampaignSuffix[] = ".campaign";

// Runs that failed in the same way.
struct DistinctFailure {
  std::string signature = {};
  std::string message = {};  // of the first one, like the rest
  uint64_t runs = 0;
  Seed seed = {};
  uint64_t run = 0;        // its index, from 0
  std::string trace = {};  // a file; empty: there is none
};

// The runs of one test.
struct TestRuns {
  std::string test;  // "BankTest.KeepsTheTotal"
  std::string scheduler;
  uint64_t runs = 0;
  uint64_t failed = 0;
  uint64_t steps = 0;
  DigestSample traces;
  std::vector<DistinctFailure> failures;  // in the order of their first runs

  // Adds a failing run to the failures; it is counted in neither `runs` nor
  // `failed`. `first.runs` is how many there were.
  void AddFailure(const DistinctFailure& first);
};

// A property, and how often all runs together have come by.
struct PropertyResult {
  Property property;
  PropertyCount count;
};

struct CampaignResults {
  std::string target;  // "//bank:transfer_swarm"; empty: not known
  // This is shard `shard` of `shards`.
  uint32_t shard = 0;
  uint32_t shards = 1;
  Seed seed;           // of run 0
  uint64_t seeds = 0;  // how many runs each test has, over all shards
  std::vector<TestRuns> tests;
  // All of the program's, in the order of their names.
  std::vector<PropertyResult> properties;
  // The process came to its end. Before that, the file has what there is.
  bool complete = false;

  // Returns the campaign of this test, which is added if it is new.
  TestRuns& Find(const std::string& test, const std::string& scheduler);
};

// Writes the results to `path`, whole or not at all.
//
// Errors: as the operating system says.
absl::Status WriteCampaignResults(const CampaignResults& results,
                                  const std::string& path);

// Returns the results in `bytes`. `name` is for messages.
//
// Errors:
//   kInvalidArgument     this is something else
//   kDataLoss            cut short, or damaged
//   kFailedPrecondition  written by a newer format than this reader knows
absl::StatusOr<CampaignResults> ParseCampaignResults(absl::string_view bytes,
                                                     const std::string& name);

// The same for the file at `path`.
//
// Errors: also what the operating system says.
absl::StatusOr<CampaignResults> ReadCampaignResults(const std::string& path);

}  // namespace orrery

#endif  // ORRERY_TRACES_CAMPAIGN_RESULTS_H_
