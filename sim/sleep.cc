// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sleep.h"

namespace orrery {

SleepAwaiter SleepUntil(absl::Time instant) {
  const int64_t due = ToNanoseconds(instant - SimEpoch());
  return SleepAwaiter(due - Simulation::Current("SleepUntil").now().ns);
}

}  // namespace orrery
