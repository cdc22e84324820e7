// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CampaignLog`: what the campaigns of all tests of this program come to. At
// the end of the program it looks for properties that never happened, and
// writes the results of a swarm.

#ifndef ORRERY_TESTING_CAMPAIGN_LOG_H_
#define ORRERY_TESTING_CAMPAIGN_LOG_H_

#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/property.h"
#include "orrery/testing/swarm.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {

// Returns which runs of each test this process has; none if it is no part of a
// swarm. Read once per process.
//
// Errors:
//   kInvalidArgument  the environment says nonsense; the message names it
const absl::StatusOr<std::optional<SwarmSlice>>& GetSwarmSlice();

class CampaignLog {
 public:
  // The log of this process.
  static CampaignLog& Get();

  // Adds the campaign of a test, which is over. `file` is the test's source.
  // `whole`: it has made all runs that the test wants. In a swarm, the file of
  // results is written anew.
  //
  // Errors: the file cannot be written; as the operating system says.
  absl::Status Add(const TestRuns& runs, const PropertyCoverage& coverage,
                   absl::string_view file, bool whole);

  // Adds the names of settings that a run has asked for.
  void AddSettingsAsked(const std::set<std::string>& names);

  // Called when all tests have been run: writes the file of results for the
  // last time, and returns what is wrong with the program as a whole, lines of
  // text;
  // "" if nothing is.
  //
  // A `Sometimes` or `Reachable` in a file with tests has to happen once in
  // some test (see missed_properties.h). That is not looked at if not all tests
  // were run, or not all of their runs: with a filter, in shards, in a replay,
  // with fewer runs than the tests want, after a failure or a skip.
  //
  // A setting that no run of any test has asked for is wrong as well, unless a
  // test has failed, perhaps before it could ask.
  std::string Finish();

 private:
  absl::Status Write(bool complete) const;
  // Returns what is wrong with the settings; "" if nothing is.
  std::string UnusedSettings() const;

  CampaignResults results_;
  PropertyCoverage coverage_;
  std::set<std::string> test_files_;
  std::set<std::string> settings_asked_;
  bool has_run_ = false;
  bool all_whole_ = true;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_CAMPAIGN_LOG_H_
