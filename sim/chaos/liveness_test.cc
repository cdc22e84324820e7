// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/liveness.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

// ---- A tiny election --------------------------------------------------------
//
// The leader of a view is the replica whose number is the view's, modulo how
// many there are. Who hears nothing from a leader for a while asks for the next
// view. A leader that has led without interruption for long enough commits.

constexpr int kReplicas = 3;
constexpr absl::Duration kBeat = absl::Milliseconds(40);
constexpr absl::Duration kPatience = absl::Milliseconds(200);
constexpr absl::Duration kRecovery = absl::Milliseconds(300);

struct Cluster {
  // Planted: one replica that asks for a view takes all others there, although
  // they hear their leader. Else a majority has to ask for it.
  explicit Cluster(bool follows_anyone)
      : network(world), follows_anyone(follows_anyone) {}

  World world;
  Network network;
  const bool follows_anyone;
  std::array<int, kReplicas> views = {};          // durable
  std::vector<std::pair<int, int>> commits = {};  // the view, and who
};

class Replica {
 public:
  Replica(Cluster& cluster, int self) : cluster_(cluster), self_(self) {
    heard_ = Now();
    socket_ = *DatagramSocket::Bind(cluster.network, 7);
  }

  Task<> Serve() {
    for (;;) {
      const absl::StatusOr<Datagram> got = co_await socket_->Receive();
      const std::vector<std::string> words = absl::StrSplit(got->bytes, ' ');
      int view = 0;
      int from = 0;
      const bool fine = absl::SimpleAtoi(words[1], &view) &&
                        absl::SimpleAtoi(words[2], &from);
      if (fine) Handle(words[0], view, from);
    }
  }

  void Tick() {
    if (Leads()) {
      SendAll("beat");
      if (Now() - leads_since_ >= kRecovery) {
        cluster_.commits.emplace_back(View(), self_);
      }
    } else {
      leads_since_ = Now();
      if (View() % kReplicas == self_) SendAll("beat?");
    }
    if (!Suspects()) return;
    if (cluster_.follows_anyone) {
      Enter(View() + 1);
    } else {
      asked_[self_] = Now();
    }
    SendAll("start", cluster_.follows_anyone ? View() : View() + 1);
    MayEnter();
  }

 private:
  int& View() { return cluster_.views[static_cast<size_t>(self_)]; }

  static bool Recently(absl::Time when) { return Now() - when < kPatience; }
  static bool IsMajority(const std::array<absl::Time, kReplicas>& when) {
    int count = 0;
    for (const absl::Time t : when) count += Recently(t) ? 1 : 0;
    return count > kReplicas / 2;
  }

  // It is its turn, and a majority has just said that it follows.
  bool Leads() {
    acked_[static_cast<size_t>(self_)] = Now();
    return View() % kReplicas == self_ && IsMajority(acked_);
  }
  bool Suspects() { return !Leads() && !Recently(heard_); }

  void Enter(int view) {
    View() = view;
    heard_ = leads_since_ = Now();
    acked_ = asked_ = {};
  }

  void MayEnter() {
    if (!cluster_.follows_anyone && Suspects() && IsMajority(asked_)) {
      Enter(View() + 1);
    }
  }

  void Handle(const std::string& what, int view, int from) {
    if (what == "start") {
      if (cluster_.follows_anyone && view > View()) Enter(view);
      if (view > View()) asked_[static_cast<size_t>(from)] = Now();
      MayEnter();
    } else if (what == "ack") {
      if (view == View()) acked_[static_cast<size_t>(from)] = Now();
    } else if (view >= View()) {  // a leader, or who would be
      if (view > View()) Enter(view);
      if (what == "beat") heard_ = Now();
      Send("ack", view, from);
    }
  }

  void SendAll(const char* what) { SendAll(what, View()); }
  void SendAll(const char* what, int view) {
    for (int to = 0; to < kReplicas; ++to) {
      if (to != self_) Send(what, view, to);
    }
  }
  void Send(const char* what, int view, int to) {
    const Node& node = *cluster_.world.nodes()[static_cast<size_t>(to)];
    EXPECT_TRUE(socket_
                    ->SendTo({Network::HostOf(node), 7},
                             absl::StrCat(what, " ", view, " ", self_))
                    .ok());
  }

  Cluster& cluster_;
  const int self_;
  std::unique_ptr<DatagramSocket> socket_;
  absl::Time heard_;  // of a leader
  absl::Time leads_since_ = absl::InfinitePast();
  std::array<absl::Time, kReplicas> acked_ = {};  // who follows, and since when
  std::array<absl::Time, kReplicas> asked_ = {};  // for the next view
};

Task<> TickOften(Replica* replica) {
  for (;;) {
    co_await Sleep(kBeat);
    replica->Tick();
  }
}

Task<> RunReplica(Cluster* cluster, int self) {
  Replica replica(*cluster, self);
  const JoinHandle<> ticks = Spawn(TickOften, &replica);
  co_await replica.Serve();
}

void AddReplicas(Cluster& cluster) {
  for (int i = 0; i < kReplicas; ++i) {
    cluster.world.AddNode(absl::StrCat("r", i),
                          [&cluster, i] { return RunReplica(&cluster, i); });
  }
}

enum class Mode { kSafetyOnly, kHealAll, kLiveness };

Task<> RunElection(bool follows_anyone, Mode mode) {
  Cluster cluster(follows_anyone);
  AddReplicas(cluster);
  Nemesis nemesis(cluster.world, &cluster.network);
  RandomMishaps chaos;
  chaos.duration = absl::Seconds(2);
  chaos.interval =
      LatencyLaw::Uniform(absl::Milliseconds(100), absl::Milliseconds(800));
  chaos.lasts = LatencyLaw::Uniform(absl::Milliseconds(100), absl::Seconds(9));
  chaos.mishaps = {{mishap::CutOneWay()}, {mishap::Cut("@any", "@any")},
                   {mishap::Isolate()},   {mishap::Crash()},
                   {mishap::Pause()},     {mishap::Hold()}};
  chaos.heal_at_end = mode == Mode::kHealAll;
  co_await nemesis.Run(chaos);
  // What has to hold whatever goes wrong: it is the leader who commits.
  for (const auto& [view, replica] : cluster.commits) {
    EXPECT_EQ(view % kReplicas, replica);
  }
  if (mode == Mode::kSafetyOnly) co_return;
  LivenessOptions options;
  // A core of all is a world that is healed.
  options.core_size = mode == Mode::kHealAll ? 3 : 2;
  options.within = absl::Seconds(3);
  options.every = absl::Milliseconds(50);
  const size_t before = cluster.commits.size();
  options.converged = [&cluster, before]() -> absl::Status {
    if (cluster.commits.size() > before + 3) return absl::OkStatus();
    return absl::UnavailableError("nobody commits");
  };
  co_await CheckLiveness(cluster.world, &cluster.network, options);
}

// Returns how many seeds of `seeds` fail, and the message of one.
std::pair<int, std::string> CountFailures(bool follows_anyone, Mode mode,
                                          uint64_t seeds) {
  RandomScheduler scheduler;
  int failures = 0;
  std::string message;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(RunElection, follows_anyone, mode);
    if (result.ok()) continue;
    ++failures;
    message = Message(result);
  }
  return {failures, message};
}

constexpr uint64_t kSeeds = 200;

TEST(LivenessTest, SafetyAloneDoesNotFindTheLivelock) {
  EXPECT_EQ(CountFailures(true, Mode::kSafetyOnly, kSeeds).first, 0);
}

TEST(LivenessTest, NorDoesHealingEverything) {
  const auto [failures, message] = CountFailures(true, Mode::kHealAll, kSeeds);
  EXPECT_EQ(failures, 0) << message;
}

TEST(LivenessTest, HealingACoreFindsIt) {
  const auto [failures, message] = CountFailures(true, Mode::kLiveness, kSeeds);
  EXPECT_GT(failures, 5);
  EXPECT_THAT(message,
              HasSubstr("the system has not converged within 3.000s: nobody "
                        "commits\n  the core, which is healed: r"));
  EXPECT_THAT(message, HasSubstr("still broken: cut: r"));
}

TEST(LivenessTest, TheFixedTwinConvergesFromEverything) {
  const auto [failures, message] =
      CountFailures(false, Mode::kLiveness, 2 * kSeeds);
  EXPECT_EQ(failures, 0) << message;
}

// ---- The mode itself --------------------------------------------------------

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

// Five machines of which all is broken.
class Ruin {
 public:
  Ruin() : network(world), nemesis(world, &network) {
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      world.AddNode(name, Idle);
    }
    for (const char* line :
         {"partition a | b | c d e", "clog a > c", "hold @test > a",
          "clog-in b", "crash a e", "pause b", "clock-freeze a c",
          "clock-drift 500ppm b", "loss 500000ppm @all"}) {
      EXPECT_TRUE(*nemesis.Do(*Mishap::Parse(line), absl::Seconds(1))) << line;
    }
  }

  bool IsFree(const Node* from, const Node* to) const {
    const LinkState state = network.StateOf(from, to);
    return !state.cut && !state.held && !state.clogged;
  }
  Node* At(const char* name) { return &world.node(name); }

  World world;
  Network network;
  Nemesis nemesis;
};

template <typename Body, typename... Arguments>
RunResult RunTest(Body body, uint64_t seed, Arguments... arguments) {
  RandomScheduler scheduler;
  return Simulation({.seed = Seed(seed), .scheduler = &scheduler})
      .Run(body, arguments...);
}

Task<> HealsTheCore() {
  Ruin ruin;
  bool ready = false;
  LivenessOptions options;
  options.core = {"a", "b"};
  options.converged = [&ready] { return ready; };
  PostAfter(absl::Seconds(5), [&ready] { ready = true; });
  Task<absl::StatusOr<LivenessReport>> live =
      TryLiveness(ruin.world, &ruin.network, options);
  const absl::StatusOr<LivenessReport> report = co_await std::move(live);
  EXPECT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->core, ElementsAre("a", "b"));
  EXPECT_EQ(report->took, absl::Seconds(5));
  EXPECT_EQ(ruin.At("a")->state(), NodeState::kUp);
  EXPECT_EQ(ruin.At("b")->state(), NodeState::kUp);
  for (const char* name : {"a", "b"}) {
    const NodeClock& clock =
        Simulation::Current("test").nodes().clock(ruin.At(name)->id());
    EXPECT_FALSE(clock.frozen());
    EXPECT_EQ(clock.drift_ppm(), 0);
    EXPECT_TRUE(ruin.IsFree(nullptr, ruin.At(name)));
  }
  EXPECT_TRUE(ruin.IsFree(ruin.At("a"), ruin.At("b")));
  EXPECT_TRUE(ruin.IsFree(ruin.At("b"), ruin.At("a")));
}
TEST(LivenessTest, HealsTheCore) {
  const RunResult result = RunTest(HealsTheCore, 1);
  EXPECT_TRUE(result.ok()) << Message(result);
  EXPECT_THAT(result.notes, HasSubstr("liveness: the core is a, b"));
}

Task<> LeavesTheRest() {
  Ruin ruin;
  ruin.nemesis.After(absl::Seconds(2), mishap::Crash("d"));
  LivenessOptions options;
  options.core = {"a", "b"};
  options.within = absl::Seconds(7);
  options.converged = [] { return absl::UnavailableError("never"); };
  const absl::Duration begin = Elapsed();
  Task<absl::StatusOr<LivenessReport>> live =
      TryLiveness(ruin.world, &ruin.network, options);
  const absl::StatusOr<LivenessReport> report = co_await std::move(live);
  EXPECT_EQ(Elapsed() - begin, absl::Seconds(7));
  EXPECT_EQ(report.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(
      report.status().message(),
      "the system has not converged within 7.000s: never\n"
      "  the core, which is healed: a, b\n"
      "  still broken: the clock of c is frozen; e is crashed; "
      "cut: a > c, a > d, a > e, b > c, b > d, b > e, c > a, c > b, d > a, "
      "d > b, e > a, e > b; clogged: a > c, c > b, d > b, e > b");
  EXPECT_EQ(ruin.At("e")->state(), NodeState::kCrashed);
  EXPECT_EQ(ruin.At("d")->state(), NodeState::kUp) << "nothing new goes wrong";
  EXPECT_TRUE(Faults::Current().frozen());
  EXPECT_FALSE(*ruin.nemesis.Do(mishap::Crash("d")));
}
TEST(LivenessTest, LeavesTheRestAsBrokenAsItIs) {
  const RunResult result = RunTest(LeavesTheRest, 1);
  EXPECT_TRUE(result.ok()) << Message(result);
}

Task<> Fails(bool excused) {
  Ruin ruin;
  LivenessOptions options;
  options.converged = [] { return false; };
  options.excuse = [excused] {
    return std::string(excused ? "the last copy is lost" : "");
  };
  co_await CheckLiveness(ruin.world, &ruin.network, options);
  co_await Sleep(absl::Seconds(1));
}
TEST(LivenessTest, FailsTheRunUnlessThereIsAnExcuse) {
  const RunResult failed = RunTest(Fails, 1, false);
  EXPECT_FALSE(failed.ok());
  EXPECT_THAT(Message(failed), HasSubstr("has not converged within 30.000s: "
                                         "it has not converged"));
  EXPECT_THAT(failed.failure->site, HasSubstr("liveness_test.cc"));
  const RunResult excused = RunTest(Fails, 1, true);
  EXPECT_TRUE(excused.ok()) << Message(excused);
  EXPECT_THAT(excused.notes, HasSubstr("it need not converge: the last copy"));
}

Task<> DrawsACore(std::vector<std::string>* core) {
  World world;
  for (const char* name : {"a", "b", "c", "d", "e", "client"}) {
    world.AddNode(name, Idle);
  }
  LivenessOptions options;
  options.always = {"client"};
  options.converged = [] { return true; };
  Task<absl::StatusOr<LivenessReport>> live =
      TryLiveness(world, nullptr, options);
  *core = (co_await std::move(live))->core;
  options.core_size = 6;
  live = TryLiveness(world, nullptr, options);
  EXPECT_EQ((co_await std::move(live)).status().message(),
            "a core of 6 machines, of which there are 5");
  options.core = {"z"};
  live = TryLiveness(world, nullptr, options);
  EXPECT_EQ((co_await std::move(live)).status().message(),
            "there is no machine z");
}
TEST(LivenessTest, DrawsAMajorityOrMore) {
  std::map<size_t, int> sizes;
  std::map<std::string, int> drawn;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    std::vector<std::string> core;
    EXPECT_TRUE(RunTest(DrawsACore, seed, &core).ok());
    ++sizes[core.size()];
    for (const std::string& name : core) ++drawn[name];
  }
  EXPECT_THAT(sizes, SizeIs(3));
  for (const auto& [size, times] : sizes) {
    EXPECT_GE(size, 4u) << "three, and the client";
    EXPECT_GT(times, 70) << size;
  }
  EXPECT_EQ(drawn["client"], 300);
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    EXPECT_GT(drawn[name], 200) << name;
    EXPECT_LT(drawn[name], 280) << name;
  }
}

}  // namespace
}  // namespace orrery
