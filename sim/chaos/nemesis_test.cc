// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/nemesis.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Five machines that hear each other, and the test.
class Lab {
 public:
  Lab() : network(world), nemesis(world, &network) {
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      world.AddNode(name, [this] { return Listen(this); },
                    {.zone = name[0] < 'c' ? "east" : "west"});
    }
  }

  // Sends a datagram from each to each. Returns which have not arrived a tenth
  // of a second later: "a>b b>c"; arrived twice: "a>>b"; those from and to the
  // test only if `of_test`.
  Task<std::string> Missing(bool of_test = false) {
    heard.clear();
    for (const auto& node : world.nodes()) {
      if (node->state() == NodeState::kUp) {
        node->RunOn([this] { SendToAll(); });
      }
    }
    if (of_test) SendToAll();
    co_await Sleep(absl::Milliseconds(100));
    std::vector<std::string> odd;
    for (const auto& from : world.nodes()) {
      for (const auto& to : world.nodes()) {
        if (from == to) continue;
        Note(from->name(), to->name(), odd);
      }
    }
    if (of_test) {
      for (const auto& to : world.nodes()) Note("test", to->name(), odd);
    }
    co_return absl::StrJoin(odd, " ");
  }

  // Does `what` and returns what is missing while it goes on; then heals, and
  // expects that all is as it was.
  Task<std::string> MissingDuring(Mishap what, bool of_test = false) {
    EXPECT_EQ(co_await Missing(of_test), "");
    const absl::StatusOr<bool> done = nemesis.Do(what);
    EXPECT_TRUE(done.ok() && *done) << done.status();
    const std::string missing = co_await Missing(of_test);
    nemesis.Heal();
    co_await Sleep(absl::Milliseconds(100));
    EXPECT_EQ(co_await Missing(of_test), "") << "healed";
    EXPECT_TRUE(Faults::Current().CheckEffects().ok())
        << Faults::Current().CheckEffects();
    co_return missing;
  }

  Node& node(absl::string_view name) { return world.node(name); }

  World world;
  Network network;
  Nemesis nemesis;
  std::vector<std::string> heard;  // "a>b"

 private:
  static Task<> Listen(Lab* lab) {
    std::unique_ptr<DatagramSocket> socket =
        *DatagramSocket::Bind(lab->network, 7);
    const std::string name = lab->world.current()->name();
    for (;;) {
      const absl::StatusOr<Datagram> got = co_await socket->Receive();
      if (!got.ok()) co_return;
      // One bit makes no other name of what is sent.
      const std::string from = got->bytes.substr(0, got->bytes.size() / 3);
      if (absl::StrCat(from, from, from) != got->bytes) continue;
      lab->heard.push_back(absl::StrCat(from, ">", name));
    }
  }

  void SendToAll() {
    const Node* self = world.current();
    std::unique_ptr<DatagramSocket> socket = *DatagramSocket::Bind(network, 0);
    for (const auto& to : world.nodes()) {
      if (to.get() == self) continue;
      const std::string name = self != nullptr ? self->name() : "test";
      EXPECT_TRUE(socket
                      ->SendTo({Network::HostOf(*to), 7},
                               absl::StrCat(name, name, name))
                      .ok());
    }
  }

  void Note(absl::string_view from, absl::string_view to,
            std::vector<std::string>& odd) {
    const std::string link = absl::StrCat(from, ">", to);
    const auto count = std::count(heard.begin(), heard.end(), link);
    if (count == 0) odd.push_back(link);
    if (count > 1) odd.push_back(absl::StrCat(from, ">>", to));
  }
};

template <typename Body, typename... Arguments>
RunResult RunTest(Body body, Arguments... arguments) {
  RandomScheduler scheduler;
  RunResult result = Simulation({.seed = Seed(1), .scheduler = &scheduler})
                         .Run(body, arguments...);
  EXPECT_TRUE(result.ok()) << (result.failure.has_value()
                                   ? result.failure->message
                                   : "");
  return result;
}

FaultCounts CountsOf(absl::string_view name) {
  const Fault& fault = Faults::Current().Get(name);
  return {fault.name(), fault.armed(), fault.reached(), fault.effects()};
}

// ---- Links ------------------------------------------------------------------

Task<> CutsLinks(Mishap what, std::string missing) {
  Lab lab;
  EXPECT_EQ(co_await lab.MissingDuring(what), missing) << what.ToString();
}
TEST(NemesisTest, APartitionKeepsItsSidesApart) {
  RunTest(CutsLinks, mishap::Partition({{"a", "b"}, {"c"}, {"d", "e"}}),
          "a>c a>d a>e b>c b>d b>e c>a c>b c>d c>e d>a d>b d>c e>a e>b e>c");
}
TEST(NemesisTest, AnIsolatedMachineHearsNobodyAndIsNotHeard) {
  RunTest(CutsLinks, mishap::Isolate("c"), "a>c b>c c>a c>b c>d c>e d>c e>c");
}
TEST(NemesisTest, ACutIsOneWay) {
  RunTest(CutsLinks, mishap::Cut({"a", "b"}, "c"), "a>c b>c");
}
TEST(NemesisTest, InARingEachHearsADifferentMajority) {
  RunTest(CutsLinks, mishap::Ring({"a", "b", "c", "d", "e"}),
          "a>c a>d b>d b>e c>a c>e d>a d>b e>b e>c");
}
TEST(NemesisTest, ThreeInARingHearTwoEach) {
  RunTest(CutsLinks, mishap::Ring({"a", "b", "c"}), "a>c b>a c>b");
}
TEST(NemesisTest, ABridgeHearsBothSides) {
  RunTest(CutsLinks, mishap::Bridge("a", {"b", "c"}, {"d", "e"}),
          "a>d a>e d>a e>a");
}

Task<> BlackHole() {
  Lab lab;
  EXPECT_EQ(co_await lab.MissingDuring(mishap::BlackHole("b"), true),
            "a>b b>a b>c b>d b>e c>b d>b e>b test>b");
}
TEST(NemesisTest, OfABlackHoleNotEvenTheTestHears) { RunTest(BlackHole); }

Task<> Clogs(Mishap what, std::string late) {
  Lab lab;
  EXPECT_TRUE(lab.nemesis.Do(what, absl::Milliseconds(150)).ok());
  EXPECT_EQ(co_await lab.Missing(), late) << what.ToString();
  lab.heard.clear();
  co_await Sleep(absl::Milliseconds(60));
  EXPECT_EQ(absl::StrJoin(lab.heard, " ").size(), late.size())
      << "all of it arrives";
  EXPECT_EQ(co_await lab.Missing(), "");
  EXPECT_EQ(lab.nemesis.CountOngoing(), 0u);
  EXPECT_TRUE(Faults::Current().CheckEffects().ok());
}
TEST(NemesisTest, OverACloggedLinkAllArrivesLater) {
  RunTest(Clogs, mishap::Clog("a", "b"), "a>b");
}
TEST(NemesisTest, AClogCanBeInOneDirection) {
  RunTest(Clogs, mishap::ClogIn("b"), "a>b c>b d>b e>b");
  RunTest(Clogs, mishap::ClogOut("b"), "b>a b>c b>d b>e");
}
TEST(NemesisTest, WhatIsHeldArrivesWhenItIsReleased) {
  RunTest(Clogs, mishap::Hold("a", {"b", "c"}), "a>b a>c");
}

// ---- Swizzle ----------------------------------------------------------------

Task<> Swizzles() {
  Lab lab;
  EXPECT_TRUE(
      lab.nemesis.Do(*Mishap::Parse("swizzle a b | b a"), absl::Seconds(4))
          .ok());
  auto clogged = [&](const char* name) {
    const Node* node = &lab.node(name);
    const bool all = lab.network.StateOf(nullptr, node).clogged &&
                     lab.network.StateOf(node, nullptr).clogged &&
                     lab.network.StateOf(node, &lab.node("e")).clogged;
    EXPECT_EQ(all, lab.network.StateOf(&lab.node("d"), node).clogged);
    return all;
  };
  std::vector<std::string> seen;
  co_await Sleep(absl::Milliseconds(250));
  for (int i = 0; i < 9; ++i) {
    const bool a = clogged("a");
    const bool b = clogged("b");
    seen.push_back(absl::StrCat(a ? "a" : "", b ? "b" : ""));
    if (i == 1) {
      EXPECT_EQ(co_await lab.Missing(), "a>b a>c a>d a>e b>a c>a d>a e>a");
      co_await Sleep(absl::Milliseconds(400));
    } else {
      co_await Sleep(absl::Milliseconds(500));
    }
  }
  EXPECT_THAT(seen,
              ElementsAre("a", "a", "ab", "ab", "ab", "ab", "a", "a", ""));
  EXPECT_TRUE(Faults::Current().CheckEffects().ok());
}
TEST(NemesisTest, ASwizzleClogsOneByOneAndFreesInAnotherOrder) {
  RunTest(Swizzles);
}

Task<> SwizzleIsHealed() {
  Lab lab;
  EXPECT_TRUE(lab.nemesis.Do(mishap::Swizzle(), absl::Seconds(4)).ok());
  co_await Sleep(absl::Milliseconds(100));
  lab.nemesis.Heal();
  EXPECT_EQ(co_await lab.Missing(true), "");
  co_await Sleep(absl::Seconds(10));
  EXPECT_EQ(co_await lab.Missing(true), "");
}
TEST(NemesisTest, AHealedSwizzleClogsNothingMore) { RunTest(SwizzleIsHealed); }

// ---- Bursts -----------------------------------------------------------------

Task<> Bursts() {
  Lab lab;
  EXPECT_EQ(co_await lab.MissingDuring(mishap::Loss(Chance::Always(), "a")),
            "a>b a>c a>d a>e b>a c>a d>a e>a");
  EXPECT_EQ(
      co_await lab.MissingDuring(mishap::Duplication(Chance::Always(), "a")),
      "a>>b a>>c a>>d a>>e b>>a c>>a d>>a e>>a");
  EXPECT_EQ(
      co_await lab.MissingDuring(mishap::Corruption(Chance::Always(), "a")),
      "a>b a>c a>d a>e b>a c>a d>a e>a");
  EXPECT_EQ(CountsOf("net.loss").reached, 8u);
  EXPECT_EQ(CountsOf("net.duplication").reached, 8u);
  EXPECT_EQ(CountsOf("net.corruption").reached, 8u);
}
TEST(NemesisTest, WhileABurstLastsPacketsGetLostOrTwiceOrChanged) {
  RunTest(Bursts);
}

Task<> Reorders() {
  Lab lab;
  lab.network.link(&lab.node("a"), &lab.node("b")).reordered_by =
      absl::Milliseconds(300);
  EXPECT_TRUE(lab.nemesis.Do(mishap::Reordering(Chance::Always(), "a")).ok());
  EXPECT_EQ(co_await lab.Missing(), "a>b");
  lab.nemesis.Heal();
  co_await Sleep(absl::Milliseconds(300));
  EXPECT_EQ(co_await lab.Missing(), "");
}
TEST(NemesisTest, WhileABurstLastsPacketsAreOvertaken) { RunTest(Reorders); }

Task<> BurstsOverlap() {
  Lab lab;
  const Node* a = &lab.node("a");
  const Node* b = &lab.node("b");
  lab.network.link(a, b).loss = Chance::Percent(10);
  auto loss = [&] { return lab.network.options(a, b).loss.per_million(); };
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::Loss(Chance::Percent(5), "a"), absl::Seconds(2))
          .ok());
  EXPECT_EQ(loss(), 100'000u) << "it was more likely before";
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::Loss(Chance::Percent(50), "b"), absl::Seconds(4))
          .ok());
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::Loss(Chance::Percent(40), "a"), absl::Seconds(6))
          .ok());
  EXPECT_EQ(loss(), 500'000u);
  co_await Sleep(absl::Seconds(5));
  EXPECT_EQ(loss(), 400'000u);
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(loss(), 100'000u);
  EXPECT_EQ(lab.network.options(b, a).loss, Chance::Never());
}
TEST(NemesisTest, OfBurstsAtATimeTheWorstCounts) { RunTest(BurstsOverlap); }

Task<> CutsOverlap() {
  Lab lab;
  EXPECT_TRUE(lab.nemesis.Do(mishap::Isolate("a"), absl::Seconds(2)).ok());
  EXPECT_TRUE(lab.nemesis.Do(mishap::Cut("a", "b"), absl::Seconds(4)).ok());
  co_await Sleep(absl::Seconds(3));
  EXPECT_EQ(co_await lab.Missing(), "a>b");
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(co_await lab.Missing(), "");
}
TEST(NemesisTest, WhatTwoHaveCutIsMendedWhenBothAreOver) {
  RunTest(CutsOverlap);
}

// ---- The user's own ---------------------------------------------------------

Task<> DoesOwn() {
  Lab lab;
  std::vector<std::string> did;
  lab.nemesis.Define(
      "app.flip",
      [&](const std::vector<Node*>& nodes) {
        did.push_back(absl::StrCat("flip ", nodes[0]->name()));
      },
      [&](const std::vector<Node*>&) { did.push_back("flop"); });
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::Own("app.flip", "c"), absl::Seconds(1)).ok());
  EXPECT_THAT(did, ElementsAre("flip c"));
  co_await Sleep(absl::Seconds(2));
  EXPECT_THAT(did, ElementsAre("flip c", "flop"));
  EXPECT_EQ(CountsOf("app.flip"), (FaultCounts{"app.flip", 1, 1, 1}));
  Faults::Current().Mask("app");
  EXPECT_FALSE(*lab.nemesis.Do(mishap::Own("app.flip", "c")));
  EXPECT_THAT(lab.nemesis.Do(mishap::Own("app.flop")).status().message(),
              HasSubstr("there is no mishap app.flop"));
}
TEST(NemesisTest, KnowsMishapsOfTheUsersOwn) { RunTest(DoesOwn); }

// ---- Plans ------------------------------------------------------------------

Task<> FollowsAPlan(std::vector<std::string>* seen) {
  Lab lab;
  lab.nemesis.At(absl::Seconds(5), mishap::Isolate("a"), absl::Seconds(2))
      .At(absl::Seconds(6), mishap::Crash("b"))
      .After(absl::Seconds(9), mishap::Heal());
  EXPECT_TRUE(lab.nemesis.Follow("at 6s pause e for 0.5s\n").ok());
  EXPECT_FALSE(lab.nemesis.Follow("at 6s dance e\nat 6s").ok());
  for (int second = 0; second < 11; ++second) {
    const std::string missing = co_await lab.Missing();
    seen->push_back(missing.empty() ? "." : missing.substr(0, 3));
    co_await Sleep(absl::Milliseconds(900));
  }
  EXPECT_EQ(lab.world.CountDown(), 0u);
  EXPECT_EQ(ToPlan(lab.nemesis.Done()),
            "at 5.000s partition a | b c d e for 2.000s\n"
            "at 6.000s crash b\n"
            "at 6.000s pause e for 0.500s\n"
            "at 9.000s heal\n");
}
TEST(NemesisTest, FollowsAPlan) {
  std::vector<std::string> seen;
  const RunResult result = RunTest(FollowsAPlan, &seen);
  EXPECT_THAT(seen, ElementsAre(".", ".", ".", ".", ".", "a>b", "a>b", "a>b",
                                "a>b", ".", "."));
  EXPECT_THAT(result.notes, HasSubstr("what the nemesis did:\n"
                                      "  at 5.000s partition a | b c d e for "
                                      "2.000s\n"));
  EXPECT_EQ(result.choices, RunTest(FollowsAPlan, &seen).choices);
}

Task<> PlansTheImpossible() {
  Lab lab;
  lab.nemesis.At(absl::Seconds(1), mishap::Crash("z"));
  co_await Sleep(absl::Seconds(2));
}
TEST(NemesisTest, APlanThatCannotBeDoneFailsTheRun) {
  const RunResult result = Simulation().Run(PlansTheImpossible);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.failure->message,
              HasSubstr("the nemesis cannot do \"crash z\": there is no "
                        "machine z"));
}

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }
Task<> NeedsNetwork() {
  World world;
  world.AddNode("a", &Idle);
  Nemesis nemesis(world);
  EXPECT_THAT(nemesis.Do(mishap::Isolate("a")).status().message(),
              HasSubstr("there is no network"));
  EXPECT_THAT(nemesis.Do(mishap::DiskFull("a")).status().message(),
              HasSubstr("there are no disks"));
  EXPECT_TRUE(nemesis.Do(mishap::Crash("a")).ok());
  co_return;
}
TEST(NemesisTest, DoesWithoutNetworkAndDisksWhatItCan) {
  RunTest(NeedsNetwork);
}

Task<> IsMasked(bool used) {
  Lab lab;
  Faults::Current().Mask("net.partition");
  Faults::Current().Mask("node");
  if (used) {
    for (const Mishap& what :
         {mishap::Isolate(), mishap::Ring(), mishap::Crash("a"), mishap::Kill(),
          mishap::Pause("@zone")}) {
      EXPECT_FALSE(*lab.nemesis.Do(what)) << what.ToString();
    }
  }
  EXPECT_EQ(co_await lab.Missing(), "");
  EXPECT_THAT(lab.nemesis.Done(), IsEmpty());
  EXPECT_THAT(Faults::Current().counts(), IsEmpty());
}
TEST(NemesisTest, WhatIsMaskedIsSkippedAndDrawsNothing) {
  const RunResult used = RunTest(IsMasked, true);
  const RunResult unused = RunTest(IsMasked, false);
  EXPECT_EQ(used.choices, unused.choices);
  EXPECT_EQ(used.digests.data, unused.digests.data);
  EXPECT_EQ(used.digests.schedule, unused.digests.schedule);
}

Task<> StopsEverything() {
  Lab lab;
  lab.nemesis.At(absl::Seconds(1), mishap::Crash("a"), absl::Seconds(1));
  lab.nemesis.At(absl::Seconds(3), mishap::Crash("b"));
  co_await Sleep(absl::Milliseconds(1500));
  lab.nemesis.Stop();
  co_await Sleep(absl::Seconds(5));
  EXPECT_EQ(lab.node("a").state(), NodeState::kCrashed);
  EXPECT_EQ(lab.node("b").state(), NodeState::kUp);
  lab.nemesis.Heal();
  EXPECT_EQ(lab.node("a").state(), NodeState::kUp);
}
TEST(NemesisTest, WhenItIsStoppedAllStaysAsItIs) { RunTest(StopsEverything); }

}  // namespace
}  // namespace orrery
