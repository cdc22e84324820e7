// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/co_assert.h"

#include "orrery/sim/simulation.h"

namespace orrery {
namespace co_assert_internal {

void AssertGuard::Stop(std::coroutine_handle<> frame) const {
  Simulation& simulation = Simulation::Current("CO_ASSERT");
  simulation.Suspend(frame, WaitKind::kNothing);
  FailureCapture* capture = FailureCapture::Current();
  if (capture != nullptr) capture->NoteFatal();
  simulation.Fail("a fatal assertion failed", site_);
}

void SkipGuard::Stop(std::coroutine_handle<> frame) const {
  Simulation& simulation = Simulation::Current("CO_SKIP");
  simulation.Suspend(frame, WaitKind::kNothing);
  // What has failed before counts.
  FailureCapture* capture = FailureCapture::Current();
  if (capture != nullptr && !simulation.stopping()) {
    capture->NoteStoppedBySkip();
  }
  simulation.Fail("the test was skipped", site_);
}

}  // namespace co_assert_internal
}  // namespace orrery
