// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/corpus/first_bug.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/explorer/campaign.h"
#include "orrery/explorer/run.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/corpus_run.h"

namespace orrery::corpus {
namespace {

std::unique_ptr<Scheduler> Make(absl::string_view spec, Seed seed) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made = MakeScheduler(spec, seed);
  ORRERY_CHECK(made.ok(), made.status().message());
  return *std::move(made);
}

}  // namespace

double FirstBug::Mean() const {
  double sum = static_cast<double>(cap) *
               static_cast<double>(campaigns - schedules.size());
  for (const uint64_t n : schedules) sum += static_cast<double>(n);
  return sum / static_cast<double>(campaigns);
}

double FirstBug::Deviation() const {
  const double mean = Mean();
  double squares = 0;
  for (const uint64_t n : schedules) {
    const double difference = static_cast<double>(n) - mean;
    squares += difference * difference;
  }
  return std::sqrt(squares / static_cast<double>(schedules.size() - 1));
}

FirstBug MeasureFirstBug(const Program& program, absl::string_view spec,
                         const FirstBugOptions& options) {
  FirstBug measured;
  measured.cap = options.cap;
  const RunFunction run = RunOf(program.buggy);
  for (uint64_t i = 0; i < options.campaigns; ++i) {
    CampaignOptions campaign;
    campaign.seed = Seed(options.seed.value + i);
    const std::unique_ptr<Scheduler> policy = Make(spec, campaign.seed);
    const uint64_t profile_runs = policy->NeedsProfile() ? 1 : 0;
    campaign.runs = options.cap - profile_runs;
    const CampaignResult result = RunCampaign(run, *policy, campaign);
    ++measured.campaigns;
    measured.runs += result.runs + profile_runs;
    measured.steps += result.steps;
    measured.real_time += result.real_time;
    if (!result.failures.empty()) {
      const RunReport& report = result.failures.front().report;
      ORRERY_CHECK(
          report.outcome == program.failure,
          absl::StrCat(program.name, " under ", spec,
                       " has failed in a way that nobody planted: ",
                       OutcomeName(report.outcome), ", ", report.message));
      measured.schedules.push_back(result.runs + profile_runs);
    }
    if (policy->traits().searches) break;
  }
  return measured;
}

uint64_t CountFailures(Task<> (*main)(), absl::string_view spec, uint64_t runs,
                       Seed seed) {
  const std::unique_ptr<Scheduler> policy = Make(spec, seed);
  CampaignOptions campaign;
  campaign.seed = seed;
  campaign.runs = runs;
  campaign.max_failures = runs;
  const CampaignResult result = RunCampaign(RunOf(main), *policy, campaign);
  uint64_t failures = result.failed_runs;
  for (const CampaignFailure& failure : result.failures) {
    if (failure.profile) ++failures;
  }
  return failures;
}

}  // namespace orrery::corpus
