// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a stack of coroutines waits, in the user's own code.

#ifndef ORRERY_SIM_AWAIT_SITES_H_
#define ORRERY_SIM_AWAIT_SITES_H_

#include <coroutine>
#include <string>
#include <vector>

#include "orrery/base/source_site.h"

namespace orrery {

// Returns where the user's code waits when `innermost` does. Frames of our own,
// those of a combinator say, stand between the user's and do not count.
const SourceSite& AwaitSite(std::coroutine_handle<> innermost);

// Returns where each frame of the user's waits, from `innermost` on outward:
// "bank.cc:41 Transfer". Frames that have not begun wait nowhere.
std::vector<std::string> AwaitSites(std::coroutine_handle<> innermost);

// Returns "bank.cc:41 Transfer".
std::string FormatFrame(const SourceSite& site);

}  // namespace orrery

#endif  // ORRERY_SIM_AWAIT_SITES_H_
