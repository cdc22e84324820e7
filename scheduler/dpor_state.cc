// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How a `DporScheduler` is saved, to go on in another process.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/scheduler/dpor_scheduler.h"
#include "orrery/scheduler/state_text.h"

namespace orrery {
namespace {

constexpr absl::string_view kStateName = "dpor-1";

void AppendIds(std::string* state, const std::vector<EntityId>& ids) {
  AppendState(state, ids.size());
  for (const EntityId id : ids) AppendState(state, id.value);
}

bool ReadIds(StateReader& reader, size_t max, std::vector<EntityId>* ids) {
  uint64_t count = 0;
  if (!reader.Number(&count, max)) return false;
  ids->resize(count);
  for (EntityId& id : *ids) {
    if (!reader.Number(&id.value) || !id) return false;
  }
  return true;
}

void AppendTouches(std::string* state, const Touches& touches) {
  AppendState(state, static_cast<int>(touches.everything));
  AppendState(state, touches.list.size());
  for (const Touch& touch : touches.list) {
    AppendState(state, touch.object.value);
    AppendState(state, static_cast<int>(touch.kind));
  }
}

bool ReadTouches(StateReader& reader, size_t max, Touches* touches) {
  uint64_t count = 0;
  if (!reader.Value(&touches->everything, true) ||
      !reader.Number(&count, max)) {
    return false;
  }
  touches->list.resize(count);
  for (Touch& touch : touches->list) {
    if (!reader.Number(&touch.object.value) ||
        !reader.Value(&touch.kind, kLastTouchKind)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string DporScheduler::SaveState() const {
  std::string state;
  AppendState(&state, kStateName);
  AppendState(&state, Spec());
  for (const uint64_t number :
       {uint64_t{static_cast<uint8_t>(phase_)}, schedules_, repetitions_, cut_,
        large_, lost_, uint64_t{given_}}) {
    AppendState(&state, number);
  }
  for (size_t i = 0; i < given_; ++i) {
    const Node& node = nodes_[i];
    AppendState(&state, node.n);
    AppendState(&state, node.value);
    if (node.is_draw()) continue;
    AppendIds(&state, node.ready);
    AppendIds(&state, node.wanted);
    AppendState(&state, node.tried.size());
    for (const Tried& tried : node.tried) {
      AppendState(&state, tried.who.value);
      AppendTouches(&state, tried.touches);
    }
    AppendState(&state, node.current.who.value);
    AppendTouches(&state, node.current.touches);
  }
  AppendState(&state, "end");
  return state;
}

bool DporScheduler::ReadNode(StateReader& reader, Node& node,
                             size_t max) const {
  if (!reader.Number(&node.n) || node.n == 1 || !reader.Number(&node.value)) {
    return false;
  }
  if (node.is_draw()) return node.value < node.n;
  uint64_t count = 0;
  if (node.value != 0 || !ReadIds(reader, max, &node.ready) ||
      node.ready.size() < 2 ||
      !ReadIds(reader, node.ready.size(), &node.wanted) ||
      !reader.Number(&count, node.ready.size())) {
    return false;
  }
  node.tried.resize(count);
  for (Tried& tried : node.tried) {
    if (!reader.Number(&tried.who.value) ||
        !ReadTouches(reader, max, &tried.touches)) {
      return false;
    }
  }
  const auto ready = [&node](EntityId who) {
    return std::find(node.ready.begin(), node.ready.end(), who) !=
           node.ready.end();
  };
  return reader.Number(&node.current.who.value) && ready(node.current.who) &&
         ReadTouches(reader, max, &node.current.touches) &&
         std::all_of(node.wanted.begin(), node.wanted.end(), ready);
}

bool DporScheduler::RestoreState(absl::string_view state) {
  StateReader reader(state);
  Phase phase = Phase::kSearching;
  uint64_t schedules = 0;
  uint64_t repetitions = 0;
  uint64_t cut = 0;
  uint64_t large = 0;
  uint64_t lost = 0;
  uint64_t count = 0;
  if (!reader.Word(kStateName) || !reader.Word(Spec()) ||
      !reader.Value(&phase, Phase::kDiverged) || !reader.Number(&schedules) ||
      !reader.Number(&repetitions) || !reader.Number(&cut) ||
      !reader.Number(&large) || !reader.Number(&lost) ||
      !reader.Number(&count, state.size())) {
    return false;
  }
  std::vector<Node> nodes(count);
  for (Node& node : nodes) {
    if (!ReadNode(reader, node, state.size())) return false;
  }
  if (!reader.Word("end") || !reader.AtEnd()) return false;
  phase_ = phase;
  schedules_ = schedules;
  repetitions_ = repetitions;
  cut_ = cut;
  large_ = large;
  lost_ = lost;
  nodes_ = std::move(nodes);
  given_ = nodes_.size();
  next_ = 0;
  divergence_ = phase == Phase::kDiverged
                    ? "the search has met a program that is not deterministic"
                    : "";
  return true;
}

}  // namespace orrery
