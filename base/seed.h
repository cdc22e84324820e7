// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Seed`: together with the program and the policy, it names a run completely.

#ifndef ORRERY_BASE_SEED_H_
#define ORRERY_BASE_SEED_H_

#include <cstdint>

#include "orrery/base/ids.h"

namespace orrery {

struct Seed {
  uint64_t value = 1;

  constexpr Seed() = default;
  constexpr explicit Seed(uint64_t v) : value(v) {}
  friend constexpr bool operator==(Seed a, Seed b) = default;

  // Returns the seed of the `index`-th run (from 0) of a campaign that starts
  // with this one. Run 0 has this very seed, so that a printed seed can be
  // given back as it is.
  constexpr Seed ForRun(uint64_t index) const {
    if (index == 0) return *this;
    return Seed(ids_internal::Mix(value + 0x9e3779b97f4a7c15u * index));
  }
};

}  // namespace orrery

#endif  // ORRERY_BASE_SEED_H_
