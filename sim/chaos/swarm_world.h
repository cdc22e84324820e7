// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A world whose shape, and whose faults, each run draws for itself (swarm.h):
// chaos that is on without being asked for, in one line each.
//
//   Swarm swarm;
//   const SwarmShape shape = SwarmTopology(swarm, 3, 7);
//   World world({.max_down = shape.nodes / 2});
//   Network network(world, SwarmNetwork(swarm));
//   Disks disks(world, {.faults = SwarmDisk(swarm)});
//   for (size_t i = 0; i < shape.nodes; ++i) {
//     world.AddNode(absl::StrCat("replica-", i), ...,
//                   {.zone = shape.ZoneOf(i)});
//   }
//   Nemesis nemesis(world, &network, &disks);
//   co_await nemesis.Run(SwarmNemesis(swarm));
//
// The faults are what a careful program should survive. What a fault is called
// is its family: --orrery_set=net.loss=off keeps links and nemesis from it.

#ifndef ORRERY_SIM_CHAOS_SWARM_WORLD_H_
#define ORRERY_SIM_CHAOS_SWARM_WORLD_H_

#include <cstddef>
#include <string>

#include "absl/types/span.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/faults/swarm.h"
#include "orrery/sim/net/link.h"
#include "orrery/sim/net/stream_options.h"

namespace orrery {

struct SwarmShape {
  size_t nodes = 1;
  size_t zones = 1;  // no more than there are nodes

  // Returns "zone-1", the zone of the node with this number.
  std::string ZoneOf(size_t node) const;
};

// Draws how many nodes there are, from `least` to `most`, and over how many
// zones they are spread: topology.nodes, topology.zones.
SwarmShape SwarmTopology(Swarm swarm, size_t least, size_t most);

// Draws how long messages take, and by which law, and what goes wrong with
// datagrams: topology.latency, topology.law, net.loss, net.duplication,
// net.reordering, net.corruption.
LinkOptions SwarmLink(Swarm swarm);

// Draws what goes wrong with streams: net.stream_loss, net.refuse,
// net.connect_hang, net.reset, net.short_read, net.short_write.
StreamFaults SwarmStreams(Swarm swarm);

// Both, and whether machines are near or far: topology.distance.
NetworkOptions SwarmNetwork(Swarm swarm);

// Draws what goes wrong with disks, of which the program is told, and what is
// left after a crash: disk.read_error, disk.write_error, disk.sync_error,
// disk.short_read, disk.short_write, disk.stall, disk.crash_lost,
// disk.crash_torn, disk.crash_reordered.
DiskFaults SwarmDisk(Swarm swarm);

// The same with what it is not told: disk.lost_write, disk.misdirected_write,
// disk.bit_rot, disk.eviction. Only a program that has more than one copy, or
// that notices and stops, can survive that.
DiskFaults SwarmRottenDisk(Swarm swarm);

// Draws how often something goes wrong, how long it lasts, and which of the
// mishaps of `random` there are: nemesis.interval, nemesis.lasts, and the
// families of their faults. Where `random` names no mishaps, it is
// `UsualMishaps`; of these, only those of `families`, if there are any:
// {{"net", "node"}}.
RandomMishaps SwarmNemesis(Swarm swarm, RandomMishaps random = {},
                           absl::Span<const char* const> families = {});

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_SWARM_WORLD_H_
