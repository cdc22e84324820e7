// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `BoundedSemaphore`: a semaphore that notices when more is given back than was
// taken, as asyncio.BoundedSemaphore.

#ifndef ORRERY_SIM_SYNC_BOUNDED_SEMAPHORE_H_
#define ORRERY_SIM_SYNC_BOUNDED_SEMAPHORE_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/sync/semaphore.h"

namespace orrery {

// All that a `Semaphore` does. `Release` throws InvalidStateError if all units
// are there already; a guard to which that happens fails the run.
class BoundedSemaphore : public Semaphore {
 public:
  // There are never more than `units`. `name` is for reports.
  explicit BoundedSemaphore(size_t units = 1, absl::string_view name = "",
                            SourceSite site = SourceSite::current())
      : Semaphore("BoundedSemaphore", units, units, name, site) {}
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_BOUNDED_SEMAPHORE_H_
