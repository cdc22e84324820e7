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
#include "orrery/sim/clock.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/test_machines.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Pair = TestPair;

template <typename Body>
uint64_t RunTest(Body body, uint64_t seed = 1) {
  return RunNetworkTest(body, seed).choices;
}

TEST(NetworkTest, ADatagramArrivesAfterTheLatencyOfTheLink) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Sleep(absl::Seconds(1));
    pair.Send(1, "hello");
    EXPECT_THAT(pair.network.InFlight(), SizeIs(1));
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), ElementsAre("1000500us hello"));
    EXPECT_THAT(pair.network.InFlight(), IsEmpty());
    EXPECT_EQ(pair.network.counts().delivered, 1u);
  });
}

// Numbers of machines run on from one world to the next.
TEST(NetworkTest, ASecondWorldHasANetworkOfItsOwn) {
  RunTest([]() -> Task<> {
    Pair first;
    Pair second;
    second.Send(1, "hello");
    EXPECT_TRUE(first.network.InFlight().empty());
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(first.heard(), IsEmpty());
    EXPECT_THAT(second.heard(), ElementsAre("500us hello"));
    std::unique_ptr<DatagramSocket> socket =
        *DatagramSocket::Bind(first.network, 0);
    EXPECT_TRUE(socket->SendTo({Network::HostOf(second.b), 7}, "hi").ok());
    EXPECT_EQ(first.network.counts().unreachable, 1u);
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
    EXPECT_THAT(pair.heard(), ElementsAre("500us hi"));
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

TEST(NetworkTest, WithoutFaultsNothingIsDrawn) {
  const RunResult result = Simulation().Run([]() -> Task<> {
    Pair pair;
    co_await Yield();
    pair.Send(50);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), SizeIs(50));
  });
  EXPECT_EQ(result.choices, 0u);
}

TEST(NetworkTest, TheDigestOfDataFollowsWhatIsSent) {
  auto digest = [](const char* text) {
    return RunNetworkTest([text]() -> Task<> {
             Pair pair;
             co_await Yield();
             pair.Send(1, text);
           })
        .digests.data;
  };
  EXPECT_EQ(digest("one"), digest("one"));
  EXPECT_NE(digest("one"), digest("two"));
}

TEST(NetworkTest, WhatFindsNoRoomIsLost) {
  RunNetworkTestInOrder([]() -> Task<> {
    World world;
    Network network(world);
    auto socket = *DatagramSocket::Bind(network, 7, /*room=*/2);
    for (const char* text : {"1", "2", "3"}) {
      EXPECT_TRUE(socket->SendTo(socket->address(), text).ok());
    }
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(network.counts().overflowed, 1u);
    EXPECT_EQ((co_await socket->Receive())->bytes, "1");
    EXPECT_EQ((co_await socket->Receive())->bytes, "2");
  });
}

// ---- Refusals ---------------------------------------------------------------

TEST(NetworkTest, WhatIsSentToAPortThatNobodyHasComesBackIfThatIsWanted) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    auto socket = *DatagramSocket::Bind(pair.network, 0);
    const Address nobody = {Network::HostOf(pair.b), 8};
    EXPECT_TRUE(socket->SendTo(nobody, "unheard").ok());
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(pair.network.counts().delivered, 0u);
    socket->HearRefusals();
    EXPECT_TRUE(socket->SendTo(nobody, "refused").ok());
    const absl::StatusOr<Datagram> got = co_await socket->Receive();
    EXPECT_TRUE(got->refused);
    EXPECT_EQ(got->from, nobody);
    EXPECT_EQ(got->bytes, "refused");
    EXPECT_EQ(Elapsed(), absl::Seconds(1) + absl::Milliseconds(1));
    // What is heard is not refused.
    EXPECT_TRUE(
        socket->SendTo({Network::HostOf(pair.b), 7}, "heard", "greeting").ok());
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), SizeIs(1));
    EXPECT_EQ(pair.network.counts().delivered, 2u);
  });
}

TEST(NetworkTest, AMachineThatHasCrashedRefusesNothing) {
  RunTest([]() -> Task<> {
    Pair pair;
    co_await Yield();
    auto socket = *DatagramSocket::Bind(pair.network, 0);
    socket->HearRefusals();
    const Address to = {Network::HostOf(pair.b), 7};
    pair.b.Crash();
    EXPECT_TRUE(socket->SendTo(to, "crashed").ok());
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(pair.network.counts().delivered, 0u);
    pair.b.Boot();
    pair.b.Kill();
    EXPECT_TRUE(socket->SendTo(to, "killed").ok());
    EXPECT_EQ((co_await socket->Receive())->bytes, "killed");
    // To another incarnation, which does not have what it was sent to.
    EXPECT_TRUE(socket->SendTo(to, "booted").ok());
    pair.b.Boot();
    EXPECT_EQ((co_await socket->Receive())->bytes, "booted");
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
    EXPECT_THAT(pair.heard(), ElementsAre("500us to the second"));
    EXPECT_EQ(pair.network.counts().unreachable, 1u);
    pair.b.Crash();
    pair.Send(1, "to nobody");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), SizeIs(1));
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
    EXPECT_THAT(pair.heard(), SizeIs(50));
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
            into = pair.heard();
          },
          seed);
    }
    EXPECT_EQ(lines[0], lines[1]);
    EXPECT_GT(lines[0].size(), 20u);
  }
}

}  // namespace
}  // namespace orrery
