// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Log`: a line of text with the simulated time. Lines stand in the trace and
// in the history, about which tests make assertions; they are in no digest, so
// adding one does not break a replay.

#ifndef ORRERY_SIM_LOG_H_
#define ORRERY_SIM_LOG_H_

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/history.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// Logs `text` at the current instant.
inline void Log(absl::string_view text,
                SourceSite site = SourceSite::current()) {
  Simulation::Current("Log").LogLine(text, site);
}

// Returns the lines logged so far, in order.
History Logs();

}  // namespace orrery

#endif  // ORRERY_SIM_LOG_H_
