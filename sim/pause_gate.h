// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PauseGate`: keeps what is ready on a paused node out of the ready queue.

#ifndef ORRERY_SIM_PAUSE_GATE_H_
#define ORRERY_SIM_PAUSE_GATE_H_

#include <cstddef>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/sim/runnable.h"

namespace orrery {

class PauseGate {
 public:
  bool Holds(NodeId node) const {
    return node.value < nodes_.size() && nodes_[node.value].paused;
  }
  void Pause(NodeId node) {
    if (node.value >= nodes_.size()) nodes_.resize(node.value + size_t{1});
    nodes_[node.value].paused = true;
  }
  // Returns what has been kept meanwhile, in the order in which it came.
  RunnableList Resume(NodeId node) {
    nodes_[node.value].paused = false;
    RunnableList kept = nodes_[node.value].kept;
    nodes_[node.value].kept.Clear();
    return kept;
  }

  // Keeps `runnable`, whose node is paused.
  void Keep(Runnable* runnable) {
    runnable->place = Runnable::Place::kHeld;
    nodes_[runnable->node.value].kept.PushBack(runnable);
  }
  void Remove(Runnable* runnable) {
    runnable->place = Runnable::Place::kNowhere;
    nodes_[runnable->node.value].kept.Remove(runnable);
  }
  // Returns what is kept of `node`.
  const RunnableList* kept(NodeId node) const {
    return node.value < nodes_.size() ? &nodes_[node.value].kept : nullptr;
  }

 private:
  struct Node {
    bool paused = false;
    RunnableList kept;
  };
  std::vector<Node> nodes_;  // by id
};

}  // namespace orrery

#endif  // ORRERY_SIM_PAUSE_GATE_H_
