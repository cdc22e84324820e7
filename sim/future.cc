// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/future.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/access.h"
#include "orrery/sim/exception_text.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/posted_callback.h"

namespace orrery::future_internal {

void ReportUnseen(const FutureState& state) {
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr || simulation->closing()) return;
  simulation->Fail(
      absl::StrCat("the error of ", state.ToString(),
                   ", which nobody has seen: ", ExceptionText(state.error)),
      SourceSite(), state.error);
}

void FailState(const FutureState& state, const char* asked, const char* how) {
  throw InvalidStateError(absl::StrCat(asked, " was called for ",
                                       state.ToString(), ", which is ", how));
}

PostHandle AddDoneCallback(FutureState& state,
                           absl::AnyInvocable<void() &&> callback,
                           const SourceSite& site) {
  auto* posted = new PostedCallback(std::move(callback));
  Simulation::Current("AddDoneCallback()")
      .CallWhenOver(state, posted, {state.key(), AccessKind::kWait}, site);
  return PostHandle(posted);
}

}  // namespace orrery::future_internal
