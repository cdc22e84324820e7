// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/network.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Lines = std::vector<std::string>;

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

// Receives on port 7 and notes what comes, when.
Task<> Listen(Network* network, Lines* lines) {
  std::unique_ptr<DatagramSocket> socket =
      *DatagramSocket::Bind(*network, 7, 100'000);
  for (;;) {
    const absl::StatusOr<Datagram> got = co_await socket->Receive();
    lines->push_back(
        absl::StrCat(ToNanoseconds(Elapsed()) / 1000, "us ", got->bytes));
  }
}

// Two machines, of which one listens, and what the test sends from the other.
struct Pair {
  explicit Pair(NetworkOptions options = {})
      : network(world, std::move(options)),
        a(world.AddNode("a", [] { return Idle(); })),
        b(world.AddNode("b", [this] { return Listen(&network, &lines); })) {}

  static Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

  // Sends `count` datagrams from a to b.
  void Send(int count, const std::string& text = "") {
    a.RunOn([&] {
      std::unique_ptr<DatagramSocket> socket =
          *DatagramSocket::Bind(network, 0);
      for (int i = 0; i < count; ++i) {
        EXPECT_TRUE(socket
                        ->SendTo({Network::HostOf(b), 7},
                                 text.empty() ? absl::StrCat(i) : text)
                        .ok());
      }
    });
  }

  World world;
  Lines lines;
  Network network;
  Node& a;
  Node& b;
};

template <typename Body>
uint64_t RunTest(Body body, uint64_t seed = 1) {
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.seed = Seed(seed), .scheduler = &scheduler}).Run(body);
  EXPECT_TRUE(result.ok()) << Message(result);
  return result.choices;
}

TEST(NetworkTest, ADatagramArrivesAfterTheLatencyOfTheLink) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Sleep(absl::Seconds(1));
    pair.Send(1, "hello");
    EXPECT_THAT(pair.network.InFlight(), SizeIs(1));
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, ElementsAre("1000500us hello"));
    EXPECT_THAT(pair.network.InFlight(), IsEmpty());
    EXPECT_EQ(pair.network.counts().delivered, 1u);
  });
}

TEST(NetworkTest, TheTestSpeaksToMachinesToo) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    std::unique_ptr<DatagramSocket> socket =
        *DatagramSocket::Bind(pair.network, 0);
    EXPECT_EQ(socket->address().ToString(), "10.255.255.254:49152");
    EXPECT_TRUE(socket->SendTo({Network::HostOf(pair.b), 7}, "hi").ok());
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, ElementsAre("500us hi"));
  });
}

TEST(NetworkTest, PortsAreTakenAndGivenBack) {
  RunTest([]() -> Task<> {
    World world;
    Network network(world);
    auto first = DatagramSocket::Bind(network, 80);
    EXPECT_TRUE(first.ok());
    EXPECT_EQ(DatagramSocket::Bind(network, 80).status().code(),
              absl::StatusCode::kAlreadyExists);
    (*first)->Close();
    EXPECT_TRUE(DatagramSocket::Bind(network, 80).ok());
    EXPECT_EQ((*first)->SendTo({}, "x").code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ((co_await (*first)->Receive()).status().code(),
              absl::StatusCode::kFailedPrecondition);
  });
}

// ---- Each knob, at its extremes ---------------------------------------------

struct Knob {
  const char* name;
  LinkOptions at_most;
  uint64_t NetworkCounts::* count;
};

std::vector<Knob> Knobs() {
  return {
      {"loss", {.loss = Chance::Always()}, &NetworkCounts::lost},
      {"duplication",
       {.duplication = Chance::Always()},
       &NetworkCounts::duplicated},
      {"corruption",
       {.corruption = Chance::Always()},
       &NetworkCounts::corrupted},
      {"reordering",
       {.reordering = Chance::Always()},
       &NetworkCounts::reordered},
  };
}

TEST(NetworkTest, EachFaultHasItsEffectAlwaysAndNeverAndNeverDraws) {
  for (const Knob& knob : Knobs()) {
    SCOPED_TRACE(knob.name);
    RunTest([&]() -> Task<> {
      Pair pair({.link = knob.at_most});
      co_await Yield();
      pair.Send(100);
      co_await Sleep(absl::Seconds(1));
      EXPECT_EQ(pair.network.counts().*knob.count, 100u);
    });
  }
  uint64_t choices = RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.Send(100);
    co_await Sleep(absl::Seconds(1));
    for (const Knob& knob : Knobs()) {
      EXPECT_EQ(pair.network.counts().*knob.count, 0u);
    }
    EXPECT_EQ(pair.network.counts().delivered, 100u);
  });
  const uint64_t idle = RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    co_await Sleep(absl::Seconds(1));
  });
  // Who runs next is chosen; nothing else is.
  EXPECT_GE(choices, idle);
}

Task<> NoOrderNoDraw() {
  Pair pair;
  co_await Yield();
  pair.Send(50);
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(pair.lines, SizeIs(50));
}
TEST(NetworkTest, WithoutFaultsNothingIsDrawn) {
  EXPECT_EQ(Simulation().Run(NoOrderNoDraw).choices, 0u);
}

TEST(NetworkTest, WhatIsLostDoesNotArrive) {
  RunTest([]() -> Task<> {
    Pair pair({.link = {.loss = Chance::Percent(30)}});
    co_await Yield();
    pair.Send(10'000);
    co_await Sleep(absl::Seconds(1));
    const NetworkCounts& counts = pair.network.counts();
    EXPECT_EQ(counts.lost + counts.delivered, 10'000u);
    EXPECT_THAT(pair.lines, SizeIs(counts.delivered));
    // 3,000 are expected, with a deviation of 46.
    EXPECT_GT(counts.lost, 2'850u);
    EXPECT_LT(counts.lost, 3'150u);
  });
}

TEST(NetworkTest, ADuplicateArrivesOnceMore) {
  RunTest([]() -> Task<> {
    Pair pair({.link = {.duplication = Chance::Always()}});
    co_await Yield();
    pair.Send(1, "x");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, ElementsAre("500us x", "500us x"));
  });
}

TEST(NetworkTest, ACorruptDatagramDiffersInOneBit) {
  RunTest([]() -> Task<> {
    Pair pair({.link = {.corruption = Chance::Always()}});
    co_await Yield();
    pair.Send(1, std::string(8, '\0'));
    co_await Sleep(absl::Seconds(1));
    std::string got = pair.lines.at(0).substr(6);
    int bits = 0;
    for (char c : got)
      bits += __builtin_popcount(static_cast<unsigned char>(c));
    EXPECT_EQ(bits, 1);
  });
}

TEST(NetworkTest, ReorderedOnesAreOvertaken) {
  RunTest([]() -> Task<> {
    Pair pair({.link = {.reordering = Chance::Percent(50)}});
    co_await Yield();
    pair.Send(100);
    co_await Sleep(absl::Seconds(1));
    Lines in_order = pair.lines;
    EXPECT_THAT(in_order, SizeIs(100));
    EXPECT_GT(pair.network.counts().reordered, 20u);
    EXPECT_NE(pair.lines.front().substr(0, 6), pair.lines.back().substr(0, 6));
  });
}

TEST(NetworkTest, BandwidthMakesDatagramsStandInLine) {
  RunTest([]() -> Task<> {
    Pair pair({.link = {.bandwidth = 1'000}});
    co_await Yield();
    pair.Send(3, std::string(100, 'x'));
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(pair.lines.size(), 3u);
    EXPECT_THAT(pair.lines[0], ::testing::StartsWith("100500us"));
    EXPECT_THAT(pair.lines[1], ::testing::StartsWith("200500us"));
    EXPECT_THAT(pair.lines[2], ::testing::StartsWith("300500us"));
  });
}

TEST(NetworkTest, WhatIsLargerThanTheMtuIsRefused) {
  RunTest([]() -> Task<> {
    World world;
    Network network(world, {.link = {.mtu = 10}});
    auto socket = *DatagramSocket::Bind(network, 1);
    EXPECT_EQ(
        socket->SendTo({Network::HostOf(NodeId()), 2}, "12345678901").code(),
        absl::StatusCode::kInvalidArgument);
    co_return;
  });
}

// ---- Links ------------------------------------------------------------------

TEST(NetworkTest, ACutIsOneWayAndTakesWhatIsOnItsWay) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.Send(1);
    pair.network.Cut(&pair.a, &pair.b);
    pair.Send(1);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, IsEmpty());
    EXPECT_EQ(pair.network.counts().cut_off, 2u);
    pair.network.Cut(&pair.b, &pair.a);
    pair.network.Mend(&pair.a, &pair.b);
    pair.Send(1);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, SizeIs(1));
  });
}

TEST(NetworkTest, APartitionCutsBothWaysUntilItIsHealed) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.network.Partition({&pair.a}, {&pair.b});
    pair.Send(2);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, IsEmpty());
    pair.network.Heal();
    pair.Send(2);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, SizeIs(2));
    pair.network.BlackHole(&pair.b);
    pair.Send(2);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, SizeIs(2));
  });
}

TEST(NetworkTest, AClogDelaysAndAHoldKeeps) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.network.Clog(&pair.a, &pair.b, absl::Milliseconds(10));
    pair.Send(1, "clogged");
    co_await Sleep(absl::Milliseconds(20));
    EXPECT_THAT(pair.lines, ElementsAre("10000us clogged"));
    pair.network.Hold(&pair.a, &pair.b);
    pair.Send(2, "held");
    co_await Sleep(absl::Milliseconds(20));
    const std::vector<InFlightDatagram> held = pair.network.InFlight();
    EXPECT_THAT(held, SizeIs(2));
    EXPECT_TRUE(held[0].held);
    EXPECT_EQ(held[0].bytes, "held");
    EXPECT_TRUE(pair.network.Drop(held[0].id));
    EXPECT_FALSE(pair.network.Drop(held[0].id));
    pair.network.Release(&pair.a, &pair.b);
    co_await Sleep(absl::Milliseconds(20));
    EXPECT_THAT(pair.lines, ElementsAre("10000us clogged", "40000us held"));
  });
}

TEST(NetworkTest, APairMayHaveALatencyOfItsOwn) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.network.link(&pair.a, &pair.b).latency = absl::Milliseconds(70);
    pair.Send(1, "slow");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, ElementsAre("70000us slow"));
  });
}

// ---- Machines that go down --------------------------------------------------

TEST(NetworkTest, NoMessageReachesAnotherIncarnation) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.Send(1, "to the first");
    pair.b.Kill();
    pair.b.Boot();
    co_await Yield();
    pair.Send(1, "to the second");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, ElementsAre("500us to the second"));
    EXPECT_EQ(pair.network.counts().unreachable, 1u);
    pair.b.Crash();
    pair.Send(1, "to nobody");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.lines, SizeIs(1));
  });
}

TEST(NetworkTest, ANodeThatIsDownGivesItsPortsBack) {
  RunTest([]() -> Task<> {
    Pair pair;
    for (int i = 0; i < 50; ++i) {
      co_await Sleep(absl::Milliseconds(1));
      pair.Send(1, "x");
      co_await Sleep(absl::Milliseconds(1));
      pair.b.Restart();
    }
    EXPECT_THAT(pair.lines, SizeIs(50));
  });
}

TEST(NetworkTest, TheSameSeedGivesTheSameRun) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Lines lines[2];
    for (Lines& into : lines) {
      RunTest(
          [&]() -> Task<> {
            Pair pair({.link = {.latency = LatencyLaw::Exponential(
                                    absl::Microseconds(100),
                                    absl::Milliseconds(1), absl::Seconds(1)),
                                .loss = Chance::Percent(5),
                                .duplication = Chance::Percent(5),
                                .corruption = Chance::Percent(5),
                                .reordering = Chance::Percent(5)}});
            co_await Yield();
            for (int i = 0; i < 10; ++i) {
              pair.Send(20);
              co_await Sleep(absl::Milliseconds(1));
              if (i % 3 == 0) pair.b.Restart();
            }
            co_await Sleep(absl::Seconds(2));
            into = pair.lines;
          },
          seed);
    }
    EXPECT_EQ(lines[0], lines[1]);
    EXPECT_GT(lines[0].size(), 20u);
  }
}

}  // namespace
}  // namespace orrery
