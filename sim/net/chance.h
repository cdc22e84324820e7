// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Chance`: how likely something is that may go wrong, in parts per million. At
// zero nothing is drawn, so that a fault which is off changes no other draw.

#ifndef ORRERY_SIM_NET_CHANCE_H_
#define ORRERY_SIM_NET_CHANCE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class Chance {
 public:
  static constexpr uint32_t kMillion = 1'000'000;

  constexpr Chance() = default;  // never
  static constexpr Chance Never() { return Chance(); }
  static constexpr Chance Always() { return PerMillion(kMillion); }
  static constexpr Chance PerMillion(uint32_t parts) {
    ORRERY_CHECK(parts <= kMillion,
                 "a chance is a million in a million at most");
    Chance chance;
    chance.parts_ = parts;
    return chance;
  }
  static constexpr Chance Percent(uint32_t percent) {
    return PerMillion(percent * (kMillion / 100));
  }

  constexpr uint32_t per_million() const { return parts_; }
  friend constexpr bool operator==(Chance, Chance) = default;

  // Returns whether it happens this time. `site` names the fault, and must
  // outlive the run, as literals do. The choice of 0 is that it does not.
  bool Happens(Simulation& simulation, absl::string_view site) const {
    if (parts_ == 0) [[likely]]
      return false;
    if (parts_ == kMillion) return true;
    return simulation.Draw(ChoiceKind::kFault, kMillion, site) >=
           kMillion - parts_;
  }

 private:
  uint32_t parts_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_CHANCE_H_
