// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Disks`: a disk for each machine of a `World`, and one for the test. A disk
// outlives what runs on its machine: after `Node::Kill` all that was written is
// there, after `Node::Crash` only what was synced is sure to be.
//
//   World world;
//   Disks disks(world);
//   Node& replica =
//       world.AddNode("replica", [&] { return Serve(disks.current()); });
//   co_await Sleep(absl::Seconds(1));
//   replica.Crash();
//   replica.Boot();

#ifndef ORRERY_SIM_DISK_DISKS_H_
#define ORRERY_SIM_DISK_DISKS_H_

#include <memory>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/node/world.h"

namespace orrery {

class Disks final : public NodeObserver {
 public:
  // Each disk begins with `options`. The world must outlive them.
  explicit Disks(World& world, DiskOptions options = {});
  Disks(const Disks&) = delete;
  Disks& operator=(const Disks&) = delete;
  ~Disks() override;

  // Returns the disk of a machine, which is made when it is first asked for;
  // null: that of the test, which never goes down.
  Disk& of(const Node* node);
  Disk& of(const Node& node) { return of(&node); }
  // Returns that of the machine that runs this.
  Disk& current();

  void OnDown(Node& node, NodeState why) override;

 private:
  Disk& Get(NodeId node);

  World& world_;
  DiskOptions options_;
  std::vector<std::unique_ptr<Disk>> disks_;  // by the number of the machine
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISKS_H_
