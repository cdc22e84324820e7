// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LinkDamage`: what mishaps have done to links and have not undone yet. A link
// that two partitions cut is mended when both are over.

#ifndef ORRERY_SIM_CHAOS_LINK_DAMAGE_H_
#define ORRERY_SIM_CHAOS_LINK_DAMAGE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/link.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"

namespace orrery {

class LinkDamage {
 public:
  // From one machine to another; 0 is the test.
  using Link = std::pair<NodeId, NodeId>;

  LinkDamage(World& world, Network& network)
      : world_(world), network_(network) {}
  LinkDamage(const LinkDamage&) = delete;
  LinkDamage& operator=(const LinkDamage&) = delete;

  // Returns the links that `mishap`, which leaves nothing open, is about.
  std::vector<Link> LinksOf(const Mishap& mishap) const;

  // Does to `links` what `mishap` says, because of `fault`, and undoes it. `id`
  // tells it from all others. A swizzle does nothing by itself.
  void Do(const Mishap& mishap, uint64_t id, const std::vector<Link>& links,
          Fault& fault);
  void Undo(const Mishap& mishap, uint64_t id, const std::vector<Link>& links);

  // Clogs all links of a machine, because of `fault`, or ends that.
  void ClogAll(Fault& fault, NodeId node);
  void UnclogAll(NodeId node);

 private:
  // A chance that is higher for a while than it was before.
  struct Burst {
    uint64_t id;
    MishapKind kind;
    Chance chance;
  };
  struct Bursts {
    LinkOptions before;
    std::vector<Burst> bursts;
  };

  const Node* At(NodeId node) const { return world_.FindNode(node); }
  std::vector<NodeId> Find(const std::vector<std::string>& names) const;
  std::vector<NodeId> Others(NodeId node) const;

  void Cut(Link link, Fault& fault);
  void Mend(Link link);
  void Hold(Link link, Fault& fault);
  void Release(Link link);
  void Clog(Link link, Fault& fault);
  void Unclog(Link link);
  void Apply(Link link, Bursts& bursts);

  World& world_;
  Network& network_;
  // How many mishaps cut, hold or clog a link.
  absl::btree_map<Link, int> cuts_;
  absl::btree_map<Link, int> holds_;
  absl::btree_map<Link, int> clogs_;
  absl::btree_map<Link, Bursts> bursts_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_LINK_DAMAGE_H_
