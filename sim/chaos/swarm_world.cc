// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/swarm_world.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"

namespace orrery {
namespace {

// Rates that a program meets on a bad day.
constexpr Chance kHardly = Chance::PerMillion(10);
constexpr Chance kRarely = Chance::PerMillion(100);
constexpr Chance kAtTimes = Chance::Percent(1);
constexpr Chance kOften = Chance::Percent(20);
constexpr Chance kMostly = Chance::Percent(50);

LatencyLaw DrawLaw(Swarm swarm) {
  const absl::Duration latency = swarm.Time(
      "topology.latency", absl::Microseconds(50), absl::Milliseconds(50));
  switch (swarm.OneOf("topology.law",
                      {{"constant", "uniform", "exponential", "tail"}})) {
    case 1:
      return LatencyLaw::Uniform(latency, 2 * latency);
    case 2:
      return LatencyLaw::Exponential(latency / 2, latency / 2, 20 * latency);
    case 3:
      return LatencyLaw::WithTail(latency, 2 * latency, 100, 50 * latency);
    default:
      return LatencyLaw(latency);
  }
}

// Whether the fault is of one of the families, of which none are all.
bool IsOf(absl::string_view fault, absl::Span<const char* const> families) {
  return families.empty() ||
         std::any_of(families.begin(), families.end(),
                     [&](absl::string_view family) {
                       return fault.substr(0, fault.find('.')) == family;
                     });
}

}  // namespace

std::string SwarmShape::ZoneOf(size_t node) const {
  return absl::StrCat("zone-", node % zones + 1);
}

SwarmShape SwarmTopology(Swarm swarm, size_t least, size_t most) {
  SwarmShape shape;
  shape.nodes =
      static_cast<size_t>(swarm.Number("topology.nodes", least, most));
  shape.zones = static_cast<size_t>(swarm.Number("topology.zones", 1, 3));
  shape.zones = std::max<size_t>(1, std::min(shape.zones, shape.nodes));
  return shape;
}

LinkOptions SwarmLink(Swarm swarm) {
  LinkOptions link;
  link.latency = DrawLaw(swarm);
  link.loss = swarm.Rate("net.loss", kRarely, kOften);
  link.duplication = swarm.Rate("net.duplication", kRarely, kOften);
  link.reordering = swarm.Rate("net.reordering", kRarely, kOften);
  link.reordered_by =
      LatencyLaw::Uniform(absl::ZeroDuration(), absl::Milliseconds(50));
  link.corruption = swarm.Rate("net.corruption", kHardly, kAtTimes);
  return link;
}

StreamFaults SwarmStreams(Swarm swarm) {
  StreamFaults stream;
  stream.loss = swarm.Rate("net.stream_loss", kRarely, kOften);
  stream.refuse = swarm.Rate("net.refuse", kRarely, kOften);
  stream.connect_hang = swarm.Rate("net.connect_hang", kRarely, kAtTimes);
  stream.reset = swarm.Rate("net.reset", kHardly, kAtTimes);
  stream.short_read = swarm.Rate("net.short_read", kAtTimes, kMostly);
  stream.short_write = swarm.Rate("net.short_write", kAtTimes, kMostly);
  return stream;
}

NetworkOptions SwarmNetwork(Swarm swarm) {
  NetworkOptions options;
  options.link = SwarmLink(swarm);
  options.link.stream = SwarmStreams(swarm);
  if (swarm.OneOf("topology.distance", {{"near", "far"}}) == 1) {
    options.distance =
        LatencyLaw::Uniform(absl::ZeroDuration(), absl::Milliseconds(100));
  }
  return options;
}

DiskFaults SwarmDisk(Swarm swarm) {
  DiskFaults disk;
  disk.read_error = swarm.Rate("disk.read_error", kHardly, kAtTimes);
  disk.write_error = swarm.Rate("disk.write_error", kHardly, kAtTimes);
  disk.sync_error = swarm.Rate("disk.sync_error", kHardly, kAtTimes);
  disk.short_read = swarm.Rate("disk.short_read", kAtTimes, kMostly);
  disk.short_write = swarm.Rate("disk.short_write", kAtTimes, kMostly);
  disk.stall = swarm.Rate("disk.stall", kRarely, kAtTimes);
  disk.crash_lost = swarm.Rate("disk.crash_lost", kAtTimes, Chance::Always());
  disk.crash_torn = swarm.Rate("disk.crash_torn", kAtTimes, Chance::Always());
  disk.crash_reordered =
      swarm.Rate("disk.crash_reordered", kAtTimes, Chance::Always());
  return disk;
}

DiskFaults SwarmRottenDisk(Swarm swarm) {
  DiskFaults disk = SwarmDisk(swarm);
  disk.lost_write = swarm.Rate("disk.lost_write", kHardly, kAtTimes);
  disk.misdirected_write =
      swarm.Rate("disk.misdirected_write", kHardly, kAtTimes);
  disk.bit_rot = swarm.Rate("disk.bit_rot", kHardly, kAtTimes);
  disk.eviction = swarm.Rate("disk.eviction", kAtTimes, kMostly);
  return disk;
}

RandomMishaps SwarmNemesis(Swarm swarm, RandomMishaps random,
                           absl::Span<const char* const> families) {
  if (random.mishaps.empty()) random.mishaps = UsualMishaps();
  std::erase_if(random.mishaps, [&](const WeightedMishap& mishap) {
    return !IsOf(mishap.what.fault(), families);
  });
  // Those that are off stay in the list: they are skipped, since they are
  // masked, and what becomes of the others does not depend on them.
  for (const WeightedMishap& mishap : random.mishaps) {
    if (!mishap.what.fault().empty()) swarm.Family(mishap.what.fault());
  }
  const absl::Duration shortest = absl::Milliseconds(10);
  const absl::Duration interval =
      swarm.Time("nemesis.interval", absl::Milliseconds(100), absl::Seconds(5));
  const absl::Duration lasts =
      swarm.Time("nemesis.lasts", absl::Milliseconds(100), absl::Seconds(10));
  random.interval = LatencyLaw::Exponential(shortest, interval,
                                            std::max(shortest, 10 * interval));
  random.lasts =
      LatencyLaw::Exponential(shortest, lasts, std::max(shortest, 10 * lasts));
  return random;
}

}  // namespace orrery
