// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `NodeControl`: the part of the engine that knows simulated machines. A
// machine is a name for tasks and callbacks: whatever they bring into being is
// on theirs. They can be held back, cut off all at once, and have clocks of
// their own. What a user sees of this is in sim/node/.

#ifndef ORRERY_SIM_NODE_CONTROL_H_
#define ORRERY_SIM_NODE_CONTROL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/node_clock.h"
#include "orrery/sim/pause_gate.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class NodeControl {
 public:
  // Deadlines from here on are those of clocks that stand still.
  static constexpr SimTime kStandsStill = SimTime(int64_t{1} << 62);

  explicit NodeControl(Simulation& simulation) : simulation_(simulation) {}
  NodeControl(const NodeControl&) = delete;
  NodeControl& operator=(const NodeControl&) = delete;

  // Adds a machine, which has nothing on it. Its number counts from 1. Names
  // should differ: what happens on a machine depends on its own.
  NodeId Add(absl::string_view name);
  const std::string& name(NodeId node) const { return Get(node).name; }
  size_t size() const { return nodes_.size(); }

  // A machine's incarnation: 0 before it was first booted.
  uint32_t incarnation(NodeId node) const {
    return node ? Get(node).incarnation : 0;
  }
  // Begins the next one. There is nothing on the machine.
  void Boot(NodeId node);
  // Notes in the trace in which state a machine is now.
  void Tell(NodeId node, NodeState state);

  // Calls `f`, and what it spawns and posts is on `node`, at the root: it is
  // nobody's child there. 0: on none.
  template <typename F>
  auto RunOn(NodeId node, F&& f) {
    As as(simulation_, node ? &Get(node).root : &simulation_.root_);
    return std::forward<F>(f)();
  }

  // Takes everything off `node`, at once. First nothing that is on it has any
  // effect any more; then its frames are destroyed, the youngest task first;
  // then those elsewhere who wait for its tasks are told that these were
  // cancelled. What runs must not be on it.
  // Last, `destroy_rest` is called where nothing has any effect, too; it may be
  // null.
  void CutOff(NodeId node, const std::function<void()>& destroy_rest = nullptr);
  // Returns how many tasks are on it that are not over.
  size_t CountTasks(NodeId node) const;
  // Whether it has tasks, or callbacks that wait for a turn or a time.
  bool IsBusy(NodeId node) const;

  // Holds back what is ready on `node`, or will be. Timers go on.
  void Pause(NodeId node);
  void Resume(NodeId node);
  void ResumeAll();
  bool paused(NodeId node) const { return gate_.Holds(node); }

  // Returns "; node a is paused, the clock of node b stands still", for what
  // may be why nothing runs; "" if there is nothing of the kind.
  std::string WhatStandsStill() const;

  // Its clock. A change moves the deadlines of its timers: they are those of
  // the steady clock.
  const NodeClock& clock(NodeId node) const { return Get(node).clock; }
  void SetDrift(NodeId node, int64_t ppm);
  void FreezeClock(NodeId node, bool frozen);
  void SetWallOffset(NodeId node, int64_t nanoseconds);
  // What the clocks of `node` say now; 0 stands for the simulation.
  SimTime SteadyNow(NodeId node) const;
  SimTime WallNow(NodeId node) const;
  // Returns the instant at which its steady clock will have gone on by
  // `nanoseconds`, which are at least 0.
  SimTime DueIn(NodeId node, int64_t nanoseconds) const;

  // Returns the place for the machine's default thread pool.
  std::shared_ptr<ThreadPool>& pool(NodeId node) { return Get(node).pool; }

  // For the engine: a callback is dead if its machine was cut off since it was
  // posted.
  void Sign(PostedCallback* callback) const {
    if (callback->node) callback->cuts = Get(callback->node).cuts;
  }
  bool IsOfTheDead(const PostedCallback& callback) const {
    return callback.node && callback.cuts != Get(callback.node).cuts;
  }
  static void Drop(PostedCallback* callback);

 private:
  struct Node {
    std::string name;
    uint32_t incarnation = 0;
    uint32_t cuts = 0;  // how often it was cut off
    Runnable root;      // the parent of what is on it and nobody's child
    NodeClock clock;
    std::shared_ptr<ThreadPool> pool;
  };

  // While it lives, what is done is done by `runnable`.
  class As {
   public:
    As(Simulation& simulation, Runnable* runnable)
        : simulation_(simulation),
          outer_(std::exchange(simulation.current_runnable_, runnable)) {}
    As(const As&) = delete;
    As& operator=(const As&) = delete;
    ~As() { simulation_.current_runnable_ = outer_; }

   private:
    Simulation& simulation_;
    Runnable* outer_;
  };

  Node& Get(NodeId node);
  const Node& Get(NodeId node) const;
  std::vector<TaskState*> TasksOn(NodeId node) const;
  void Detach(TaskState* task);
  std::vector<PostedCallback*> TakeCallbacks(NodeId node);
  // Calls `change` and moves the deadlines of the timers on `node`.
  template <typename F>
  void ChangeClock(NodeId node, F change);

  Simulation& simulation_;
  std::vector<std::unique_ptr<Node>> nodes_;  // by number, from 1
  PauseGate gate_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NODE_CONTROL_H_
