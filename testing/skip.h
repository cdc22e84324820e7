// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How CO_SKIP tells the runner that the test is to be skipped.

#ifndef ORRERY_TESTING_SKIP_H_
#define ORRERY_TESTING_SKIP_H_

#include <optional>
#include <string>

namespace orrery {

// Asks that the test that runs on this thread be skipped, for this reason.
void RequestSkip(std::string reason);

// Returns the reason, once, if that was asked for.
std::optional<std::string> TakeSkipRequest();

}  // namespace orrery

#endif  // ORRERY_TESTING_SKIP_H_
