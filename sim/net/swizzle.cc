// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/swizzle.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"

namespace orrery {
namespace {

void Shuffle(Fault& fault, std::vector<NodeId>& nodes) {
  for (size_t i = 0; i + 1 < nodes.size(); ++i) {
    std::swap(nodes[i], nodes[i + fault.Pick(nodes.size() - i)]);
  }
}

// Returns `count` instants from now on within `nanoseconds`, in their order.
std::vector<SimTime> PickInstants(Fault& fault, size_t count,
                                  int64_t nanoseconds) {
  const SimTime now = Simulation::Current("Swizzle").now();
  std::vector<SimTime> instants;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t after = fault.Pick(static_cast<uint64_t>(nanoseconds) + 1);
    instants.push_back(After(now, static_cast<int64_t>(after)));
  }
  std::sort(instants.begin(), instants.end());
  return instants;
}

auto SleepUntilTrue(SimTime instant) {
  const SimTime now = Simulation::Current("Swizzle").now();
  return Sleep(absl::Nanoseconds(std::max<int64_t>(0, instant.ns - now.ns)));
}

// What is clogged is not, when it goes.
class Clogs {
 public:
  Clogs(Network* network, Fault* fault) : network_(*network), fault_(*fault) {}
  Clogs(const Clogs&) = delete;
  Clogs& operator=(const Clogs&) = delete;
  ~Clogs() {
    if (Simulation::Current("Swizzle").closing()) return;
    for (NodeId node : nodes_) network_.UnclogBy(fault_, node);
  }

  void Add(NodeId node) {
    nodes_.push_back(node);
    network_.ClogInBy(fault_, node);
    network_.ClogOutBy(fault_, node);
  }

 private:
  Network& network_;
  Fault& fault_;
  std::vector<NodeId> nodes_;
};

}  // namespace

Task<size_t> Swizzle(Network& network, std::vector<const Node*> nodes,
                     absl::Duration duration) {
  Fault& fault = Faults::Current().Get("net.swizzle");
  if (nodes.empty() || !fault.Reach()) co_return 0;
  std::vector<NodeId> all;
  for (const Node* node : nodes) {
    all.push_back(node != nullptr ? node->id() : NodeId());
  }
  std::vector<NodeId> some;
  for (NodeId node : all) {
    if (fault.Pick(2) == 1) some.push_back(node);
  }
  if (some.empty()) some.push_back(all[fault.Pick(all.size())]);
  const int64_t half = std::max<int64_t>(0, ToNanoseconds(duration)) / 2;

  Clogs clogs(&network, &fault);
  const SimTime middle = After(Simulation::Current("Swizzle").now(), half);
  Shuffle(fault, some);
  const std::vector<SimTime> begins = PickInstants(fault, some.size(), half);
  for (size_t i = 0; i < some.size(); ++i) {
    co_await SleepUntilTrue(begins[i]);
    clogs.Add(some[i]);
  }
  co_await SleepUntilTrue(middle);
  Shuffle(fault, some);
  const std::vector<SimTime> ends = PickInstants(fault, some.size(), half);
  for (size_t i = 0; i < some.size(); ++i) {
    co_await SleepUntilTrue(ends[i]);
    network.UnclogBy(fault, some[i]);
  }
  co_return some.size();
}

}  // namespace orrery
