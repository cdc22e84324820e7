// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/link_damage.h"

#include <algorithm>

#include "absl/time/time.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

void Raise(Chance& chance, Chance to) {
  if (to.per_million() > chance.per_million()) chance = to;
}

// Counts one more, or one less. Returns whether it is the first one, or was the
// last one.
bool Begins(absl::btree_map<LinkDamage::Link, int>& times,
            LinkDamage::Link link) {
  return ++times[link] == 1;
}
bool Ends(absl::btree_map<LinkDamage::Link, int>& times,
          LinkDamage::Link link) {
  const auto found = times.find(link);
  ORRERY_CHECK(found != times.end(), "a mishap is undone once");
  if (--found->second != 0) return false;
  times.erase(found);
  return true;
}

}  // namespace

// ---- Which links ------------------------------------------------------------

std::vector<NodeId> LinkDamage::Find(
    const std::vector<std::string>& names) const {
  std::vector<NodeId> nodes;
  for (const std::string& name : names) {
    nodes.push_back(name == "@test" ? NodeId() : world_.node(name).id());
  }
  return nodes;
}

std::vector<NodeId> LinkDamage::Others(NodeId node) const {
  std::vector<NodeId> others;
  if (node) others.emplace_back();
  for (const auto& other : world_.nodes()) {
    if (other->id() != node) others.push_back(other->id());
  }
  return others;
}

std::vector<LinkDamage::Link> LinkDamage::LinksOf(const Mishap& mishap) const {
  std::vector<std::vector<NodeId>> groups;
  for (const std::vector<std::string>& names : mishap.groups()) {
    groups.push_back(Find(names));
  }
  std::vector<Link> links;
  auto add = [&links](NodeId from, NodeId to) {
    if (from != to) links.emplace_back(from, to);
  };
  auto between = [&](const std::vector<NodeId>& from,
                     const std::vector<NodeId>& to) {
    for (const NodeId a : from) {
      for (const NodeId b : to) add(a, b);
    }
  };
  switch (mishap.kind()) {
    case MishapKind::kPartition:
      for (const auto& one : groups) {
        for (const auto& other : groups) {
          if (&one != &other) between(one, other);
        }
      }
      break;
    case MishapKind::kCut:
    case MishapKind::kClog:
    case MishapKind::kHold:
      between(groups[0], groups[1]);
      break;
    case MishapKind::kBridge:
      between(groups[0], groups[2]);
      between(groups[2], groups[0]);
      break;
    case MishapKind::kRing: {
      // Each hears those around it, as many as make a majority with it.
      const std::vector<NodeId>& ring = groups[0];
      const size_t n = ring.size();
      const size_t majority = n / 2 + 1;
      for (size_t hears = 0; hears < n; ++hears) {
        for (size_t step = majority; step < n; ++step) {
          add(ring[(hears + n - majority / 2 + step) % n], ring[hears]);
        }
      }
      break;
    }
    default:  // all links of machines
      for (const NodeId one : groups[0]) {
        for (const NodeId other : Others(one)) {
          if (mishap.kind() != MishapKind::kClogIn) add(one, other);
          if (mishap.kind() != MishapKind::kClogOut) add(other, one);
        }
      }
      break;
  }
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

// ---- What becomes of them ---------------------------------------------------

void LinkDamage::Do(const Mishap& mishap, uint64_t id,
                    const std::vector<Link>& links, Fault& fault) {
  for (const Link& link : links) {
    switch (mishap.kind()) {
      case MishapKind::kPartition:
      case MishapKind::kCut:
      case MishapKind::kRing:
      case MishapKind::kBridge:
      case MishapKind::kBlackHole:
        Cut(link, fault);
        break;
      case MishapKind::kClog:
      case MishapKind::kClogIn:
      case MishapKind::kClogOut:
        Clog(link, fault);
        break;
      case MishapKind::kHold:
        Hold(link, fault);
        break;
      case MishapKind::kLoss:
      case MishapKind::kDuplication:
      case MishapKind::kReordering:
      case MishapKind::kCorruption: {
        Bursts& of = bursts_[link];
        if (of.bursts.empty()) {
          of.before = network_.options(At(link.first), At(link.second));
        }
        const auto parts = static_cast<uint32_t>(mishap.amount());
        of.bursts.push_back({id, mishap.kind(), Chance::PerMillion(parts)});
        Apply(link, of);
        break;
      }
      default:
        break;
    }
  }
}

void LinkDamage::Undo(const Mishap& mishap, uint64_t id,
                      const std::vector<Link>& links) {
  for (const Link& link : links) {
    switch (mishap.kind()) {
      case MishapKind::kPartition:
      case MishapKind::kCut:
      case MishapKind::kRing:
      case MishapKind::kBridge:
      case MishapKind::kBlackHole:
        Mend(link);
        break;
      case MishapKind::kClog:
      case MishapKind::kClogIn:
      case MishapKind::kClogOut:
        Unclog(link);
        break;
      case MishapKind::kHold:
        Release(link);
        break;
      case MishapKind::kLoss:
      case MishapKind::kDuplication:
      case MishapKind::kReordering:
      case MishapKind::kCorruption: {
        Bursts& of = bursts_.at(link);
        of.bursts.erase(
            std::remove_if(of.bursts.begin(), of.bursts.end(),
                           [id](const Burst& b) { return b.id == id; }),
            of.bursts.end());
        Apply(link, of);
        if (of.bursts.empty()) bursts_.erase(link);
        break;
      }
      default:
        break;
    }
  }
}

void LinkDamage::Cut(Link link, Fault& fault) {
  if (Begins(cuts_, link)) network_.CutBy(fault, link.first, link.second);
}

void LinkDamage::Mend(Link link) {
  if (Ends(cuts_, link)) network_.Mend(At(link.first), At(link.second));
}

void LinkDamage::Hold(Link link, Fault& fault) {
  if (Begins(holds_, link)) network_.HoldBy(fault, link.first, link.second);
}

void LinkDamage::Release(Link link) {
  if (Ends(holds_, link)) network_.Release(At(link.first), At(link.second));
}

void LinkDamage::Clog(Link link, Fault& fault) {
  if (!Begins(clogs_, link)) return;
  network_.ClogBy(fault, link.first, link.second, absl::InfiniteDuration());
}

void LinkDamage::Unclog(Link link) {
  if (Ends(clogs_, link)) network_.Unclog(At(link.first), At(link.second));
}

void LinkDamage::ClogAll(Fault& fault, NodeId node) {
  for (const NodeId other : Others(node)) {
    Clog({node, other}, fault);
    Clog({other, node}, fault);
  }
}

void LinkDamage::UnclogAll(NodeId node) {
  for (const NodeId other : Others(node)) {
    Unclog({node, other});
    Unclog({other, node});
  }
}

void LinkDamage::Apply(Link link, Bursts& bursts) {
  LinkOptions now = bursts.before;
  for (const Burst& burst : bursts.bursts) {
    switch (burst.kind) {
      case MishapKind::kLoss:
        Raise(now.loss, burst.chance);
        break;
      case MishapKind::kDuplication:
        Raise(now.duplication, burst.chance);
        break;
      case MishapKind::kReordering:
        Raise(now.reordering, burst.chance);
        break;
      default:
        Raise(now.corruption, burst.chance);
        break;
    }
  }
  network_.link(At(link.first), At(link.second)) = now;
}

}  // namespace orrery
