// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Cost`: how long a computation takes. In a simulation code takes no time
// unless it says so.

#ifndef ORRERY_SIM_COST_H_
#define ORRERY_SIM_COST_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// Either a duration, which converts to it, or a range of which the scheduler
// chooses: {absl::Seconds(1), absl::Seconds(2)}.
class Cost {
 public:
  Cost() = default;                // nothing
  Cost(absl::Duration exactly)     // NOLINT: a duration is a cost
      : Cost(exactly, exactly) {}  // the same, at the least and at the most
  // Any number of nanoseconds from `least` to `most`, both included. `most` is
  // finite unless they are the same.
  Cost(absl::Duration least, absl::Duration most)
      : least_(ToNanoseconds(least)), most_(ToNanoseconds(most)) {
    ORRERY_CHECK(least_ <= most_, "a Cost whose least is above its most");
    ORRERY_CHECK(least_ == most_ || SimTime(most_) < SimTime::Infinite(),
                 "a Cost that is drawn from an infinite range");
  }

  // Returns how long it takes this time, in nanoseconds. `site` is a label for
  // the choice, and must outlive the run, as literals do.
  int64_t Draw(Simulation& simulation, absl::string_view site) const {
    const uint64_t n =
        static_cast<uint64_t>(most_) - static_cast<uint64_t>(least_) + 1;
    return least_ +
           static_cast<int64_t>(simulation.Draw(ChoiceKind::kLatency, n, site));
  }

 private:
  int64_t least_ = 0;
  int64_t most_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_COST_H_
