// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/node_damage.h"

#include <algorithm>

#include "absl/time/time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/simulation.h"

namespace orrery {

static_assert(mishap::kMaxDriftPpm == NodeClock::kMaxDriftPpm);

bool NodeDamage::CanHit(MishapKind kind, const Node& node) {
  switch (kind) {
    case MishapKind::kKill:
    case MishapKind::kCrash:
    case MishapKind::kRestart:
      return node.up();
    case MishapKind::kPause:
      return node.state() == NodeState::kUp;
    default:
      return true;
  }
}

void NodeDamage::Do(const Mishap& mishap, uint64_t id, Node& node) {
  switch (mishap.kind()) {
    case MishapKind::kKill:
      node.Kill();
      break;
    case MishapKind::kCrash:
      node.Crash();
      break;
    case MishapKind::kRestart:
      node.Restart();
      break;
    case MishapKind::kPause:
      node.Pause();
      break;
    case MishapKind::kClockStep:
      node.StepWallClock(absl::Nanoseconds(mishap.amount()));
      break;
    case MishapKind::kClockFreeze:
      if (++frozen_[node.id()] == 1) node.FreezeClock();
      break;
    case MishapKind::kClockDrift: {
      Drifts& of = drifts_[node.id()];
      if (of.drifts.empty()) {
        const NodeControl& nodes = Simulation::Current("Nemesis").nodes();
        of.before = nodes.clock(node.id()).drift_ppm();
      }
      of.drifts.emplace_back(id, mishap.amount());
      Apply(node, of);
      break;
    }
    default:
      break;
  }
}

void NodeDamage::Undo(const Mishap& mishap, uint64_t id, const HitNode& hit) {
  Node& node = *hit.node;
  const bool same = node.incarnation() == hit.incarnation;
  switch (mishap.kind()) {
    case MishapKind::kKill:
    case MishapKind::kCrash:
      if (same && !node.up()) node.Boot();
      break;
    case MishapKind::kPause:
      if (same) node.Resume();
      break;
    case MishapKind::kClockStep:
      node.StepWallClock(-absl::Nanoseconds(mishap.amount()));
      break;
    case MishapKind::kClockFreeze:
      if (--frozen_[node.id()] == 0) node.ThawClock();
      break;
    case MishapKind::kClockDrift: {
      Drifts& of = drifts_.at(node.id());
      of.drifts.erase(
          std::remove_if(of.drifts.begin(), of.drifts.end(),
                         [id](const auto& drift) { return drift.first == id; }),
          of.drifts.end());
      Apply(node, of);
      break;
    }
    default:
      break;
  }
}

// Of several drifts the latest counts.
void NodeDamage::Apply(Node& node, const Drifts& drifts) {
  node.SetClockDrift(drifts.drifts.empty() ? drifts.before
                                           : drifts.drifts.back().second);
}

}  // namespace orrery
