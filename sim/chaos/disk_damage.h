// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskDamage`: what mishaps have done to disks and have not undone yet.

#ifndef ORRERY_SIM_CHAOS_DISK_DAMAGE_H_
#define ORRERY_SIM_CHAOS_DISK_DAMAGE_H_

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "orrery/base/ids.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/node/node.h"

namespace orrery {

class DiskDamage {
 public:
  explicit DiskDamage(Disks& disks) : disks_(disks) {}
  DiskDamage(const DiskDamage&) = delete;
  DiskDamage& operator=(const DiskDamage&) = delete;

  // Does to the disk of `node` what `mishap` says, and undoes it. `id` tells it
  // from all others.
  void Do(const Mishap& mishap, uint64_t id, const Node& node);
  void Undo(const Mishap& mishap, uint64_t id, const Node& node);

 private:
  // A chance that is higher for a while than it was before.
  struct Burst {
    uint64_t id;
    MishapKind kind;
    Chance chance;
  };
  struct Bursts {
    DiskFaults before;
    std::vector<Burst> bursts;
  };
  struct Full {
    uint64_t before = 0;  // how many bytes fit on it
    int times = 0;        // how many mishaps fill it
  };

  static void Apply(const Bursts& bursts, DiskFaults& faults);

  Disks& disks_;
  absl::btree_map<NodeId, Full> full_;
  absl::btree_map<NodeId, Bursts> bursts_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_DISK_DAMAGE_H_
