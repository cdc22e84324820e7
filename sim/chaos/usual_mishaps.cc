// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/nemesis.h"

namespace orrery {

std::vector<WeightedMishap> UsualMishaps() {
  const Chance rare = Chance::Percent(1);
  const Chance some = Chance::Percent(30);
  return {
      {mishap::PartitionHalves(), 2},
      {mishap::Isolate()},
      {mishap::CutOneWay()},
      {mishap::Cut("@any", "@any")},
      {mishap::Ring()},
      {mishap::Bridge()},
      {mishap::BlackHole()},
      {mishap::Clog()},
      {mishap::ClogIn()},
      {mishap::ClogOut()},
      {mishap::Swizzle()},
      {mishap::Hold()},
      {mishap::UpTo(mishap::Loss(some))},
      {mishap::UpTo(mishap::Duplication(some))},
      {mishap::UpTo(mishap::Reordering(some))},
      {mishap::UpTo(mishap::Corruption(rare))},
      {mishap::Kill(), 2},
      {mishap::Crash(), 2},
      {mishap::Crash("@zone")},
      {mishap::Kill("@rack")},
      {mishap::Restart()},
      {mishap::Pause(), 2},
      {mishap::UpTo(mishap::ClockDrift(500))},
      {mishap::UpTo(mishap::ClockStep(absl::Seconds(10)))},
      {mishap::ClockFreeze()},
      {mishap::DiskFull()},
      {mishap::UpTo(mishap::ReadErrors(rare))},
      {mishap::UpTo(mishap::WriteErrors(rare))},
      {mishap::UpTo(mishap::SyncErrors(rare))},
      {mishap::UpTo(mishap::DiskStalls(rare))},
  };
}

}  // namespace orrery
