// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/log.h"

namespace orrery {

History Logs() {
  History lines;
  for (const HistoryEntry& entry : Simulation::Current("Logs").history()) {
    if (entry.kind == HistoryEntry::Kind::kLog) lines.push_back(entry);
  }
  return lines;
}

}  // namespace orrery
