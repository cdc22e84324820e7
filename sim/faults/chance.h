// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Chance`: how likely something is that may go wrong, in parts per million.
// What is never to happen draws nothing (fault.h).

#ifndef ORRERY_SIM_FAULTS_CHANCE_H_
#define ORRERY_SIM_FAULTS_CHANCE_H_

#include <cstdint>

#include "orrery/base/check.h"

namespace orrery {

class Chance {
 public:
  static constexpr uint32_t kMillion = 1'000'000;

  constexpr Chance() = default;  // never
  static constexpr Chance Never() { return Chance(); }
  static constexpr Chance Always() { return PerMillion(kMillion); }
  // `parts` is a million at most.
  static constexpr Chance PerMillion(uint32_t parts) {
    ORRERY_CHECK(parts <= kMillion,
                 "a chance is a million in a million at most");
    Chance chance;
    chance.parts_ = parts;
    return chance;
  }
  // `percent` is a hundred at most.
  static constexpr Chance Percent(uint32_t percent) {
    return PerMillion(percent * (kMillion / 100));
  }

  constexpr bool never() const { return parts_ == 0; }
  constexpr bool always() const { return parts_ == kMillion; }
  constexpr uint32_t per_million() const { return parts_; }
  friend constexpr bool operator==(Chance, Chance) = default;

 private:
  uint32_t parts_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_CHANCE_H_
