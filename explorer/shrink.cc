// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "orrery/explorer/shrink_passes.h"
#include "orrery/explorer/shrink_search.h"
#include "orrery/explorer/shrink_trials.h"
#include "orrery/scheduler/lenient_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"

namespace orrery {
namespace {

// How often a run is repeated to see that it fails every time.
constexpr uint64_t kRepeats = 2;

std::string HowItEnded(const RunReport& report) {
  if (!report.failed) return "it did not fail";
  return absl::StrCat("it failed with \"", report.signature, "\"");
}

// Repeats the run. Returns one of the repetitions.
absl::StatusOr<ShrinkTrial> Normalize(ShrinkTrials& trials,
                                      FailingRun& failing) {
  LenientScheduler policy(failing.schedule);
  ShrinkTrial first = trials.Run(policy);
  if (!first.record.complete) {
    return absl::ResourceExhaustedError(
        "the run is too long to be shrunk: its steps do not fit into "
        "the memory that is set aside for them");
  }
  if (!first.same) {
    return absl::FailedPreconditionError(
        absl::StrCat("the failing run cannot be shrunk: with the same choices ",
                     HowItEnded(first.report), ", instead of with \"",
                     failing.signature, "\""));
  }
  failing.signature = first.report.signature;
  for (uint64_t i = 1; i < kRepeats; ++i) {
    const ShrinkTrial again = trials.Run(policy);
    if (again.same && again.report.digests == first.report.digests &&
        again.cost == first.cost) {
      continue;
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "the run cannot be shrunk: it is not deterministic. With the "
        "same choices, ",
        HowItEnded(first.report), " the first time, and ",
        again.same ? "by another way"
                   : absl::StrCat("then ", HowItEnded(again.report)),
        " the second time"));
  }
  return first;
}

void RunPasses(ShrinkTrials& trials, uint64_t max_replays) {
  // The search seldom finds something late, and would take all there is.
  uint64_t for_search = max_replays / 4;
  DropTheEnd(trials);
  ShrinkCost before;
  do {
    before = trials.best().cost;
    DropDraws(trials, ChoiceKind::kFault);
    DropSpans(trials);
    DropDraws(trials, ChoiceKind::kData);
    LowerDraws(trials, ChoiceKind::kData);
    DropItems(trials);
    ReduceOrder(trials);
    for (const ChoiceKind kind : {ChoiceKind::kWake, ChoiceKind::kRandom}) {
      DropDraws(trials, kind);
      LowerDraws(trials, kind);
    }
    DropDraws(trials, ChoiceKind::kLatency);
    LowerDraws(trials, ChoiceKind::kLatency);
    LowerDraws(trials, ChoiceKind::kFault);
    PolishList(trials);
    const uint64_t searched_before = trials.replays();
    SearchBelow(trials, for_search);
    for_search -= std::min(for_search, trials.replays() - searched_before);
  } while (trials.best().cost < before && !trials.over());
}

absl::Status Verify(ShrinkTrials& trials) {
  for (uint64_t i = 0; i < kRepeats; ++i) {
    ReplayScheduler policy(trials.best().record.schedule);
    const ShrinkTrial again = trials.Run(policy);
    if (again.same && again.report.digests == trials.best().report.digests) {
      continue;
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "what was found by shrinking does not fail every time: ",
        HowItEnded(again.report), "; the program is not deterministic"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ShrinkResult> Shrink(const RunFunction& run,
                                    const FailingRun& failing,
                                    const ShrinkOptions& options) {
  FailingRun wanted = failing;
  ShrinkTrials trials(run, wanted, options, /*reserved=*/kRepeats);
  if (options.stop != nullptr && options.stop()) {
    return absl::CancelledError(
        "shrinking was stopped before the failing run was repeated");
  }
  absl::StatusOr<ShrinkTrial> first = Normalize(trials, wanted);
  if (!first.ok()) return first.status();
  ShrinkResult result;
  result.original = first->cost;
  trials.Begin(*std::move(first));
  RunPasses(trials, options.max_replays);
  if (!trials.stopped()) {
    const absl::Status status = Verify(trials);
    if (!status.ok()) return status;
  }
  const ShrinkTrial& best = trials.best();
  result.schedule = best.record.schedule;
  result.deviations = best.deviations;
  result.report = best.report;
  result.cost = best.cost;
  result.replays = trials.replays();
  result.stopped = trials.stopped();
  result.out_of_replays = trials.out_of_replays();
  result.others = trials.TakeOthers();
  return result;
}

}  // namespace orrery
