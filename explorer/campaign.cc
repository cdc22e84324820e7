// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/campaign.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "orrery/base/check.h"
#include "orrery/explorer/choice_log.h"
#include "orrery/explorer/explorer.pb.h"
#include "orrery/explorer/progress.h"
#include "orrery/explorer/recording_scheduler.h"
#include "orrery/explorer/trace_counter.h"

namespace orrery {
namespace {

bool IsPowerOfTwo(uint64_t n) { return (n & (n - 1)) == 0; }

class Campaign {
 public:
  Campaign(const RunFunction& program, Scheduler& scheduler,
           const CampaignOptions& options)
      : program_(program),
        scheduler_(scheduler),
        traits_(scheduler.traits()),
        options_(options),
        begun_(absl::Now()),
        progress_(options.progress) {
    if (options.isolated) {
      isolation_ = std::make_unique<Isolation>(options.isolate);
    } else {
      log_ = std::make_unique<ChoiceLog>();
      recorder_ = std::make_unique<RecordingScheduler>(&scheduler_, log_.get());
    }
    result_.scheduler = scheduler.Spec();
    result_.searches = traits_.searches;
    result_.choices_min = std::numeric_limits<uint64_t>::max();
  }

  CampaignResult Run() {
    next_index_ = options_.first_index;
    exhausted_ = options_.exhausted;
    profiled_ = options_.profiled;
    result_.end = RunAll();
    result_.distinct_traces = traces_.distinct();
    result_.traces_seen_once = traces_.once();
    if (result_.runs == 0) result_.choices_min = 0;
    result_.real_time = absl::Now() - begun_;
    result_.searched = scheduler_.Completeness();
    result_.state = SaveState();
    return std::move(result_);
  }

 private:
  CampaignEnd RunAll() {
    if (exhausted_) return CampaignEnd::kExhausted;
    if (!profiled_ && scheduler_.NeedsProfile()) {
      profiled_ = true;
      RunOnce({.seed = Seed(0), .profile = true});
      if (end_.has_value()) return *end_;
    }
    while (result_.runs < options_.runs) {
      if (result_.steps >= options_.steps) return CampaignEnd::kSteps;
      if (limits_time() && Elapsed() >= options_.real_time) {
        return CampaignEnd::kRealTime;
      }
      RunRequest request;
      request.index = next_index_++;
      request.seed = options_.seed.ForRun(request.index);
      RunOnce(request);
      if (end_.has_value()) return *end_;
      if (progress_.on()) UpdateProgress();
    }
    return CampaignEnd::kRuns;
  }

  void RunOnce(RunRequest request) {
    std::optional<NextRun> next;
    if (isolation_ != nullptr) {
      request.scheduler = &scheduler_;
      isolation_->options().check_leaks =
          options_.isolate.check_leaks ||
          (options_.sample_leaks && IsPowerOfTwo(request.index));
      const IsolatedRun run = isolation_->Run(program_, request);
      next = run.next;
      Judge(request, run.report, &run, isolation_->choices());
      if (run.died && traits_.searches && !end_.has_value()) {
        end_ = CampaignEnd::kSearchDied;
      }
    } else {
      request.scheduler = recorder_.get();
      log_->Begin();
      const RunReport report = program_(request);
      next = recorder_->next();
      Judge(request, report, nullptr, *log_);
    }
    exhausted_ = next == NextRun::kExhausted;
    if (end_.has_value() || request.profile) return;
    if (exhausted_) {
      end_ = CampaignEnd::kExhausted;
    } else if (next == NextRun::kOutOfBudget) {
      end_ = CampaignEnd::kSearchCut;
    }
  }

  void Judge(const RunRequest& request, const RunReport& report,
             const IsolatedRun* isolated, const ChoiceLog& choices) {
    if (!request.profile) {
      ++result_.runs;
      result_.steps += report.steps;
      result_.choices += report.choices;
      result_.choices_min = std::min(result_.choices_min, report.choices);
      result_.choices_max = std::max(result_.choices_max, report.choices);
      // What a run would have shown that died, nobody knows.
      if (isolated == nullptr || !isolated->died) {
        traces_.Add(report.digests.schedule);
        if (options_.digests != nullptr) {
          options_.digests->Add(report.digests.schedule.value());
        }
      }
      if (report.failed) ++result_.failed_runs;
      const absl::Status added = result_.coverage.AddEncoded(report.coverage);
      ORRERY_CHECK(added.ok(), added.message());
      if (options_.on_run != nullptr) options_.on_run(report);
    }
    if (report.failed) {
      TakeFailure(request, report, isolated, choices);
    } else if (options_.on_pass != nullptr) {
      progress_.Clear();
      CampaignRun run;
      run.request = request;
      run.report = report;
      run.isolated = isolated;
      run.policy = std::string(choices.policy());
      if (!options_.on_pass(run)) end_ = CampaignEnd::kStopped;
    }
  }

  void TakeFailure(const RunRequest& request, const RunReport& report,
                   const IsolatedRun* isolated, const ChoiceLog& choices) {
    const auto [known, is_new] =
        known_.try_emplace(report.signature, result_.failures.size());
    if (!is_new) {
      CampaignFailure& failure = result_.failures[known->second];
      ++failure.times;
      if (options_.on_known_failure != nullptr) {
        options_.on_known_failure(failure, request);
      }
      return;
    }
    CampaignFailure& failure = result_.failures.emplace_back();
    failure.seed = request.seed;
    failure.index = request.index;
    failure.profile = request.profile;
    failure.policy = std::string(choices.policy());
    failure.report = report;
    if (isolated != nullptr) {
      failure.died_of = isolated->died_of;
      failure.last_words = isolated->last_words;
    }
    failure.schedule_complete =
        choices.complete() && choices.count() <= kMaxScheduleKept;
    failure.schedule.ordered = traits_.orders;
    if (failure.schedule_complete) {
      failure.schedule = choices.ToSchedule(traits_.orders);
    }
    progress_.Clear();
    if (options_.on_failure != nullptr && !options_.on_failure(failure)) {
      end_ = CampaignEnd::kStopped;
    } else if (result_.failures.size() >= options_.max_failures) {
      end_ = CampaignEnd::kFailures;
    }
  }

  bool limits_time() const {
    return options_.real_time != absl::InfiniteDuration();
  }
  absl::Duration Elapsed() const { return absl::Now() - begun_; }

  void UpdateProgress() {
    ProgressNumbers numbers;
    numbers.runs = result_.runs;
    if (options_.runs != CampaignOptions().runs) {
      numbers.runs_wanted = options_.runs;
    }
    numbers.distinct_traces = traces_.distinct();
    numbers.traces_seen_once = traces_.once();
    numbers.failures = result_.failures.size();
    numbers.real_time = Elapsed();
    progress_.Update(numbers);
  }

  std::string SaveState() const {
    explorer::v1::CampaignState state;
    state.set_scheduler(result_.scheduler);
    state.set_seed(options_.seed.value);
    state.set_next_index(next_index_);
    state.set_profiled(profiled_);
    state.set_policy_state(scheduler_.SaveState());
    state.set_exhausted(exhausted_);
    return state.SerializeAsString();
  }

  const RunFunction& program_;
  Scheduler& scheduler_;
  const SchedulerTraits traits_;
  const CampaignOptions& options_;
  const absl::Time begun_;
  ProgressLine progress_;
  std::unique_ptr<Isolation> isolation_;  // one of these two ways
  std::unique_ptr<ChoiceLog> log_;
  std::unique_ptr<RecordingScheduler> recorder_;
  CampaignResult result_;
  TraceCounter traces_;
  std::map<std::string, size_t> known_;  // signature -> index of the failure
  uint64_t next_index_ = 0;
  bool profiled_ = false;
  bool exhausted_ = false;
  std::optional<CampaignEnd> end_;
};

// Returns why a search has not tried everything; "" if it has.
absl::string_view WhyIncomplete(CampaignEnd end) {
  switch (end) {
    case CampaignEnd::kExhausted:
      return "";
    case CampaignEnd::kSearchCut:
      return "the policy's own bound cut it";
    case CampaignEnd::kSearchDied:
      return "the process of a run died, and the search cannot go past it";
    case CampaignEnd::kRuns:
      return "there are more schedules than runs";
    case CampaignEnd::kSteps:
      return "the budget of steps is used up";
    case CampaignEnd::kRealTime:
      return "the budget of real time is used up";
    case CampaignEnd::kFailures:
      return "it has stopped at a failure";
    case CampaignEnd::kStopped:
      return "it was stopped";
  }
  return "it is not known why";
}

std::string Count(uint64_t number, absl::string_view what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

}  // namespace

uint64_t CampaignResult::ChanceOfNewPpm() const {
  if (end == CampaignEnd::kExhausted) return 0;
  if (runs == 0) return 1'000'000;
  // Without an overflow.
  const uint64_t scale = std::max<uint64_t>(1, runs >> 40);
  return traces_seen_once / scale * 1'000'000 / (runs / scale);
}

std::string CampaignResult::Completeness() const {
  if (!searches) return "";
  const absl::string_view why = WhyIncomplete(end);
  std::string text =
      why.empty() ? "complete" : absl::StrCat("incomplete: ", why);
  if (!searched.empty()) absl::StrAppend(&text, " (", searched, ")");
  return text;
}

CampaignResult RunCampaign(const RunFunction& program, Scheduler& scheduler,
                           const CampaignOptions& options) {
  return Campaign(program, scheduler, options).Run();
}

absl::StatusOr<CampaignOptions> ResumeCampaign(absl::string_view state,
                                               Scheduler& scheduler,
                                               CampaignOptions options) {
  explorer::v1::CampaignState saved;
  if (!saved.ParseFromArray(state.data(), static_cast<int>(state.size())) ||
      saved.scheduler().empty()) {
    return absl::InvalidArgumentError(
        "this is no state that a campaign has left");
  }
  if (saved.scheduler() != scheduler.Spec()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the campaign was run with the scheduler ", saved.scheduler(),
        ", and is to go on with ", scheduler.Spec()));
  }
  if (saved.seed() != options.seed.value) {
    return absl::InvalidArgumentError(
        absl::StrCat("the campaign began with the seed ", saved.seed(),
                     ", and is to go on with ", options.seed.value));
  }
  if (!scheduler.RestoreState(saved.policy_state())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the scheduler ", scheduler.Spec(),
        " cannot go on from what this campaign has left: was that written by "
        "another version?"));
  }
  options.first_index = saved.next_index();
  options.profiled = saved.profiled();
  options.exhausted = saved.exhausted();
  return options;
}

std::string FormatCampaign(const CampaignResult& result) {
  std::string text =
      absl::StrCat(Count(result.runs, "run"), " of ", result.scheduler);
  if (result.choices_min == result.choices_max) {
    absl::StrAppend(&text, ", ", Count(result.choices_max, "choice"), " each");
  } else {
    absl::StrAppend(&text, ", ", result.choices_min, " to ", result.choices_max,
                    " choices each");
  }
  absl::StrAppend(&text, ", ",
                  Count(result.distinct_traces, "distinct schedule"));
  if (const std::string completeness = result.Completeness();
      !completeness.empty()) {
    absl::StrAppend(&text, ", ", completeness);
  } else if (result.runs > 0) {
    absl::StrAppend(&text, ", chance that the next run shows a new one ",
                    FormatShare(result.traces_seen_once, result.runs));
  }
  if (result.failures.empty()) return absl::StrCat(text, ", no failure");
  return absl::StrCat(text, ", ", Count(result.failures.size(), "failure"),
                      " in ", Count(result.failed_runs, "run"));
}

std::string CampaignWarning(const CampaignResult& result) {
  if (result.runs < 2 || result.choices_max > 0 || result.searches ||
      result.failed_runs > 0) {
    return "";
  }
  return absl::StrCat(
      "none of ", result.runs,
      " runs had a choice to make, so all were the same: nothing in them runs "
      "at the same time as something else, and no random number was drawn");
}

}  // namespace orrery
