// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/campaign_check.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "orrery/explorer/isolate.h"
#include "orrery/scheduler/lenient_scheduler.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

// A longer run is not made again in every detail.
constexpr uint64_t kMaxSteps = 200'000;

CheckDeterminism ModeOf(const CurrentTest& test) {
  // The process of a death test is there to die at one place.
  for (const std::string& word : CommandLine()) {
    if (absl::StrContains(word, "gtest_internal_run_death_test")) {
      return CheckDeterminism::kOff;
    }
  }
  return test.config().check_determinism.value_or(
      test.options().check_determinism);
}

std::string SecondPath(const std::string& path) {
  return absl::StrCat(absl::StripSuffix(path, ".orrery"), ".second.orrery");
}

}  // namespace

CampaignCheck::CampaignCheck(const CurrentTest& test, TestProgram& program)
    : test_(test),
      program_(program),
      mode_(ModeOf(test)),
      // What a run leaves behind does no harm where the next one has a process
      // of its own; that is asked for with kAll only.
      shared_(mode_ == CheckDeterminism::kAll ||
              (test.runs() > 1 && !program.isolated())),
      check_(test.full_name(), mode_, shared_) {
  if (mode_ == CheckDeterminism::kOff) return;
  program_.RecordIf([this](Seed seed) { return check_.Wants(seed); });
}

bool CampaignCheck::AfterPassingRun(const CampaignRun& run,
                                    const RunPayload& payload) {
  if (payload.record.empty()) return true;
  std::optional<RunRecord> record = RunRecord::FromBytes(payload.record);
  if (!record.has_value()) return true;  // nothing else makes such a record
  check_.Add({.seed = run.request.seed,
              .run_index = run.request.index,
              .policy = run.policy},
             *std::move(record));
  return !check_.full() || CheckAdded();
}

void CampaignCheck::AtEnd() { CheckAdded(); }

bool CampaignCheck::CheckAdded() {
  if (found_) return false;
  const std::optional<DeterminismFinding> finding = check_.Run();
  if (!finding.has_value()) return true;
  found_ = true;
  Report(*finding);
  return false;
}

void CampaignCheck::Report(const DeterminismFinding& finding) const {
  std::string text = absl::StrJoin(finding.lines, "\n");
  const RunId id = {.seed = finding.seed,
                    .index = finding.run_index,
                    .policy = finding.policy};
  absl::StrAppend(&text, "\nseed ", finding.seed.value);
  if (test_.runs() > 1) {
    absl::StrAppend(&text, " (run ", finding.run_index + 1, " of ",
                    test_.runs(), ")");
  }
  absl::StrAppend(&text, ", scheduler ",
                  finding.policy.empty() ? test_.scheduler() : finding.policy);
  CurrentTest::RecordSeed(finding.seed);
  if (finding.checked && test_.config().trace_level != TraceLevel::kOff) {
    const std::string path = test_.TracePath(finding.seed);
    const std::string second = SecondPath(path);
    if (WriteTraceFile(path, finding.first).ok() &&
        WriteTraceFile(second, finding.second).ok()) {
      CurrentTest::RecordTrace(path);
      absl::StrAppend(&text, "\ntraces: ", LastingPath(path), "\n        ",
                      LastingPath(second));
    }
  }
  const std::string rerun = test_.Rerun(id);
  if (!rerun.empty()) {
    absl::StrAppend(&text, "\nrerun:  ", rerun,
                    absl::StartsWith(rerun, "bazel ")
                        ? " --test_env=ORRERY_CHECK_DETERMINISM=all"
                        : " --orrery_check_determinism=all");
  }
  test_.Fail(text);
}

void CampaignCheck::AfterFailure(FoundFailure& found) {
  if (mode_ == CheckDeterminism::kOff || found_) return;
  if (!found.failure->died_of.empty() || !found.failure->schedule_complete ||
      found.run.result.steps > kMaxSteps) {
    return;
  }
  std::optional<RunRecord> record = Record(found);
  if (!record.has_value()) return;
  DeterminismCheck check(test_.full_name(), CheckDeterminism::kAll, shared_);
  check.Add({.seed = found.id.seed, .run_index = found.id.index},
            *std::move(record));
  std::optional<DeterminismFinding> finding = check.Run();
  if (!finding.has_value()) return;
  found_ = true;
  for (std::string& line : finding->lines) {
    found.notes.push_back(std::move(line));
  }
}

// A run that fails was not recorded in all its events, unless by luck: it is
// made once more for that.
std::optional<RunRecord> CampaignCheck::Record(const FoundFailure& found) {
  const RunPayload payload = DecodePayload(found.failure->report.payload);
  if (!payload.record.empty()) return RunRecord::FromBytes(payload.record);
  LenientScheduler same_choices(found.failure->schedule);
  const RunRequest request = {.seed = found.id.seed,
                              .index = found.id.index,
                              .profile = found.id.profile,
                              .scheduler = &same_choices};
  const RunFunction record = [&](const RunRequest& asked) {
    RunRecorder recorder;
    recorder.Begin(test_.HeaderFor(found.id, TraceLevel::kEvents,
                                   asked.scheduler->traits().orders));
    RunRequest traced = asked;
    traced.trace = &recorder;
    const TestRun run = program_.Execute(traced);
    RunReport report;
    report.payload = recorder.Finish(FooterOf(run), run.result.tasks).ToBytes();
    return report;
  };
  if (!program_.isolated()) {
    return RunRecord::FromBytes(record(request).payload);
  }
  Isolation isolation(
      {.real_time_limit = test_.options().max_real_time, .quiet = true});
  const IsolatedRun run = isolation.Run(record, request);
  if (run.died) return std::nullopt;  // the report will say that it did
  return RunRecord::FromBytes(run.report.payload);
}

}  // namespace orrery
