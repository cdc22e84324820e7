// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/co_assert.h"

#include "orrery/sim/simulation.h"
#include "orrery/testing/failure_capture.h"
#include "orrery/testing/skip.h"

namespace orrery {
namespace co_assert_internal {

AssertGuard::AssertGuard(SourceSite site)
    : site_(site), failures_before_(FailureCapture::CountOnThisThread()) {}

bool AssertGuard::Stopper::await_ready() const {
  return FailureCapture::CountOnThisThread() == guard_->failures_before_;
}

void AssertGuard::Stop(std::coroutine_handle<> frame) const {
  Simulation& simulation = Simulation::Current("CO_ASSERT");
  simulation.Suspend(frame, WaitKind::kNothing);
  simulation.Fail("a fatal assertion failed", site_);
}

void SkipGuard::Stop(std::coroutine_handle<> frame) const {
  Simulation& simulation = Simulation::Current("CO_SKIP");
  simulation.Suspend(frame, WaitKind::kNothing);
  RequestSkip(message_.GetString());
  simulation.Fail("the test was skipped", SourceSite());
}

}  // namespace co_assert_internal
}  // namespace orrery
