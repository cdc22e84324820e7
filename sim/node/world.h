// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `World`: the machines of a simulation. It is made in one, in a test's body or
// in its fixture, and must be gone before it.
//
//   SIM_TEST(RaftTest, SurvivesACrash) {
//     World world({.max_down = 1});
//     for (int i = 0; i < 3; ++i) {
//       world.AddNode(absl::StrCat("replica-", i), [i] { return Replica(i); });
//     }
//     co_await Sleep(absl::Seconds(1));
//     world.node("replica-0").Crash();

#ifndef ORRERY_SIM_NODE_WORLD_H_
#define ORRERY_SIM_NODE_WORLD_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/node/node.h"

namespace orrery {

// Is told what becomes of machines. What belongs to a machine and is not one of
// its tasks, its network and its disk for two, hangs on these.
class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  // The machine has a new incarnation, and its program is about to start.
  virtual void OnBoot(Node&) {}
  // It goes down: `why` is kStopped, kKilled or kCrashed. Nothing of its
  // program is gone yet, and nothing of it runs any more.
  virtual void OnDown(Node&, NodeState /*why*/) {}
};

struct WorldOptions {
  // How many nodes may be down or paused at a time by `MayTakeDown`, which is
  // what faults at random ask. None: as many as there are.
  std::optional<size_t> max_down = std::nullopt;
};

class World {
 public:
  explicit World(WorldOptions options = {});
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  // Kills what is up.
  ~World();

  // Adds a machine and, unless the options say no, boots it. Its name must not
  // be there yet. The world keeps it.
  Node& AddNode(absl::string_view name, NodeMain main,
                NodeOptions options = {});
  Node& AddNode(absl::string_view name, MakeNodeProgram make_program,
                NodeOptions options = {});

  // Returns the node of that name, which must be there; of `FindNode`, null if
  // it is not.
  Node& node(absl::string_view name) const;
  Node* FindNode(absl::string_view name) const;
  Node* FindNode(NodeId id) const;
  // Returns the node that the running task is on; null if it is on none.
  Node* current() const;
  // Returns all of them, in the order in which they were added.
  const std::vector<std::unique_ptr<Node>>& nodes() const { return nodes_; }
  // Returns those in a zone, or in a rack.
  std::vector<Node*> InZone(absl::string_view zone) const;
  std::vector<Node*> InRack(absl::string_view rack) const;

  // Whether the budget allows `more` nodes to be down or paused beside those
  // that are.
  bool MayTakeDown(size_t more = 1) const;
  size_t CountDown() const;

  // `observer` must be removed before it goes.
  void AddObserver(NodeObserver* observer);
  void RemoveObserver(NodeObserver* observer);

 private:
  friend Node;

  Node& Add(std::unique_ptr<Node> node);

  WorldOptions options_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<NodeObserver*> observers_;  // in the order in which they came
};

}  // namespace orrery

#endif  // ORRERY_SIM_NODE_WORLD_H_
