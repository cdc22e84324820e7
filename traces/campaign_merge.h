// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CampaignMerge`: what campaigns that were spread over many processes came to
// together.

#ifndef ORRERY_TRACES_CAMPAIGN_MERGE_H_
#define ORRERY_TRACES_CAMPAIGN_MERGE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {

// Adds up, whatever the order of the files, and tells:
//   * for each test and policy: runs, failures by signature, distinct traces,
//     and the chance that one more run would show a new one;
//   * for each property, which is known by its name in whatever program: how
//     often it was evaluated and held;
//   * which parts are missing, as far as the others tell.
class CampaignMerge {
 public:
  // Adds the results of one process. `name` is that of the file.
  //
  // Errors:
  //   kAlreadyExists    the same part of the same campaign was added before,
  //                     from the file that the message names
  //   kInvalidArgument  a property has another kind than in an earlier file
  absl::Status Add(const CampaignResults& results, const std::string& name);

  // Whether nothing is wrong: no run has failed, no `Sometimes` or `Reachable`
  // was missed, no part is missing or incomplete.
  bool ok() const;

  // Returns it in words, lines of text.
  std::string AsText() const;
  // Returns it as one JSON object (`PrintedMerge` in campaign.proto) on one
  // line.
  std::string AsJson() const;

 private:
  // The parts of one campaign: target, seed of run 0, number of shards.
  using CampaignKey = std::tuple<std::string, uint64_t, uint32_t>;
  // Target, test, policy.
  using TestKey = std::tuple<std::string, std::string, std::string>;

  std::vector<std::string> MissingParts() const;
  std::vector<const PropertyResult*> Missed() const;
  void AppendTests(std::string* text) const;
  void AppendProperties(std::string* text) const;

  uint32_t files_ = 0;
  // By shard, the file that it came from.
  std::map<CampaignKey, std::map<uint32_t, std::string>> parts_;
  std::set<std::string> incomplete_;
  std::map<TestKey, TestRuns> tests_;
  std::map<std::string, PropertyResult> properties_;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_CAMPAIGN_MERGE_H_
