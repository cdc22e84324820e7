// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/sim_test_body.h"

#include "orrery/testing/failure_capture.h"

namespace orrery {

bool SimTestBody::OrreryMayGoOn() const {
  const FailureCapture* capture = FailureCapture::Current();
  return capture == nullptr ||
         (!capture->fatal() && !capture->skip().has_value());
}

}  // namespace orrery
