// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_campaign.h"

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/testing/campaign_log.h"
#include "orrery/testing/missed_properties.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/shrink_test_run.h"
#include "orrery/testing/sim_test_options.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {
namespace {

// A slice of a swarm goes on after a failure: others are to be found as well.
constexpr uint64_t kMaxFailuresOfSlice = 100;

// Whether somebody looks at this process with a debugger.
bool IsDebugged() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (absl::StartsWith(line, "TracerPid:")) {
      return line.find_first_of("123456789") != std::string::npos;
    }
  }
  return false;
}

// Whether this is the process of a death test, which begins at the beginning to
// die at one place.
bool IsDeathTest() {
  for (const std::string& word : CommandLine()) {
    if (absl::StrContains(word, "gtest_internal_run_death_test")) return true;
  }
  return false;
}

// Whether a failure is made small: not while somebody looks at it.
bool MayShrink() {
  return !IsDeathTest() && !IsDebugged() && !GTEST_FLAG_GET(break_on_failure);
}

bool IsIsolated(const CurrentTest& test) {
  if (IsDeathTest()) return false;
  if (test.config().isolate.has_value()) return *test.config().isolate;
  if (test.options().isolate.has_value()) return *test.options().isolate;
  return test.runs() > 1 && !IsDebugged() && !GTEST_FLAG_GET(break_on_failure);
}

}  // namespace

TestCampaign::TestCampaign(CurrentTest& test, MakeSimTestBody make_body,
                           std::unique_ptr<Scheduler> scheduler)
    : test_(test),
      scheduler_(std::move(scheduler)),
      program_(test, make_body, IsIsolated(test)),
      explainer_(program_, *scheduler_),
      check_(test, program_) {
  if (scheduler_->traits().searches) test.set_searches();
}

CampaignOptions TestCampaign::Options() {
  const SimTestOptions& options = test_.options();
  const TestConfig& config = test_.config();
  CampaignOptions to;
  to.seed = config.seed;
  to.runs = static_cast<uint64_t>(test_.runs());
  to.steps = config.step_budget.value_or(options.step_budget);
  to.real_time = config.time_budget.value_or(options.time_budget);
  to.max_failures =
      static_cast<uint64_t>(config.keep_going.value_or(options.keep_going));
  to.isolated = program_.isolated();
  to.isolate.real_time_limit = options.max_real_time;
  to.progress = true;
  if (slice_.has_value()) {
    to.first_index = slice_->first_run;
    to.runs = slice_->runs;
    to.digests = &digests_;
    if (!config.keep_going.has_value()) to.max_failures = kMaxFailuresOfSlice;
  }
  return to;
}

absl::Status TestCampaign::Resume(CampaignOptions& options) {
  const TestSetting& resume = test_.config().resume;
  std::error_code ignored;
  if (resume.value.empty() || !std::filesystem::exists(resume.value, ignored)) {
    return absl::OkStatus();
  }
  std::ifstream file(resume.value, std::ios::binary);
  std::string state((std::istreambuf_iterator<char>(file)),
                    std::istreambuf_iterator<char>());
  // The name of the test comes first, on a line of its own.
  if (const size_t end = state.find('\n'); end != std::string::npos) {
    const std::string name = state.substr(0, end);
    if (name != test_.full_name()) {
      return absl::InvalidArgumentError(
          absl::StrCat(resume.source, ": it is of the test ", name,
                       "; give each test a file of its own"));
    }
    state.erase(0, end + 1);
  }
  absl::StatusOr<CampaignOptions> resumed =
      ResumeCampaign(state, *scheduler_, options);
  if (!resumed.ok()) {
    return absl::Status(
        resumed.status().code(),
        absl::StrCat(resume.source, ": ", resumed.status().message()));
  }
  options = *std::move(resumed);
  return absl::OkStatus();
}

void TestCampaign::Run() {
  const TestConfig& config = test_.config();
  CurrentTest::RecordSeed(config.seed);
  if (config.trace_level != TraceLevel::kOff) {
    std::error_code ignored;  // opening a file in it will say what is wrong
    std::filesystem::create_directories(config.trace_dir, ignored);
  }
  if (!GetSwarmSlice().ok()) {
    test_.Fail(std::string(GetSwarmSlice().status().message()));
    return;
  }
  slice_ = *GetSwarmSlice();
  if (slice_.has_value() && slice_->shards > 1 &&
      scheduler_->traits().searches) {
    test_.Fail(absl::StrCat(
        "the policy ", scheduler_->Spec(),
        " is a search, each run of which follows from the ones before; it "
        "cannot be spread over ",
        slice_->shards, " shards: use one, or a policy that samples"));
    return;
  }
  CampaignOptions options = Options();
  if (const absl::Status status = Resume(options); !status.ok()) {
    test_.Fail(std::string(status.message()));
    return;
  }
  options.on_run = [this](const RunReport& report) { AfterRun(report); };
  options.on_pass = [this](const CampaignRun& run) {
    return AfterPassingRun(run);
  };
  options.on_failure = [this](const CampaignFailure& failure) {
    return AfterNewFailure(failure);
  };
  // Of failures that are alike, the first one's trace is enough.
  options.on_known_failure = [this](const CampaignFailure&,
                                    const RunRequest& request) {
    if (test_.config().trace_level != TraceLevel::kChoices) return;
    std::error_code ignored;
    std::filesystem::remove(test_.TracePath(request.seed), ignored);
  };
  AtEnd(RunCampaign(program_.Function(), *scheduler_, options));
}

void TestCampaign::AfterRun(const RunReport& report) {
  const RunPayload payload = DecodePayload(report.payload);
  faults_.AddRun(payload.faults);
  CampaignLog::Get().AddSettingsAsked(payload.settings_asked);
}

bool TestCampaign::AfterPassingRun(const CampaignRun& run) {
  const TestConfig& config = test_.config();
  if (config.trace_level == TraceLevel::kEvents) {
    CurrentTest::RecordTrace(test_.TracePath(run.request.seed));
  }
  const RunPayload payload = DecodePayload(run.report.payload);
  for (const auto& [key, value] : payload.properties) {
    testing::Test::RecordProperty(key, value);
  }
  if (!payload.notes.empty()) {
    test_.Fail(payload.notes.front());
    return false;
  }
  if (payload.run.has_value() && payload.run->skip.has_value()) {
    test_.Skip(*payload.run->skip, run.request.seed, run.request.index);
    return false;
  }
  return check_.AfterPassingRun(run, payload);
}

bool TestCampaign::AfterNewFailure(const CampaignFailure& failure) {
  if (failure.report.signature == "not run") {
    test_.Fail(failure.report.message);
    return false;
  }
  FoundFailure found = explainer_.Find(failure);
  check_.AfterFailure(found);
  if (MayShrink()) ShrinkFound(program_, found);
  explainer_.Explain(found);
  return true;
}

void TestCampaign::LogCampaign(const CampaignResult& result) {
  TestRuns runs;
  runs.test = test_.full_name();
  runs.scheduler = result.scheduler;
  runs.runs = result.runs;
  runs.failed = result.failed_runs;
  runs.steps = result.steps;
  runs.traces = digests_;
  for (const CampaignFailure& failure : result.failures) {
    if (failure.profile) {  // that run is none of those above
      ++runs.runs;
      ++runs.failed;
    }
    const std::string trace = test_.TracePath(failure.seed);
    std::error_code ignored;
    runs.AddFailure({.signature = failure.report.signature,
                     .message = failure.report.message,
                     .runs = failure.times,
                     .seed = failure.seed,
                     .run = failure.index,
                     .trace = std::filesystem::exists(trace, ignored)
                                  ? LastingPath(trace)
                                  : ""});
  }
  // Only who has done all that was wanted can tell that something never
  // happens.
  const TestConfig& config = test_.config();
  const bool whole =
      (result.end == CampaignEnd::kRuns ||
       result.end == CampaignEnd::kExhausted) &&
      result.failures.empty() && config.resume.value.empty() &&
      !(slice_.has_value() && slice_->shards > 1) &&
      !(config.runs.has_value() && *config.runs < test_.options().runs);
  const absl::Status status =
      CampaignLog::Get().Add(runs, result.coverage, test_.file(), whole);
  if (!status.ok()) test_.Fail(std::string(status.message()));
  if (!whole) return;
  if (const absl::Status effects = faults_.CheckEffects();
      !effects.ok() && test_.options().faults_must_have_effect) {
    test_.Fail(absl::StrCat("faults ", effects.message()));
  }
  const std::string missed = PropertiesMissedByTest(
      result.coverage, result.runs, test_.options().must_happen);
  if (missed.empty()) return;
  test_.Fail(absl::StrCat("in ", result.runs,
                          result.runs == 1 ? " run" : " runs",
                          " of this test, these were missed:\n", missed));
}

void TestCampaign::AtEnd(const CampaignResult& result) {
  const TestConfig& config = test_.config();
  if (!config.resume.value.empty()) {
    std::ofstream file(config.resume.value, std::ios::binary);
    file << test_.full_name() << "\n" << result.state;
    file.close();
    if (!file) {
      test_.Fail(absl::StrCat(config.resume.source, ": cannot be written"));
    }
  }
  check_.AtEnd();
  LogCampaign(result);
  // Which of many failures matter: how often each was met.
  if (result.failures.size() > 1) {
    for (const CampaignFailure& failure : result.failures) {
      std::printf("[  ORRERY  ] seed %llu and %llu more runs: %s\n",
                  static_cast<unsigned long long>(failure.seed.value),
                  static_cast<unsigned long long>(failure.times - 1),
                  failure.report.signature.c_str());
    }
  }
  if (config.stats) {
    std::printf("[  ORRERY  ] %s\n", FormatCampaign(result).c_str());
    for (const FaultTotal& fault : faults_.totals()) {
      std::printf("[  ORRERY  ]   %s\n", FormatFaultTotal(fault).c_str());
    }
  }
  if (const std::string warning = CampaignWarning(result); !warning.empty()) {
    std::printf("[  ORRERY  ] %s\n", warning.c_str());
  }
  std::fflush(stdout);
}

}  // namespace orrery
