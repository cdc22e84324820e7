// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/disk_damage.h"

#include <algorithm>

#include "orrery/sim/disk/disk.h"

namespace orrery {
namespace {

void Raise(Chance& chance, Chance to) {
  if (to.per_million() > chance.per_million()) chance = to;
}

}  // namespace

void DiskDamage::Do(const Mishap& mishap, uint64_t id, const Node& node) {
  Disk& disk = disks_.of(node);
  if (mishap.kind() == MishapKind::kDiskFull) {
    Full& full = full_[node.id()];
    if (++full.times > 1) return;
    full.before = disk.capacity();
    disk.SetCapacity(0);
    return;
  }
  Bursts& of = bursts_[node.id()];
  if (of.bursts.empty()) of.before = disk.faults();
  const auto parts = static_cast<uint32_t>(mishap.amount());
  of.bursts.push_back({id, mishap.kind(), Chance::PerMillion(parts)});
  Apply(of, disk.faults());
}

void DiskDamage::Undo(const Mishap& mishap, uint64_t id, const Node& node) {
  Disk& disk = disks_.of(node);
  if (mishap.kind() == MishapKind::kDiskFull) {
    Full& full = full_.at(node.id());
    if (--full.times == 0) disk.SetCapacity(full.before);
    return;
  }
  Bursts& of = bursts_.at(node.id());
  of.bursts.erase(std::remove_if(of.bursts.begin(), of.bursts.end(),
                                 [id](const Burst& b) { return b.id == id; }),
                  of.bursts.end());
  Apply(of, disk.faults());
}

void DiskDamage::Apply(const Bursts& bursts, DiskFaults& faults) {
  faults = bursts.before;
  for (const Burst& burst : bursts.bursts) {
    switch (burst.kind) {
      case MishapKind::kReadErrors:
        Raise(faults.read_error, burst.chance);
        break;
      case MishapKind::kWriteErrors:
        Raise(faults.write_error, burst.chance);
        break;
      case MishapKind::kSyncErrors:
        Raise(faults.sync_error, burst.chance);
        break;
      case MishapKind::kBitRot:
        Raise(faults.bit_rot, burst.chance);
        break;
      case MishapKind::kLostWrites:
        Raise(faults.lost_write, burst.chance);
        break;
      default:
        Raise(faults.stall, burst.chance);
        break;
    }
  }
}

}  // namespace orrery
