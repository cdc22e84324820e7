// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/shrink/shrink_corpus.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "orrery/explorer/detailed_run.h"
#include "orrery/explorer/run_log.h"
#include "orrery/explorer/signature.h"
#include "orrery/scheduler/lenient_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

// Adds to `found` a run for each single choice that follows `prefix`, which is
// the beginning of `run`, and is otherwise than first in, first out.
void BranchAfter(const DetailedRun& run, size_t prefix,
                 std::vector<std::pair<Schedule, size_t>>& found) {
  const std::vector<ScheduledChoice>& choices = run.schedule.choices;
  for (size_t i = prefix; i < choices.size(); ++i) {
    if (choices[i].kind != ChoiceKind::kNextEntity) continue;
    for (uint64_t other = 1; other < choices[i].n; ++other) {
      Schedule branch = run.schedule;
      branch.choices.resize(i + 1);
      branch.choices[i].chosen = other;
      found.emplace_back(std::move(branch), i + 1);
    }
  }
}

}  // namespace

RunFunction BuggyRuns(const corpus::Program& program) {
  return [main = program.buggy](const RunRequest& request) {
    Simulation simulation({.seed = request.seed,
                           .scheduler = request.scheduler,
                           .trace = request.trace});
    const RunResult result = simulation.Run(main);
    RunReport report;
    report.outcome = result.outcome;
    report.failed = !result.ok();
    report.steps = result.steps;
    report.choices = result.choices;
    report.elapsed = result.elapsed;
    report.digests = result.digests;
    if (report.failed) {
      report.signature = SignatureOf(result);
      report.message = result.failure->message;
    }
    return report;
  };
}

std::vector<FailingRun> FailingRandomWalks(const RunFunction& run, size_t count,
                                           uint64_t max_runs) {
  std::vector<FailingRun> failing;
  RunLog log;
  for (uint64_t seed = 1; seed <= max_runs && failing.size() < count; ++seed) {
    RandomScheduler random;
    RunRequest request;
    request.seed = Seed(seed);
    request.scheduler = &random;
    if (!run(request).failed) continue;
    WatchedScheduler watched(&random, &log);  // takes more time
    request.scheduler = &watched;
    const RunReport report = run(request);
    FailingRun one;
    one.seed = request.seed;
    one.schedule = log.Read(/*ordered=*/true).schedule;
    one.signature = report.signature;
    failing.push_back(std::move(one));
  }
  return failing;
}

std::optional<uint64_t> FewestDeviations(const RunFunction& run,
                                         uint64_t limit) {
  RunLog log;
  // Runs to come, and how much of each is fixed.
  std::vector<std::pair<Schedule, size_t>> level = {{Schedule(), 0}};
  for (uint64_t deviations = 0; deviations <= limit; ++deviations) {
    std::vector<std::pair<Schedule, size_t>> next;
    for (const auto& [schedule, prefix] : level) {
      LenientScheduler policy(schedule);
      WatchedScheduler watched(&policy, &log);
      RunRequest request;
      request.scheduler = &watched;
      if (run(request).failed) return deviations;
      if (deviations < limit) {
        BranchAfter(log.Read(/*ordered=*/true), prefix, next);
      }
    }
    level = std::move(next);
  }
  return std::nullopt;
}

size_t ShrinkSummary::WithAtMost(uint64_t most) const {
  return static_cast<size_t>(
      std::count_if(deviations.begin(), deviations.end(),
                    [most](uint64_t each) { return each <= most; }));
}

ShrinkSummary ShrinkAll(const RunFunction& run,
                        const std::vector<FailingRun>& failing,
                        const ShrinkOptions& options) {
  ShrinkSummary summary;
  summary.fewest = UINT64_MAX;
  for (const FailingRun& one : failing) {
    ++summary.runs;
    const absl::StatusOr<ShrinkResult> result = Shrink(run, one, options);
    if (!result.ok()) continue;
    ReplayScheduler replay(result->schedule);
    RunRequest request;
    request.seed = one.seed;
    request.scheduler = &replay;
    if (run(request).signature == one.signature) ++summary.kept_signature;
    summary.before += result->original.deviations;
    summary.after += result->cost.deviations;
    summary.fewest = std::min(summary.fewest, result->cost.deviations);
    summary.replays += result->replays;
    summary.most_replays = std::max(summary.most_replays, result->replays);
    summary.deviations.push_back(result->cost.deviations);
  }
  return summary;
}

}  // namespace orrery
