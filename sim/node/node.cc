// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/node/node.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/exception_text.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"

namespace orrery {

Node::Node(World* world, std::string name, NodeOptions options)
    : world_(world), name_(std::move(name)), options_(std::move(options)) {}

Node::~Node() {
  main_is_over_.Cancel();
  later_.Cancel();
}

NodeControl& Node::control() const {
  return Simulation::Current("Node").nodes();
}

uint32_t Node::incarnation() const { return control().incarnation(id_); }

size_t Node::CountTasks() const { return control().CountTasks(id_); }

void Node::SetState(NodeState state) {
  state_ = state;
  control().Tell(id_, state);
}

// ---- Up and down ------------------------------------------------------------

void Node::Boot() {
  ORRERY_CHECK(!up(), absl::StrCat("node ", name_, " is up already"));
  later_.Cancel();
  control().Boot(id_);
  SetState(NodeState::kUp);
  for (NodeObserver* observer : world_->observers_) observer->OnBoot(*this);
  if (main_ != nullptr) {
    control().RunOn(id_, [this] { main_task_ = Spawn(name_, main_); });
    control().RunOn(NodeId(), [this] {
      main_is_over_ = main_task_.AddDoneCallback([this] { MainIsOver(); });
    });
    return;
  }
  control().RunOn(id_, [this] {
    Post([this] {
      program_ = make_program_();
      program_->Start();
    });
  });
}

void Node::MainIsOver() {
  if (main_task_.Cancelled()) return;
  if (const std::exception_ptr error = main_task_.Exception()) Failed(error);
}

void Node::Failed(const std::exception_ptr& error) {
  const std::string what =
      absl::StrCat("node ", name_, " failed: ", ExceptionText(error));
  if (!options_.restart_on_failure.has_value() ||
      restarts_ >= options_.restart_on_failure->limit) {
    Simulation::Current("Node").Fail(what, SourceSite(), error);
    return;
  }
  ++restarts_;
  GoDown(NodeState::kKilled);
  later_ = PostAfter(options_.restart_on_failure->after, [this] { Boot(); });
}

void Node::CutOff(NodeState state) {
  for (NodeObserver* observer : world_->observers_) {
    observer->OnDown(*this, state);
  }
  main_is_over_.Cancel();
  later_.Cancel();
  control().Resume(id_);
  control().CutOff(id_, [this] { program_ = nullptr; });
  main_task_ = {};
  SetState(state);
}

void Node::GoDown(NodeState state) {
  if (!up()) return;
  if (Simulation::Current("Node").current_node() == id_) {
    GoDownSoon(state);
  } else {
    CutOff(state);
  }
}

void Node::GoDownSoon(NodeState state) {
  control().RunOn(NodeId(), [this, state] {
    later_.Cancel();
    later_ = Post([this, state] { CutOff(state); });
  });
}

void Node::Kill() { GoDown(NodeState::kKilled); }
void Node::Crash() { GoDown(NodeState::kCrashed); }

void Node::Restart() {
  ORRERY_CHECK(Simulation::Current("Node").current_node() != id_,
               absl::StrCat("node ", name_,
                            " cannot restart itself: let it "
                            "Kill() itself, and somebody else boot it"));
  Kill();
  Boot();
}

Task<bool> Node::Stop(absl::Duration grace) {
  ORRERY_CHECK(Simulation::Current("Node").current_node() != id_,
               absl::StrCat("node ", name_, " cannot wait for its own end"));
  if (!up()) co_return true;
  const uint32_t of = incarnation();
  Resume();
  if (main_task_) {
    main_task_.Cancel();
  } else {
    RunOn([this] {
      Post([this] {
        if (program_ != nullptr) program_->Stop();
      });
    });
  }
  const SimTime limit =
      After(Simulation::Current("Node").now(), ToNanoseconds(grace));
  // What is left is looked at after each step that could have ended it.
  absl::Duration pause = absl::Microseconds(1);
  while (up() && incarnation() == of && control().IsBusy(id_) &&
         Simulation::Current("Node").now() < limit) {
    co_await Sleep(std::min(
        pause,
        absl::Nanoseconds(limit.ns - Simulation::Current("Node").now().ns)));
    pause = std::min(pause * 2, absl::Milliseconds(10));
  }
  if (!up() || incarnation() != of) co_return false;
  const bool by_itself = !control().IsBusy(id_);
  CutOff(NodeState::kStopped);
  co_return by_itself;
}

void Node::Pause() {
  if (state_ != NodeState::kUp) return;
  control().Pause(id_);
  SetState(NodeState::kPaused);
}

void Node::Resume() {
  if (state_ != NodeState::kPaused) return;
  control().Resume(id_);
  SetState(NodeState::kUp);
}

// ---- Clocks -----------------------------------------------------------------

void Node::SetClockDrift(int64_t ppm) { control().SetDrift(id_, ppm); }
void Node::FreezeClock() { control().FreezeClock(id_, true); }
void Node::ThawClock() { control().FreezeClock(id_, false); }

void Node::StepWallClock(absl::Duration by) {
  control().SetWallOffset(id_,
                          control().clock(id_).offset() + ToNanoseconds(by));
}

void Node::SetWallClock(absl::Duration ahead) {
  const SimTime now = Simulation::Current("Node").now();
  control().SetWallOffset(
      id_, now.ns - control().SteadyNow(id_).ns + ToNanoseconds(ahead));
}

absl::Time Node::WallTime() const {
  return SimEpoch() + ToDuration(control().WallNow(id_));
}

absl::Duration Node::SteadyTime() const {
  return ToDuration(control().SteadyNow(id_));
}

}  // namespace orrery
