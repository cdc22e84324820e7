// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/replay_scheduler.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

std::string Describe(ChoiceKind kind, absl::string_view site, uint64_t n) {
  return absl::StrCat("choice of ", ChoiceName(kind),
                      site.empty() ? "" : absl::StrCat(" \"", site, "\""),
                      " among ", n);
}

}  // namespace

std::string Divergence::ToString() const {
  std::string text = absl::StrCat("at choice ", choice, "\n  recorded: ");
  if (recorded.has_value()) {
    absl::StrAppend(&text, Describe(recorded->kind, recorded_site, recorded->n),
                    " -> ", recorded->chosen);
  } else {
    absl::StrAppend(&text, "no further choice, the run was over");
  }
  absl::StrAppend(&text, "\n  this run: ");
  if (actual.has_value()) {
    absl::StrAppend(&text, Describe(actual->kind, actual_site, actual->n));
  } else {
    absl::StrAppend(&text, "no further choice, the run is over");
  }
  return text;
}

void ReplayScheduler::BeginRun(const RunInfo&) {
  next_ = 0;
  divergence_.reset();
}

uint64_t ReplayScheduler::Follow(const ChoicePoint& where, Candidates ready) {
  if (divergence_.has_value()) return kDiverged;
  if (next_ < schedule_.choices.size()) {
    const ScheduledChoice& choice = schedule_.choices[next_];
    if (choice.kind == where.kind && choice.n == where.n &&
        choice.chosen < where.n && schedule_.SiteOf(choice) == where.site) {
      ++next_;
      return choice.chosen;
    }
  }
  NoteDivergence();
  divergence_->actual = Choice{.kind = where.kind, .n = where.n};
  divergence_->actual_site = std::string(where.site);
  divergence_->time = where.now;
  if (where.kind != ChoiceKind::kNextEntity) divergence_->task = where.task;
  for (const Candidate* candidate :
       ready.subspan(0, event::kMaxTracedCandidates)) {
    divergence_->candidates.push_back(candidate->task);
  }
  return kDiverged;
}

size_t ReplayScheduler::PickNext(const ChoicePoint& where, Candidates ready) {
  return Follow(where, ready);
}

uint64_t ReplayScheduler::Draw(const ChoicePoint& where) {
  return Follow(where, {});
}

NextRun ReplayScheduler::EndRun(const RunSummary& run) {
  if (!divergence_.has_value() && next_ < schedule_.choices.size() &&
      run.outcome != Outcome::kDiverged) {
    NoteDivergence();
  }
  return NextRun::kExhausted;
}

void ReplayScheduler::NoteDivergence() {
  divergence_.emplace();
  divergence_->choice = next_;
  if (next_ == schedule_.choices.size()) return;
  divergence_->recorded = schedule_.choices[next_];
  divergence_->recorded_site =
      std::string(schedule_.SiteOf(schedule_.choices[next_]));
}

}  // namespace orrery
