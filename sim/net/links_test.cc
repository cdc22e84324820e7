// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/links.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/parcel.h"
#include "orrery/sim/net/test_machines.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kMs = absl::Milliseconds(1);
constexpr absl::Duration kLong = absl::Milliseconds(10);

// ---- Cuts -------------------------------------------------------------------

TEST(LinksTest, ACutIsOneWayAndTakesWhatIsOnItsWay) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.Send(0, 1, 1, "before");
    two.network.Cut(two.nodes[0], two.nodes[1]);
    two.Send(0, 1, 1, "meanwhile");
    two.Send(1, 0, 1, "back");
    two.network.Mend(two.nodes[0], two.nodes[1]);
    two.Send(0, 1, 1, "after");
    co_await Sleep(kMs);
    EXPECT_THAT(two.lines[1], ElementsAre("1500us after"));
    EXPECT_THAT(two.lines[0], ElementsAre("1500us back"));
    EXPECT_EQ(two.network.counts().cut_off, 2u);
    ExpectSeen("net.cut", 1, 2);
  });
}

TEST(LinksTest, APartitionCutsBothWaysUntilItIsHealed) {
  RunNetworkTest([]() -> Task<> {
    TestMachines three(3);
    co_await Sleep(kMs);
    three.network.Partition({three.nodes[0]}, {three.nodes[1], three.nodes[2]});
    three.Send(0, 1, 1, "over");
    three.Send(2, 0, 1, "over");
    three.Send(1, 2, 1, "beside");
    co_await Sleep(kMs);
    EXPECT_THAT(three.lines[0], IsEmpty());
    EXPECT_THAT(three.lines[1], IsEmpty());
    EXPECT_THAT(three.lines[2], ElementsAre("1500us beside"));
    ExpectSeen("net.partition", 1, 2);
    three.network.Heal();
    three.Send(0, 1, 1, "healed");
    co_await Sleep(kMs);
    EXPECT_THAT(three.lines[1], ElementsAre("2500us healed"));
  });
}

TEST(LinksTest, APartitionMayBeOneWay) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.network.PartitionOneWay({two.nodes[0]}, {two.nodes[1]});
    two.Send(0, 1, 1, "there");
    two.Send(1, 0, 1, "back");
    co_await Sleep(kMs);
    EXPECT_THAT(two.lines[1], IsEmpty());
    EXPECT_THAT(two.lines[0], ElementsAre("1500us back"));
    ExpectSeen("net.partition", 1, 1);
  });
}

TEST(LinksTest, ABlackHoleHearsNobodyAndIsHeardByNobody) {
  RunNetworkTest([]() -> Task<> {
    TestMachines three(3);
    co_await Sleep(kMs);
    three.network.BlackHole(three.nodes[2]);
    auto socket = *DatagramSocket::Bind(three.network, 0);
    EXPECT_TRUE(
        socket->SendTo({Network::HostOf(*three.nodes[2]), 7}, "test").ok());
    three.Send(0, 2, 1, "in");
    three.Send(2, 0, 1, "out");
    three.Send(2, 2, 1, "self");
    three.Send(0, 1, 1, "beside");
    co_await Sleep(kMs);
    EXPECT_THAT(three.lines[0], IsEmpty());
    EXPECT_THAT(three.lines[1], SizeIs(1));
    EXPECT_THAT(three.lines[2], ElementsAre("1010us self"));
    ExpectSeen("net.black_hole", 1, 3);
  });
}

TEST(LinksTest, HealingAmongSomeLeavesTheOthersAsTheyAre) {
  RunNetworkTest([]() -> Task<> {
    TestMachines three(3);
    co_await Sleep(kMs);
    const std::vector<Node*>& n = three.nodes;
    three.network.Partition({n[0]}, {n[1], n[2]});
    three.network.ClogIn(n[1], absl::Hours(1));
    three.network.Hold(n[1], n[0]);
    three.network.HealAmong({n[0], n[1]});
    three.Send(0, 1, 1, "x");
    three.Send(1, 0, 1, "x");
    three.Send(0, 2, 1, "x");
    co_await Sleep(kMs);
    EXPECT_THAT(three.lines[0], SizeIs(1));
    EXPECT_THAT(three.lines[1], SizeIs(1));
    EXPECT_THAT(three.lines[2], IsEmpty());
  });
}

// ---- Clogs ------------------------------------------------------------------

// A clog of 10 ms, and who does not hear whom for so long.
struct ClogCase {
  const char* name;
  void (*clog)(TestMachines&);
  std::vector<std::pair<size_t, size_t>> clogged;
};

TEST(LinksTest, AClogDelaysWhatItIsAboutAndWhatIsOnItsWay) {
  const std::vector<ClogCase> cases = {
      {"link",
       [](TestMachines& m) { m.network.Clog(m.nodes[0], m.nodes[1], kLong); },
       {{0, 1}}},
      {"pair",
       [](TestMachines& m) {
         m.network.ClogPair(m.nodes[0], m.nodes[1], kLong);
       },
       {{0, 1}, {1, 0}}},
      {"in",
       [](TestMachines& m) { m.network.ClogIn(m.nodes[0], kLong); },
       {{1, 0}, {2, 0}}},
      {"out",
       [](TestMachines& m) { m.network.ClogOut(m.nodes[0], kLong); },
       {{0, 1}, {0, 2}}},
  };
  for (const ClogCase& c : cases) {
    SCOPED_TRACE(c.name);
    RunNetworkTestInOrder([&]() -> Task<> {
      TestMachines three(3);
      co_await Sleep(kMs);
      auto send = [&](const char* text) {
        for (size_t from = 0; from < 3; ++from) {
          for (size_t to = 0; to < 3; ++to) three.Send(from, to, 1, text);
        }
      };
      std::vector<Lines> expected(3);
      for (size_t from = 0; from < 3; ++from) {
        for (size_t to = 0; to < 3; ++to) {
          bool clogged = false;
          for (auto [f, t] : c.clogged) clogged |= f == from && t == to;
          EXPECT_FALSE(three.network.StateOf(three.nodes[from], three.nodes[to])
                           .clogged);
          const char* at = clogged      ? "11000us "
                           : from == to ? "1010us "
                                        : "1500us ";
          expected[to].push_back(absl::StrCat(at, "on its way"));
          expected[to].push_back(absl::StrCat(at, "new"));
        }
      }
      send("on its way");
      c.clog(three);
      send("new");
      for (auto [from, to] : c.clogged) {
        EXPECT_TRUE(
            three.network.StateOf(three.nodes[from], three.nodes[to]).clogged);
      }
      co_await Sleep(absl::Seconds(1));
      for (size_t to = 0; to < 3; ++to) {
        EXPECT_THAT(three.lines[to],
                    ::testing::UnorderedElementsAreArray(expected[to]));
      }
      ExpectSeen("net.clog", 1, 2 * c.clogged.size());
    });
  }
}

TEST(LinksTest, OfSeveralClogsTheLongestCounts) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.network.Clog(two.nodes[0], two.nodes[1], 3 * kMs);
    two.network.ClogOut(two.nodes[0], 5 * kMs);
    two.network.Clog(two.nodes[0], two.nodes[1], 2 * kMs);
    two.Send(0, 1, 1, "x");
    co_await Sleep(4 * kMs);
    two.network.ClogIn(two.nodes[1], 3 * kMs);  // while it waits
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(two.lines[1], ElementsAre("8000us x"));
  });
}

TEST(LinksTest, WhatIsUncloggedArrivesAtOnce) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.network.Clog(two.nodes[0], two.nodes[1], absl::InfiniteDuration());
    two.network.ClogIn(two.nodes[1], absl::Seconds(10));
    two.Send(0, 1, 1, "x");
    co_await Sleep(4 * kMs);
    two.Send(0, 1, 1, "y");
    two.network.Unclog(two.nodes[0], two.nodes[1]);
    EXPECT_TRUE(two.network.StateOf(two.nodes[0], two.nodes[1]).clogged);
    two.network.UnclogIn(two.nodes[1]);
    EXPECT_FALSE(two.network.StateOf(two.nodes[0], two.nodes[1]).clogged);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(two.lines[1], ElementsAre("5000us x", "5500us y"));
  });
}

// ---- Holds ------------------------------------------------------------------

TEST(LinksTest, WhatIsHeldCanBeLookedAtAndDroppedAndReleased) {
  RunNetworkTestInOrder([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.Send(0, 1, 1, "one");
    two.network.Hold(two.nodes[0], two.nodes[1]);
    two.Send(0, 1, 2, "two");
    EXPECT_THAT(two.network.InFlight(), SizeIs(3));
    EXPECT_FALSE(two.network.InFlight()[0].held);  // not yet
    co_await Sleep(kMs);
    const std::vector<ParcelInFlight> held = two.network.InFlight();
    EXPECT_THAT(held, SizeIs(3));
    EXPECT_TRUE(held[0].held);
    EXPECT_EQ(held[0].kind, "datagram");
    EXPECT_EQ(held[0].bytes, "one");
    EXPECT_EQ(held[0].to, (Address{Network::HostOf(*two.nodes[1]), 7}));
    EXPECT_TRUE(two.network.Drop(held[1].id));
    EXPECT_FALSE(two.network.Drop(held[1].id));
    two.network.Release(two.nodes[0], two.nodes[1]);
    co_await Sleep(kMs);
    EXPECT_THAT(two.lines[1], ElementsAre("2000us one", "2000us two"));
    ExpectSeen("net.hold", 1, 3);
  });
}

TEST(LinksTest, ACutTakesWhatIsHeldAndWhatIsClogged) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.network.Hold(two.nodes[0], two.nodes[1]);
    two.network.Clog(two.nodes[1], two.nodes[0], absl::Hours(1));
    two.Send(0, 1, 1, "held");
    two.Send(1, 0, 1, "clogged");
    co_await Sleep(kMs);
    two.network.Partition({two.nodes[0]}, {two.nodes[1]});
    EXPECT_THAT(two.network.InFlight(), IsEmpty());
    two.network.Heal();
    co_await Sleep(absl::Hours(2));
    EXPECT_THAT(two.lines[0], IsEmpty());
    EXPECT_THAT(two.lines[1], IsEmpty());
  });
}

// ---- Their faults -----------------------------------------------------------

struct LinkFault {
  const char* name;
  void (*act)(Network&, const Node*, const Node*);
};

std::vector<LinkFault> LinkFaults() {
  return {
      {"net.cut",
       [](Network& n, const Node* a, const Node* b) { n.Cut(a, b); }},
      {"net.partition",
       [](Network& n, const Node* a, const Node* b) { n.Partition({a}, {b}); }},
      {"net.black_hole",
       [](Network& n, const Node* a, const Node*) { n.BlackHole(a); }},
      {"net.clog", [](Network& n, const Node* a,
                      const Node* b) { n.Clog(a, b, absl::Hours(1)); }},
      {"net.hold",
       [](Network& n, const Node* a, const Node* b) { n.Hold(a, b); }},
  };
}

TEST(LinksTest, AFaultThatMeetsNothingHasNoEffect) {
  for (const LinkFault& fault : LinkFaults()) {
    SCOPED_TRACE(fault.name);
    RunNetworkTest([&]() -> Task<> {
      TestMachines two(2);
      co_await Sleep(kMs);
      fault.act(two.network, two.nodes[0], two.nodes[1]);
      co_await Sleep(kMs);
      EXPECT_THAT(std::string(Faults::Current().CheckEffects().message()),
                  HasSubstr(fault.name));
      two.Send(0, 1, 1, "x");
      co_await Sleep(kMs);
      ExpectSeen(fault.name, 1, 1);
      EXPECT_THAT(two.lines[1], IsEmpty());
    });
  }
}

TEST(LinksTest, AFaultThatIsMaskedDoesNothing) {
  auto run = [](const LinkFault* fault) {
    return RunNetworkTest([fault]() -> Task<> {
      TestMachines two(2);
      co_await Sleep(kMs);
      if (fault != nullptr) {
        Faults::Current().Mask(fault->name);
        fault->act(two.network, two.nodes[0], two.nodes[1]);
      }
      two.Send(0, 1, 1, "x");
      co_await Sleep(kMs);
      EXPECT_THAT(two.lines[1], SizeIs(1));
      EXPECT_THAT(Faults::Current().counts(), IsEmpty());
    });
  };
  const RunResult without = run(nullptr);
  for (const LinkFault& fault : LinkFaults()) {
    SCOPED_TRACE(fault.name);
    EXPECT_EQ(run(&fault).digests, without.digests);
  }
}

TEST(LinksTest, WhatStandsWhenFaultsAreFrozenStands) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    two.network.Cut(two.nodes[0], two.nodes[1]);
    Faults::Current().Freeze();
    two.network.Cut(two.nodes[1], two.nodes[0]);
    two.Send(0, 1, 1, "x");
    two.Send(1, 0, 1, "x");
    co_await Sleep(kMs);
    EXPECT_THAT(two.lines[1], IsEmpty());
    EXPECT_THAT(two.lines[0], SizeIs(1));
  });
}

TEST(LinksTest, WhoeverBuildsOnTheseHasTheEffectsCounted) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    const NodeId a = two.nodes[0]->id();
    const NodeId b = two.nodes[1]->id();
    Fault& mine = Faults::Current().Get("my.fault");
    EXPECT_TRUE(mine.Reach());
    two.network.CutBy(mine, a, b);
    EXPECT_TRUE(two.network.StateOf(a, b).cut);
    two.Send(0, 1, 1, "cut");
    two.network.Heal();
    two.network.HoldBy(mine, a, b);
    EXPECT_TRUE(two.network.StateOf(a, b).held);
    two.Send(0, 1, 1, "held");
    co_await Sleep(kMs);
    two.network.Heal();
    co_await Sleep(kMs);
    two.network.ClogInBy(mine, b);
    two.network.ClogIn(two.nodes[0], absl::Hours(1));
    two.Send(0, 1, 1, "clogged");
    co_await Sleep(kMs);
    two.network.UnclogBy(mine, b);
    two.network.UnclogBy(mine, a);  // not its clog
    EXPECT_TRUE(two.network.StateOf(b, a).clogged);
    co_await Sleep(kMs);
    EXPECT_THAT(two.lines[1], ElementsAre("2000us held", "4000us clogged"));
    EXPECT_EQ(mine.effects(), 3u);
  });
}

// ---- Parcels ----------------------------------------------------------------

// Notes what becomes of it, and is sent again when it is lost.
class Ping final : public Parcel {
 public:
  Ping(Network* network, MessageId id, Lines* notes)
      : Parcel(id, Address(), Address()), network_(network), notes_(notes) {}

  absl::string_view kind() const override { return "ping"; }
  absl::string_view bytes() const override { return "1234"; }

 private:
  void Arrive(ParcelPtr) override { Note("arrived"); }
  void GetLost(ParcelPtr self, Loss why) override {
    Note(LossText(why));
    network_->Launch(std::move(self), from_node(), to_node(), 2'000'000);
  }
  void Note(absl::string_view what) {
    notes_->push_back(
        absl::StrCat(ToNanoseconds(Elapsed()) / 1000, "us ", what));
  }

  Network* network_;
  Lines* notes_;
};

TEST(LinksTest, AParcelCanBeSentAgainWhereItWasLost) {
  RunNetworkTest([]() -> Task<> {
    TestMachines two(2);
    co_await Sleep(kMs);
    Lines notes;
    const NodeId a = two.nodes[0]->id();
    const NodeId b = two.nodes[1]->id();
    const MessageId id = Simulation::Current("test").NewMessage();
    two.network.Carry(MakeParcel<Ping>(&two.network, id, &notes), a, b,
                      /*more=*/500'000);
    two.network.Cut(two.nodes[0], two.nodes[1]);
    two.network.Mend(two.nodes[0], two.nodes[1]);
    EXPECT_TRUE(two.network.Drop(id));
    two.nodes[1]->Restart();
    co_await Sleep(kMs);
    // It was sent to the new incarnation, if after it: as the third time.
    two.nodes[1]->Restart();
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(notes,
                ElementsAre("1000us cut", "1000us dropped",
                            "3000us another incarnation", "5000us arrived"));
    EXPECT_THAT(two.network.InFlight(), IsEmpty());
  });
}

TEST(LinksTest, ANetworkThatGoesTakesWhatIsOnItsWay) {
  RunNetworkTest([]() -> Task<> {
    World world;
    Lines notes;
    {
      Network network(world);
      const NodeId test;
      network.Carry(MakeParcel<Ping>(&network, MessageId(1), &notes), test,
                    test);
    }
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(notes, IsEmpty());
  });
}

}  // namespace
}  // namespace orrery
