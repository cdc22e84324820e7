// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/campaign_log.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/testing/missed_properties.h"
#include "orrery/testing/test_config.h"

namespace orrery {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

absl::StatusOr<std::optional<SwarmSlice>> ReadSwarmSlice() {
  const absl::StatusOr<TestConfig>& config = GetTestConfig();
  // Tests report that themselves.
  if (!config.ok() || !config->swarm_seeds.has_value()) return std::nullopt;
  absl::StatusOr<SwarmSlice> slice = SliceOfThisProcess(*config->swarm_seeds);
  if (!slice.ok()) return slice.status();
  return *slice;
}

// Whether every test of the program was run.
bool AllWereRun() {
  const absl::StatusOr<TestConfig>& config = GetTestConfig();
  if (!config.ok() || !config->replay.value.empty()) return false;
  const testing::UnitTest& tests = *testing::UnitTest::GetInstance();
  return tests.Passed() && tests.skipped_test_count() == 0 &&
         tests.test_to_run_count() ==
             tests.total_test_count() - tests.disabled_test_count();
}

class ProgramEnd : public testing::Environment {
 public:
  void SetUp() override {
    const absl::StatusOr<TestConfig>& config = GetTestConfig();
    if (!config.ok() || !config->list_properties) return;
    std::fputs(ListProperties().c_str(), stdout);
    std::fflush(stdout);
    std::exit(0);
  }
  void TearDown() override {
    const std::string wrong = CampaignLog::Get().Finish();
    if (!wrong.empty()) ADD_FAILURE() << wrong;
  }
};

// GoogleTest divides tests among shards before it calls anybody, so this has to
// be done before `main`. Most programs are no part of a swarm; those do not
// read their configuration so early.
bool Prepare() {
  bool swarm = !Variable("ORRERY_SWARM_SEEDS").empty();
  for (const std::string& word : CommandLine()) {
    if (absl::StrContains(word, "orrery_swarm_seeds")) swarm = true;
  }
  // One that cannot be run as it was asked for says so in each test.
  if (swarm && (!GetSwarmSlice().ok() || GetSwarmSlice()->has_value())) {
    TakeOverSharding();
  }
  testing::AddGlobalTestEnvironment(new ProgramEnd);
  return true;
}

[[maybe_unused]] const bool prepared = Prepare();

}  // namespace

const absl::StatusOr<std::optional<SwarmSlice>>& GetSwarmSlice() {
  static const auto* const slice =
      new absl::StatusOr<std::optional<SwarmSlice>>(ReadSwarmSlice());
  return *slice;
}

CampaignLog& CampaignLog::Get() {
  static auto* const log = new CampaignLog;
  return *log;
}

absl::Status CampaignLog::Add(const TestRuns& runs,
                              const PropertyCoverage& coverage,
                              absl::string_view file, bool whole) {
  all_whole_ = all_whole_ && whole;
  coverage_.Add(coverage);
  test_files_.emplace(CleanFile(file));
  TestRuns& sum = results_.Find(runs.test, runs.scheduler);
  sum.runs += runs.runs;
  sum.failed += runs.failed;
  sum.steps += runs.steps;
  sum.traces.Merge(runs.traces);
  for (const DistinctFailure& failure : runs.failures) sum.AddFailure(failure);
  return Write(false);
}

void CampaignLog::AddSettingsAsked(const std::set<std::string>& names) {
  has_run_ = true;
  settings_asked_.insert(names.begin(), names.end());
}

std::string CampaignLog::UnusedSettings() const {
  const absl::StatusOr<TestConfig>& config = GetTestConfig();
  if (!config.ok() || !has_run_ ||
      !testing::UnitTest::GetInstance()->Passed()) {
    return "";
  }
  const std::vector<std::string> unused =
      config->settings.NotAmong(settings_asked_);
  if (unused.empty()) return "";
  return absl::StrCat(config->set.source, ": no run has asked for ",
                      absl::StrJoin(unused, ", "), "; what was asked for: ",
                      settings_asked_.empty()
                          ? "nothing"
                          : absl::StrJoin(settings_asked_, ", "),
                      "\n");
}

absl::Status CampaignLog::Write(bool complete) const {
  if (!GetSwarmSlice().ok() || !GetSwarmSlice()->has_value()) {
    return absl::OkStatus();
  }
  const SwarmSlice& slice = **GetSwarmSlice();
  const TestConfig& config = *GetTestConfig();
  CampaignResults results = results_;
  results.target = Variable("TEST_TARGET");
  results.shard = slice.shard;
  results.shards = slice.shards;
  results.seed = config.seed;
  results.seeds = slice.seeds;
  results.complete = complete;
  for (const size_t number : PropertiesByName()) {
    results.properties.push_back(
        {RegisteredProperties()[number], coverage_.count(number)});
  }
  std::error_code ignored;  // opening the file will say what is wrong
  std::filesystem::create_directories(config.trace_dir, ignored);
  return WriteCampaignResults(
      results,
      CampaignFile(config.trace_dir, slice, Variable("TEST_RANDOM_SEED")));
}

std::string CampaignLog::Finish() {
  std::string wrong;
  if (const absl::Status status = Write(true); !status.ok()) {
    absl::StrAppend(&wrong, "the results of the swarm were not written: ",
                    status.message(), "\n");
  }
  if (!GetSwarmSlice().ok()) {
    absl::StrAppend(&wrong, GetSwarmSlice().status().message(), "\n");
  }
  absl::StrAppend(&wrong, UnusedSettings());
  if (!all_whole_ || !AllWereRun()) return wrong;
  const std::string missed = PropertiesMissedByProgram(coverage_, test_files_);
  if (missed.empty()) return wrong;
  return absl::StrCat(wrong,
                      "in all tests of this program together, these were "
                      "missed:\n",
                      missed);
}

}  // namespace orrery
