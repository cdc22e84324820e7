// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Node`: a simulated machine, and what can happen to it. Whatever its program
// spawns and posts is on it; it has a clock, random numbers and a log prefix of
// its own. A `World` makes them (world.h).
//
//   World world;
//   Node& replica = world.AddNode("replica-1", [] { return Serve(80); });
//   co_await Sleep(absl::Seconds(1));
//   replica.Crash();
//   co_await Sleep(absl::Seconds(1));
//   replica.Boot();

#ifndef ORRERY_SIM_NODE_NODE_H_
#define ORRERY_SIM_NODE_NODE_H_

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/post.h"
#include "orrery/sim/task.h"

namespace orrery {

class World;

// A program without coroutines. It is made anew at each boot, on the node, and
// destroyed when the node goes down.
class NodeProgram {
 public:
  virtual ~NodeProgram() = default;
  // Called once, when the node has booted. What it posts is on the node.
  virtual void Start() = 0;
  // Asks it to end, when the node is stopped. It is destroyed once nothing that
  // it has posted is left, or the grace is over.
  virtual void Stop() {}
};

// What is started at each boot: a coroutine, or an object.
using NodeMain = std::function<Task<>()>;
using MakeNodeProgram = std::function<std::unique_ptr<NodeProgram>()>;

// What becomes of a node whose program has failed: thrown an exception.
struct RestartPolicy {
  absl::Duration after = absl::Seconds(1);
  // How often, at most, from the first boot on.
  uint32_t limit = UINT32_MAX;
};

struct NodeOptions {
  // Where it stands: what may go down together with others.
  std::string zone = {};
  std::string rack = {};
  // Whether it boots when it is added.
  bool boot = true;
  // None: a program that fails takes the run with it.
  std::optional<RestartPolicy> restart_on_failure = std::nullopt;
};

class Node {
 public:
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  NodeId id() const { return id_; }
  const std::string& name() const { return name_; }
  const NodeOptions& options() const { return options_; }
  // How often it has booted.
  uint32_t incarnation() const;
  // kUp, kPaused, or how it went down; kStopped before it was first booted.
  NodeState state() const { return state_; }
  // Whether its program is there: the node is up or paused.
  bool up() const {
    return state_ == NodeState::kUp || state_ == NodeState::kPaused;
  }
  bool paused() const { return state_ == NodeState::kPaused; }
  // Returns how many tasks on it are not over.
  size_t CountTasks() const;

  // Starts the program. The node must be down.
  void Boot();

  // Ends what runs on it at once: no cleanup code has any effect, and then its
  // frames are destroyed, the youngest task first. Of `Kill`, which ends its
  // processes, the machine survives: what was written to files is there, and
  // peers are told that connections are closed. `Crash` is a power cut: what
  // was not synced may be lost, and nobody is told anything. Tasks elsewhere
  // that await tasks of the node see them cancelled.
  //
  // Both do nothing if the node is down. From a task of the node itself, the
  // end comes after its step, so it should suspend and do no more.
  void Kill();
  void Crash();

  // Asks the program to end: cancels its main task, or calls
  // `NodeProgram::Stop`. When nothing is left of it, or else after `grace` by
  // the simulation's clock, the node is down; what is left then is killed.
  // Returns whether it ended by itself. Not from a task of the node itself.
  Task<bool> Stop(absl::Duration grace = absl::Seconds(10));

  // Kills it, if it is up, and boots it.
  void Restart();

  // Holds back all that is ready on it, as a machine that hangs, or whose
  // processes are stopped. Time goes on, and timers fire when it goes on.
  void Pause();
  void Resume();

  // Its clocks: the steady one (`Elapsed`, timers) and the wall clock (`Now`).
  // A drift of 100 gains 100 microseconds in a second. The steady clock counts
  // on from where it is, and never goes back; timers follow it. They are the
  // machine's: a boot does not set them right.
  void SetClockDrift(int64_t ppm);
  void FreezeClock();
  void ThawClock();
  // Sets the wall clock forward or, if negative, back.
  void StepWallClock(absl::Duration by);
  // Sets it to the simulation's time, so far ahead of it.
  void SetWallClock(absl::Duration ahead = absl::ZeroDuration());
  // Returns what its clocks say now.
  absl::Time WallTime() const;
  absl::Duration SteadyTime() const;

  // Calls `f` as the node: what it spawns and posts is on it.
  template <typename F>
  auto RunOn(F&& f) {
    return Simulation::Current("Node::RunOn")
        .nodes()
        .RunOn(id_, std::forward<F>(f));
  }

 private:
  friend World;

  Node(World* world, std::string name, NodeOptions options);

  NodeControl& control() const;
  void GoDown(NodeState state);
  void GoDownSoon(NodeState state);
  void CutOff(NodeState state);
  void SetState(NodeState state);
  void MainIsOver();
  void Failed(const std::exception_ptr& error);

  World* world_;
  std::string name_;
  NodeOptions options_;
  NodeMain main_;
  MakeNodeProgram make_program_;
  NodeId id_;
  NodeState state_ = NodeState::kStopped;
  uint32_t restarts_ = 0;  // by its policy
  JoinHandle<> main_task_;
  std::unique_ptr<NodeProgram> program_;
  PostHandle main_is_over_;
  PostHandle later_;  // its end, or its restart
};

}  // namespace orrery

#endif  // ORRERY_SIM_NODE_NODE_H_
