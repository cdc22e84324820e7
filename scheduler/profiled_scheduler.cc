// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/profiled_scheduler.h"

#include <utility>

namespace orrery {

void ProfiledScheduler::BeginRun(const RunInfo& run) {
  random_ = Prng(run.seed.value);
  streams_.Begin(run.seed);
  profiling_ = run.profile;
  if (profiling_) {
    recorder_.Begin();
  } else {
    StartRun();
  }
}

size_t ProfiledScheduler::PickNext(const ChoicePoint&, Candidates ready) {
  if (profiling_) [[unlikely]]
    return random_.Below(ready.size());
  return Pick(ready);
}

void ProfiledScheduler::OnStep(const StepInfo& step) {
  if (profiling_) [[unlikely]] {
    recorder_.OnStep(step);
  } else {
    Observe(step);
  }
}

NextRun ProfiledScheduler::EndRun(const RunSummary&) {
  if (profiling_) {
    profiling_ = false;
    if (learns_) {
      profile_ = recorder_.Finish();
      learned_ = true;
      Learn(profile_);
    }
  }
  return NextRun::kAgain;
}

std::string ProfiledScheduler::SaveState() const {
  return learned_ ? profile_.ToText() : "";
}

bool ProfiledScheduler::RestoreState(absl::string_view state) {
  RunProfile profile;
  if (!state.empty() && !(learns_ && RunProfile::FromText(state, &profile))) {
    return false;
  }
  profile_ = std::move(profile);
  learned_ = !state.empty();
  Learn(profile_);
  return true;
}

}  // namespace orrery
