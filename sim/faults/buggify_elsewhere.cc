// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/buggify_elsewhere.h"

#include "orrery/sim/faults/buggify.h"
#include "orrery/sim/faults/chance.h"

namespace orrery {

bool BuggifyElsewhere() {
  return Buggify("shared_site",
                 {.active = Chance::Percent(50), .fires = Chance::Always()});
}

}  // namespace orrery
