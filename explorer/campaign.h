// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunCampaign`: runs a program many times, each time with another seed, until
// it has failed, or everything was tried, or a budget is used up.
//
//   absl::StatusOr<std::unique_ptr<Scheduler>> policy =
//       MakeScheduler("portfolio", seed);
//   CampaignResult result = RunCampaign(
//       program, **policy, {.seed = seed, .runs = 1000, .isolated = true});
//   if (!result.failures.empty()) ... result.failures.front().seed ...

#ifndef ORRERY_EXPLORER_CAMPAIGN_H_
#define ORRERY_EXPLORER_CAMPAIGN_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/property.h"
#include "orrery/base/seed.h"
#include "orrery/explorer/isolate.h"
#include "orrery/explorer/run.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/traces/digest_sample.h"

namespace orrery {

// A run of a campaign, as those are told who look at each.
struct CampaignRun {
  RunRequest request;  // its scheduler is the campaign's own
  RunReport report;
  // What became of its process, if it had one.
  const IsolatedRun* isolated = nullptr;
  // Which policy made the choices: "pct:depth=3".
  std::string policy;
};

// Of a run with more choices, a list of them would take too much memory.
inline constexpr uint64_t kMaxScheduleKept = 1'000'000;

// A failure that was not seen before in this campaign.
struct CampaignFailure {
  Seed seed;
  uint64_t index = 0;
  bool profile = false;  // it was the run that the policy learns from
  std::string policy;
  RunReport report;
  // Its process died, of this and with these last words; empty if it did not.
  std::string died_of;
  std::string last_words;
  Schedule schedule;
  // False: it was longer than `kMaxScheduleKept`, and `schedule` is empty.
  bool schedule_complete = true;
  uint64_t times = 1;  // how many runs have failed like that
};

struct CampaignOptions {
  Seed seed;
  uint64_t first_index =
      0;  // of the first run; its seed is `seed.ForRun` of it
  // Budgets. A run that has begun is not cut short by them.
  uint64_t runs = std::numeric_limits<uint64_t>::max();
  uint64_t steps = std::numeric_limits<uint64_t>::max();
  absl::Duration real_time = absl::InfiniteDuration();
  // The campaign ends when so many distinct failures have been found.
  uint64_t max_failures = 1;
  // Each run in a process of its own.
  bool isolated = false;
  IsolateOptions isolate;
  // Looks for leaks in runs number 1, 2, 4, 8, ...: see
  // `IsolateOptions::check_leaks`.
  bool sample_leaks = true;
  // Tells how it goes in a line on standard error, if that is a terminal.
  bool progress = false;
  // Takes the schedules' digests, if it is not null: to be added to those of
  // other processes.
  DigestSample* digests = nullptr;
  // Called after each run but the one that the policy learns from, before the
  // others below.
  std::function<void(const RunReport&)> on_run = {};
  // Called after each run that has not failed. Returns false to end the
  // campaign.
  std::function<bool(const CampaignRun&)> on_pass = {};
  // Called for each failure with a signature of its own, as soon as it is
  // found. Returns false to end the campaign.
  std::function<bool(const CampaignFailure&)> on_failure = {};
  // Called for each run that has failed as another one had before.
  std::function<void(const CampaignFailure& known, const RunRequest&)>
      on_known_failure = {};
  // Set by `ResumeCampaign`: the policy has learned what it has to, and its
  // search has tried everything.
  bool profiled = false;
  bool exhausted = false;
};

// Why a campaign is over.
enum class CampaignEnd : uint8_t {
  kRuns,        // all that were asked for
  kFailures,    // as many as were asked for
  kExhausted,   // a search has tried everything
  kSearchCut,   // a search has stopped at a bound of its own
  kSearchDied,  // the process of a run died, and the search cannot go past it
  kSteps,       // a budget
  kRealTime,    // a budget
  kStopped,     // by `on_pass` or `on_failure`
};

struct CampaignResult {
  CampaignEnd end = CampaignEnd::kRuns;
  std::string scheduler;  // the spec
  bool searches = false;  // by a systematic policy
  // What that says about how far it has come: `Scheduler::Completeness`.
  std::string searched;
  // The profile run, if there was one, counts in none of these.
  uint64_t runs = 0;
  uint64_t steps = 0;
  uint64_t choices = 0;
  uint64_t choices_min = 0;  // of one run
  uint64_t choices_max = 0;
  uint64_t failed_runs = 0;
  std::vector<CampaignFailure> failures;  // in the order they were found
  // Of the runs' schedules (by digest), how many were different, and how many
  // of those were seen only once.
  uint64_t distinct_traces = 0;
  uint64_t traces_seen_once = 0;
  // What all runs together have come by, but for those whose processes died.
  PropertyCoverage coverage;
  absl::Duration real_time;
  // To be resumed from.
  std::string state;

  // Returns the chance that the next run shows a schedule that none has shown
  // before, in millionths: the estimate of Good and Turing (Good, "The
  // population frequencies of species and the estimation of population
  // parameters", 1953), traces seen once / runs. A million if nothing was run.
  // Of a search that is exhausted it is 0.
  uint64_t ChanceOfNewPpm() const;

  // Returns "complete" or "incomplete: why", and what the policy has to say
  // about that; of a policy that samples, "".
  std::string Completeness() const;
};

// Runs `program` until one of `options` says that it is enough. If the policy
// has to learn first, it has one run for that before all others.
CampaignResult RunCampaign(const RunFunction& program, Scheduler& scheduler,
                           const CampaignOptions& options);

// Puts `scheduler` into the state that the campaign had which has left `state`,
// and returns `options` with what goes on from there.
//
// Errors:
//   kInvalidArgument  `state` is no such thing, or it is of another policy or
//                     another seed
absl::StatusOr<CampaignOptions> ResumeCampaign(absl::string_view state,
                                               Scheduler& scheduler,
                                               CampaignOptions options);

// Returns the result in one line: "1000 runs of portfolio, 14 to 20 choices
// each, 831 distinct schedules, chance that the next run shows a new one 71.2%,
// no failure". Nothing in it depends on the machine.
std::string FormatCampaign(const CampaignResult& result);

// Returns what a user should know whose runs all pass; "" if there is nothing:
// that no run had a choice, so that all were the same.
std::string CampaignWarning(const CampaignResult& result);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_CAMPAIGN_H_
