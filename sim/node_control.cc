// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/node_control.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/digest.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/task_state.h"

namespace orrery {

NodeControl& Simulation::nodes() {
  if (nodes_ == nullptr) nodes_ = std::make_unique<NodeControl>(*this);
  return *nodes_;
}

std::shared_ptr<ThreadPool>& Simulation::default_pool() {
  const NodeId node = current_node();
  return node ? nodes_->pool(node) : default_pool_;
}

NodeControl::Node& NodeControl::Get(NodeId node) {
  ORRERY_CHECK(node && node.value <= nodes_.size(),
               absl::StrCat("there is no node ", node.value));
  return *nodes_[node.value - size_t{1}];
}

const NodeControl::Node& NodeControl::Get(NodeId node) const {
  return const_cast<NodeControl*>(this)->Get(node);
}

std::string NodeControl::WhatStandsStill() const {
  std::string text;
  auto add = [&text](absl::string_view before, const std::string& name,
                     absl::string_view after) {
    absl::StrAppend(&text, text.empty() ? "; " : ", ", before, name, after);
  };
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = *nodes_[i];
    if (paused(NodeId(static_cast<uint16_t>(i + 1)))) {
      add("node ", node.name, " is paused");
    }
    if (node.clock.frozen()) {
      add("the clock of node ", node.name, " stands still");
    }
  }
  return text;
}

NodeId NodeControl::Add(absl::string_view name) {
  ORRERY_CHECK(nodes_.size() < std::numeric_limits<uint16_t>::max(),
               "there are 65,535 nodes already");
  auto node = std::make_unique<Node>();
  const NodeId id(static_cast<uint16_t>(nodes_.size() + 1));
  node->name = std::string(name);
  node->root.kind = EntityKind::kCallback;
  node->root.node = id;
  nodes_.push_back(std::move(node));
  simulation_.Record(event::NodeMade{id, name});
  return id;
}

void NodeControl::Boot(NodeId id) {
  Node& node = Get(id);
  ORRERY_CHECK(CountTasks(id) == 0,
               absl::StrCat("node ", node.name, " boots with tasks on it"));
  ++node.incarnation;
  // By name and incarnation: neither who boots it nor how often others were
  // booted changes the names of what is on it.
  Digest digest;
  digest.MixBytes(node.name);
  digest.Mix(node.incarnation);
  node.root.id = EntityId(digest.value());
  node.root.children = 0;
}

void NodeControl::Tell(NodeId node, NodeState state) {
  simulation_.Record(event::NodeChanged{node, state, incarnation(node)});
}

// ---- What is on a machine ---------------------------------------------------

std::vector<TaskState*> NodeControl::TasksOn(NodeId node) const {
  std::vector<TaskState*> tasks;
  for (TaskState* task : simulation_.storage_->tasks.tasks()) {
    if (task != nullptr && task->node == node && task->resume) {
      tasks.push_back(task);
    }
  }
  return tasks;
}

size_t NodeControl::CountTasks(NodeId node) const {
  return TasksOn(node).size();
}

// Takes `task`, which does not run, out of whatever it stands in.
void NodeControl::Detach(TaskState* task) {
  switch (task->place) {
    case Runnable::Place::kNowhere:
      break;
    case Runnable::Place::kReady:
    case Runnable::Place::kHeld:
      simulation_.ready_.Remove(task);
      break;
    case Runnable::Place::kTimer:
      simulation_.timers_->Remove(task);
      break;
    case Runnable::Place::kWaiting:
      if (task->WaitsForCompletion() && task->waits_on != nullptr) {
        static_cast<Completion*>(task->waits_on)->waiters.Remove(task);
      }
      break;
  }
  task->place = Runnable::Place::kNowhere;
  if (task->Is(TaskState::kAttempt) && task->waits_on != nullptr) {
    // What it was woken for goes to the next one.
    static_cast<Operation*>(task->waits_on)->Withdraw(simulation_);
  }
  task->Unset(TaskState::kAttempt);
  task->waits_on = nullptr;
}

void NodeControl::Drop(PostedCallback* callback) {
  callback->place = Runnable::Place::kNowhere;
  callback->owner = nullptr;
  callback->waits_for = nullptr;
  callback->function = nullptr;
  callback->Unref();
}

// Those that wait for something else to be over are found when it is.
std::vector<PostedCallback*> NodeControl::TakeCallbacks(NodeId node) {
  std::vector<Runnable*> found;
  auto find = [&](Runnable* runnable) {
    if (runnable->node == node && runnable->kind != EntityKind::kTask) {
      found.push_back(runnable);
    }
  };
  simulation_.ready_.ForEach(find);
  if (const RunnableList* kept = gate_.kept(node); kept != nullptr) {
    for (Runnable* r = kept->front(); r != nullptr; r = kept->after(r)) find(r);
  }
  simulation_.timers_->ForEach(find);
  std::vector<PostedCallback*> callbacks;
  for (Runnable* runnable : found) {
    if (runnable->place == Runnable::Place::kTimer) {
      simulation_.timers_->Remove(runnable);
    } else {
      simulation_.ready_.Remove(runnable);
    }
    runnable->place = Runnable::Place::kNowhere;
    callbacks.push_back(static_cast<PostedCallback*>(runnable));
  }
  return callbacks;
}

bool NodeControl::IsBusy(NodeId node) const {
  if (CountTasks(node) != 0) return true;
  bool busy = false;
  auto look = [&](const Runnable* runnable) {
    busy = busy || runnable->node == node;
  };
  simulation_.ready_.ForEach(look);
  simulation_.timers_->ForEach(look);
  const RunnableList* kept = gate_.kept(node);
  return busy || (kept != nullptr && !kept->empty());
}

void NodeControl::CutOff(NodeId id, const std::function<void()>& destroy_rest) {
  Simulation& simulation = simulation_;
  Node& node = Get(id);
  ORRERY_CHECK(simulation.current_runnable_->node != id,
               absl::StrCat("node ", node.name,
                            " cannot be cut off by what runs on it"));
  ++node.cuts;
  std::vector<TaskState*> tasks = TasksOn(id);
  std::reverse(tasks.begin(), tasks.end());
  // Among those who wait for something, nobody is woken in place of another who
  // goes as well.
  for (TaskState* task : tasks) {
    if (task->place != Runnable::Place::kWaiting ||
        task->WaitsForCompletion() || task->waits_on == nullptr) {
      continue;
    }
    static_cast<Operation*>(task->waits_on)->MarkCancelled();
    task->Set(TaskState::kAttempt);
  }
  for (TaskState* task : tasks) {
    Detach(task);
    ++task->handles;  // the last other one may stand in a frame
  }

  {
    As as(simulation, &node.root);
    simulation.closing_ = simulation.cutting_off_ = true;
    for (TaskState* task : tasks) {
      DestroyStack(std::exchange(task->resume, nullptr));
    }
    if (destroy_rest != nullptr) destroy_rest();
    node.pool = nullptr;
    // Handles to these in what is gone by now have taken theirs back.
    for (PostedCallback* callback : TakeCallbacks(id)) Drop(callback);
    simulation.closing_ = simulation.cutting_off_ = false;
  }

  std::reverse(tasks.begin(), tasks.end());
  for (TaskState* task : tasks) {
    As as(simulation, task);
    task->Unset(TaskState::kMustCancel | TaskState::kWaitCancelled);
    simulation.FinishCut(task);
    Simulation::ReleaseTask(task);
  }
}

// ---- Pauses -----------------------------------------------------------------

void NodeControl::Pause(NodeId node) {
  if (gate_.Holds(node)) return;
  gate_.Pause(node);
  simulation_.ready_.set_gate(&gate_);
  std::vector<Runnable*> found;
  simulation_.ready_.ForEach([&](Runnable* runnable) {
    if (runnable->node == node) found.push_back(runnable);
  });
  for (Runnable* runnable : found) {
    simulation_.ready_.Remove(runnable);
    gate_.Keep(runnable);
  }
}

void NodeControl::Resume(NodeId node) {
  if (!gate_.Holds(node)) return;
  gate_.Resume(node).Drain([this](Runnable* runnable) {
    simulation_.ready_.PushBack(runnable, runnable->access());
  });
}

void NodeControl::ResumeAll() {
  for (size_t i = 1; i <= nodes_.size(); ++i) {
    Resume(NodeId(static_cast<uint16_t>(i)));
  }
}

// ---- Clocks -----------------------------------------------------------------

namespace local_time_internal {
namespace {

const NodeControl& Nodes(const Simulation& simulation) {
  return const_cast<Simulation&>(simulation).nodes();
}

}  // namespace

SimTime OwnWallNow(const Simulation& simulation) {
  return Nodes(simulation).WallNow(simulation.current_node());
}

SimTime OwnSteadyNow(const Simulation& simulation) {
  return Nodes(simulation).SteadyNow(simulation.current_node());
}

SimTime OwnDueIn(const Simulation& simulation, int64_t nanoseconds) {
  if (nanoseconds < 0) return After(simulation.now(), nanoseconds);
  return Nodes(simulation).DueIn(simulation.current_node(), nanoseconds);
}

SimTime OwnDueAt(const Simulation& simulation, SimTime wall) {
  if (wall == SimTime::Infinite()) return wall;
  return OwnDueIn(simulation, wall.ns - OwnWallNow(simulation).ns);
}

}  // namespace local_time_internal

SimTime NodeControl::SteadyNow(NodeId node) const {
  const SimTime now = simulation_.now();
  return node ? Get(node).clock.SteadyAt(now) : now;
}

SimTime NodeControl::WallNow(NodeId node) const {
  const SimTime now = simulation_.now();
  return node ? Get(node).clock.WallAt(now) : now;
}

SimTime NodeControl::DueIn(NodeId node, int64_t nanoseconds) const {
  const SimTime now = simulation_.now();
  if (!node) return After(now, nanoseconds);
  const NodeClock& clock = Get(node).clock;
  if (clock.frozen()) return After(kStandsStill, nanoseconds);
  return After(now, clock.ToTrue(nanoseconds));
}

template <typename F>
void NodeControl::ChangeClock(NodeId id, F change) {
  NodeClock& clock = Get(id).clock;
  const SimTime now = simulation_.now();
  struct Pending {
    Runnable* timer;
    int64_t left;  // on the steady clock
    size_t found;
  };
  std::vector<Pending> pending;
  TimerQueue& timers = *simulation_.timers_;
  timers.ForEach([&](Runnable* timer) {
    if (timer->node != id || timer->due() == SimTime::Infinite()) return;
    const int64_t left =
        clock.frozen()
            ? timer->due().ns - kStandsStill.ns
            : clock.ToLocal(std::max<int64_t>(0, timer->due().ns - now.ns));
    pending.push_back({timer, left, pending.size()});
  });
  // Those that are due first come first, also where they become due together.
  std::sort(pending.begin(), pending.end(),
            [](const Pending& a, const Pending& b) {
              return std::pair(a.timer->due(), a.found) <
                     std::pair(b.timer->due(), b.found);
            });
  change(clock, now);
  simulation_.own_clocks_ = true;
  for (const Pending& p : pending) {
    timers.Remove(p.timer);
    timers.Add(p.timer, DueIn(id, p.left));
  }
}

void NodeControl::SetDrift(NodeId node, int64_t ppm) {
  ORRERY_CHECK(
      ppm >= -NodeClock::kMaxDriftPpm && ppm <= NodeClock::kMaxDriftPpm,
      absl::StrCat("a clock cannot drift by ", ppm, " ppm, at most by ",
                   NodeClock::kMaxDriftPpm));
  ChangeClock(
      node, [ppm](NodeClock& clock, SimTime now) { clock.SetDrift(now, ppm); });
}

void NodeControl::FreezeClock(NodeId node, bool frozen) {
  if (Get(node).clock.frozen() == frozen) return;
  ChangeClock(node, [frozen](NodeClock& clock, SimTime now) {
    clock.Freeze(now, frozen);
  });
}

void NodeControl::SetWallOffset(NodeId node, int64_t nanoseconds) {
  Get(node).clock.SetOffset(nanoseconds);
  simulation_.own_clocks_ = true;
}

}  // namespace orrery
