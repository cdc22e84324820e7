// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/lanes.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

class Builder {
 public:
  Builder() { Find(TaskId(), 0); }

  // Learns of an event that was dropped, and came before the others.
  void AddBefore(const TraceEvent& event) {
    names_.Learn(event);
    LearnNodes(event);
    LearnSpawned(event, 0);
  }

  void Add(uint64_t index, const TraceEvent& event) {
    names_.Learn(event);
    LearnNodes(event);
    LearnSpawned(event, index);
    Lane& lane = Find(event.task, index);
    lane.last = index;
    if (event.task) Run(lane, index, event);
  }

  Lanes Finish(uint64_t events) {
    // Who ran when the trace ended ran to its end.
    if (running_.has_value()) {
      result_.lanes[*running_].blocks.back().end = events - 1;
    }
    // The first word about a task may be a later one than its name.
    for (Lane& lane : result_.lanes) lane.name = names_.Task(lane.id);
    for (NodeName& node : result_.nodes) node.name = names_.Node(node.id);
    return std::move(result_);
  }

 private:
  void Run(Lane& lane, uint64_t index, const TraceEvent& event) {
    const size_t at = static_cast<size_t>(&lane - result_.lanes.data());
    const bool begins = std::holds_alternative<event::Resumed>(event.what);
    const bool ends = std::holds_alternative<event::Finished>(event.what);
    if (begins || !open_.contains(at)) {
      // What it does when it is done, waking others, is no step of its own.
      if (lane.finished && !begins) return;
      lane.blocks.push_back({index, index});
      open_.insert(at);
      running_ = at;
    }
    lane.blocks.back().end = index;
    if (ends) lane.finished = true;
    if (ends || std::holds_alternative<event::Suspended>(event.what)) {
      open_.erase(at);
      if (running_ == at) running_.reset();
    }
  }

  void LearnSpawned(const TraceEvent& event, uint64_t index) {
    const auto* spawned = std::get_if<event::Spawned>(&event.what);
    if (spawned == nullptr) return;
    Lane& lane = Find(spawned->id, index);
    lane.kind = spawned->kind;
    lane.node = spawned->node;
  }

  void LearnNodes(const TraceEvent& event) {
    if (const auto* made = std::get_if<event::NodeMade>(&event.what)) {
      LearnNode(made->id);
    } else if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      LearnNode(spawned->node);
    } else if (const auto* changed =
                   std::get_if<event::NodeChanged>(&event.what)) {
      LearnNode(changed->node);
    } else if (const auto* sent =
                   std::get_if<event::MessageSent>(&event.what)) {
      LearnNode(sent->from);
      LearnNode(sent->to);
    }
  }
  void LearnNode(NodeId node) {
    if (node && nodes_.insert(node).second) {
      result_.nodes.push_back({node, ""});
    }
  }

  Lane& Find(TaskId task, uint64_t index) {
    const auto [found, is_new] =
        index_of_.try_emplace(task, result_.lanes.size());
    if (is_new) {
      Lane& lane = result_.lanes.emplace_back();
      lane.id = task;
      lane.first = index;
      lane.last = index;
    }
    return result_.lanes[found->second];
  }

  TraceNames names_;
  absl::flat_hash_map<TaskId, size_t> index_of_;  // into result_.lanes
  absl::flat_hash_set<size_t> open_;              // those with a block not over
  std::optional<size_t> running_;  // whose block has begun last, if not over
  absl::flat_hash_set<NodeId> nodes_;
  Lanes result_;
};

}  // namespace

Lanes BuildLanes(const Trace& trace) {
  Builder builder;
  for (const TraceEvent& event : trace.before) builder.AddBefore(event);
  for (size_t i = 0; i < trace.events.size(); ++i) {
    builder.Add(i, trace.events[i]);
  }
  return builder.Finish(trace.events.size());
}

}  // namespace orrery
