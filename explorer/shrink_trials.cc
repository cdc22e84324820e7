// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_trials.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/digest.h"
#include "orrery/scheduler/deviation_scheduler.h"
#include "orrery/scheduler/lenient_scheduler.h"

namespace orrery {
namespace {

// Other failures are a by-product: no more are kept than anybody reads.
constexpr size_t kMaxOthers = 16;

// What a fingerprint is of: its first word.
enum : uint64_t { kDeviations = 1, kList = 2, kStraight = 3 };

void MixText(Digest& digest, absl::string_view text) {
  digest.Mix(text.size());
  for (const char byte : text) digest.Mix(static_cast<unsigned char>(byte));
}

uint64_t FingerprintOf(const Deviations& deviations) {
  Digest digest;
  digest.Mix(kDeviations);
  digest.Mix(deviations.order.size());
  for (const Deviation& deviation : deviations.order) {
    digest.Mix(deviation.before.value);
    digest.Mix(deviation.step);
    digest.Mix(deviation.runs.value);
  }
  for (const KeyedDraw& draw : deviations.draws) {
    digest.Mix(draw.entity.value);
    digest.Mix(static_cast<uint64_t>(draw.kind));
    MixText(digest, draw.site);
    digest.Mix(draw.ordinal);
    digest.Mix(draw.value);
  }
  return digest.value();
}

uint64_t FingerprintOf(const Schedule& schedule, uint64_t what) {
  Digest digest;
  digest.Mix(what);
  for (const ScheduledChoice& choice : schedule.choices) {
    digest.Mix(static_cast<uint64_t>(choice.kind));
    digest.Mix(choice.site);
    digest.Mix(choice.chosen);
  }
  return digest.value();
}

}  // namespace

ShrinkTrials::ShrinkTrials(const RunFunction& run, const FailingRun& failing,
                           const ShrinkOptions& options, uint64_t reserved)
    : run_(run), failing_(failing), options_(options), reserved_(reserved) {}

ShrinkTrial ShrinkTrials::Run(Scheduler& policy) {
  WatchedScheduler watched(&policy, &log_);
  RunRequest request;
  request.seed = failing_.seed;
  request.index = failing_.index;
  request.scheduler = &watched;
  ++replays_;
  log_.Begin();  // the run may die before it does so itself
  ShrinkTrial trial;
  trial.report = run_(request);
  trial.record = log_.Read(policy.traits().orders);
  trial.deviations = trial.record.ToDeviations();
  trial.cost = CostOf(trial.record);
  trial.same = trial.record.complete && trial.report.failed &&
               trial.report.outcome != Outcome::kDiverged &&
               (failing_.signature.empty() ||
                trial.report.signature == failing_.signature);
  return trial;
}

bool ShrinkTrials::over() {
  if (stopped_ || out_of_replays_) return true;
  if (replays_ + reserved_ >= options_.max_replays) {
    out_of_replays_ = true;
  } else if (options_.stop != nullptr && options_.stop()) {
    stopped_ = true;
  }
  return stopped_ || out_of_replays_;
}

bool ShrinkTrials::IsNew(uint64_t fingerprint) {
  return tried_.insert(fingerprint).second;
}

bool ShrinkTrials::TryDeviations(const Deviations& deviations) {
  if (over() || !IsNew(FingerprintOf(deviations))) return false;
  DeviationScheduler policy(deviations);
  return Consider(Run(policy));
}

bool ShrinkTrials::TryList(const Schedule& schedule) {
  if (over() || !IsNew(FingerprintOf(schedule, kList))) return false;
  LenientScheduler policy(schedule);
  return Consider(Run(policy));
}

bool ShrinkTrials::TryStraight(WhenNotYet when_not) {
  if (!best_.record.schedule.ordered) return false;
  const uint64_t what = kStraight + static_cast<uint64_t>(when_not);
  if (over() || !IsNew(FingerprintOf(best_.record.schedule, what))) {
    return false;
  }
  StraightScheduler policy(best_.record.steps, best_.deviations.draws,
                           when_not);
  return Consider(Run(policy));
}

ShrinkTrial ShrinkTrials::Look(const Deviations& deviations) {
  if (over()) return {};
  IsNew(FingerprintOf(deviations));
  DeviationScheduler policy(deviations);
  ShrinkTrial trial = Run(policy);
  Consider(trial);
  return trial;
}

bool ShrinkTrials::Consider(ShrinkTrial trial) {
  if (trial.same && trial.cost < best_.cost) {
    best_ = std::move(trial);
    if (options_.on_smaller != nullptr) {
      options_.on_smaller(best_.record.schedule, best_.report);
    }
    return true;
  }
  if (!trial.report.failed || trial.same || others_.size() == kMaxOthers) {
    return false;
  }
  for (const OtherFailure& known : others_) {
    if (known.signature == trial.report.signature) return false;
  }
  others_.push_back({trial.report.signature, trial.report.message,
                     std::move(trial.record.schedule)});
  return false;
}

}  // namespace orrery
