// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/disk/disks.h"

#include <string>
#include <utility>

#include "orrery/sim/node_control.h"
#include "orrery/sim/simulation.h"

namespace orrery {

Disks::Disks(World& world, DiskOptions options)
    : world_(world), options_(std::move(options)) {
  world_.AddObserver(this);
}

Disks::~Disks() { world_.RemoveObserver(this); }

Disk& Disks::Get(NodeId node) {
  if (disks_.size() <= node.value) disks_.resize(size_t{node.value} + 1);
  std::unique_ptr<Disk>& disk = disks_[node.value];
  if (disk == nullptr) {
    NodeControl& nodes = Simulation::Current("Disks").nodes();
    const std::string name = node ? nodes.name(node) : "";
    // Whoever is the first to ask, it is the machine's.
    nodes.RunOn(node,
                [&] { disk = std::make_unique<Disk>(options_, node, name); });
  }
  return *disk;
}

Disk& Disks::of(const Node* node) {
  return Get(node != nullptr ? node->id() : NodeId());
}

Disk& Disks::current() {
  return Get(Simulation::Current("Disks").current_node());
}

void Disks::OnDown(Node& node, NodeState why) {
  if (disks_.size() <= node.id().value) return;
  Disk* disk = disks_[node.id().value].get();
  if (disk == nullptr) return;
  if (why != NodeState::kCrashed) {
    disk->Close();
    return;
  }
  Simulation::Current("Disks").nodes().RunOn(node.id(),
                                             [disk] { disk->Crash(); });
}

}  // namespace orrery
