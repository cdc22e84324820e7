// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/node/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"

namespace orrery {

World::World(WorldOptions options) : options_(options) {
  Simulation::Current("World");
}

World::~World() {
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr || simulation->closing()) return;
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    (*node)->Kill();
  }
}

Node& World::Add(std::unique_ptr<Node> node) {
  ORRERY_CHECK(FindNode(node->name()) == nullptr,
               absl::StrCat("there is a node ", node->name(), " already"));
  node->id_ = node->control().Add(node->name());
  nodes_.push_back(std::move(node));
  Node& added = *nodes_.back();
  if (added.options().boot) added.Boot();
  return added;
}

Node& World::AddNode(absl::string_view name, NodeMain main,
                     NodeOptions options) {
  std::unique_ptr<Node> node(
      new Node(this, std::string(name), std::move(options)));
  node->main_ = std::move(main);
  return Add(std::move(node));
}

Node& World::AddNode(absl::string_view name, MakeNodeProgram make_program,
                     NodeOptions options) {
  std::unique_ptr<Node> node(
      new Node(this, std::string(name), std::move(options)));
  node->make_program_ = std::move(make_program);
  return Add(std::move(node));
}

Node* World::FindNode(absl::string_view name) const {
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (node->name() == name) return node.get();
  }
  return nullptr;
}

Node* World::FindNode(NodeId id) const {
  // In the first world of a simulation, numbers are places.
  if (const size_t place = id.value - size_t{1};
      place < nodes_.size() && nodes_[place]->id() == id) {
    return nodes_[place].get();
  }
  const auto found =
      std::lower_bound(nodes_.begin(), nodes_.end(), id,
                       [](const std::unique_ptr<Node>& node, NodeId wanted) {
                         return node->id() < wanted;
                       });
  return found != nodes_.end() && (*found)->id() == id ? found->get() : nullptr;
}

Node& World::node(absl::string_view name) const {
  Node* found = FindNode(name);
  ORRERY_CHECK(found != nullptr, absl::StrCat("there is no node ", name));
  return *found;
}

Node* World::current() const {
  return FindNode(Simulation::Current("World").current_node());
}

std::vector<Node*> World::InZone(absl::string_view zone) const {
  std::vector<Node*> found;
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (node->options().zone == zone) found.push_back(node.get());
  }
  return found;
}

std::vector<Node*> World::InRack(absl::string_view rack) const {
  std::vector<Node*> found;
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (node->options().rack == rack) found.push_back(node.get());
  }
  return found;
}

size_t World::CountDown() const {
  return static_cast<size_t>(std::count_if(
      nodes_.begin(), nodes_.end(),
      [](const auto& node) { return node->state() != NodeState::kUp; }));
}

bool World::MayTakeDown(size_t more) const {
  return !options_.max_down.has_value() ||
         CountDown() + more <= *options_.max_down;
}

void World::AddObserver(NodeObserver* observer) {
  observers_.push_back(observer);
}

void World::RemoveObserver(NodeObserver* observer) {
  observers_.erase(std::remove(observers_.begin(), observers_.end(), observer),
                   observers_.end());
}

}  // namespace orrery
