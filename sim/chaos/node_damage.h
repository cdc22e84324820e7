// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `NodeDamage`: what mishaps have done to machines and to their clocks, and
// have not undone yet.

#ifndef ORRERY_SIM_CHAOS_NODE_DAMAGE_H_
#define ORRERY_SIM_CHAOS_NODE_DAMAGE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "orrery/base/ids.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/node/node.h"

namespace orrery {

// A machine that a mishap has hit.
struct HitNode {
  Node* node = nullptr;
  uint32_t incarnation = 0;  // that it had then
  bool noticed = false;      // it was up, so that it made a difference
};

class NodeDamage {
 public:
  NodeDamage() = default;
  NodeDamage(const NodeDamage&) = delete;
  NodeDamage& operator=(const NodeDamage&) = delete;

  // Whether such a mishap would change anything for a machine. Those that are
  // down cannot go down.
  static bool CanHit(MishapKind kind, const Node& node);

  // Does to `node` what `mishap` says, and undoes it. `id` tells it from all
  // others. A machine that somebody else has booted meanwhile is left alone.
  void Do(const Mishap& mishap, uint64_t id, Node& node);
  void Undo(const Mishap& mishap, uint64_t id, const HitNode& hit);

 private:
  struct Drifts {
    int64_t before = 0;
    std::vector<std::pair<uint64_t, int64_t>> drifts;
  };

  static void Apply(Node& node, const Drifts& drifts);

  absl::btree_map<NodeId, int> frozen_;  // by how many mishaps
  absl::btree_map<NodeId, Drifts> drifts_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_NODE_DAMAGE_H_
