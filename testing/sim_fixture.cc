// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/sim_fixture.h"

#include "orrery/testing/failure_capture.h"

namespace orrery {

bool SimTest::HasFailure() {
  const FailureCapture* capture = FailureCapture::Current();
  return capture != nullptr && capture->count() > 0;
}

bool SimTest::HasFatalFailure() {
  const FailureCapture* capture = FailureCapture::Current();
  return capture != nullptr && capture->fatal();
}

bool SimTest::IsSkipped() {
  const FailureCapture* capture = FailureCapture::Current();
  return capture != nullptr && capture->skip().has_value();
}

}  // namespace orrery
