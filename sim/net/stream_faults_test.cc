// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::SizeIs;

using Socket = std::unique_ptr<StreamSocket>;
using Bytes = absl::StatusOr<std::string>;

// What became of a client that sends 50,000 bytes to a server, and of the
// server, which sends them back.
struct Exchange {
  absl::Status connected;
  std::string sent;  // "", or the error
  std::string received;
  std::string echoed;
  size_t reads = 0;
  size_t writes = 0;
  absl::Duration took;
  FaultCounts fault;
  absl::Status effects;
  uint64_t choices = 0;
  Outcome outcome = Outcome::kUnknown;
  uint64_t digest = 0;
};

constexpr size_t kSize = 50'000;

Task<> Echo(Network* network) {
  std::unique_ptr<StreamListener> listener =
      *StreamListener::Listen(*network, 7);
  for (;;) {
    absl::StatusOr<Socket> socket = co_await listener->Accept();
    for (;;) {
      const Bytes bytes = co_await (*socket)->Read(1 << 20);
      if (!bytes.ok() || bytes->empty()) break;
      const absl::Status written = co_await (*socket)->WriteAll(*bytes);
      if (!written.ok()) break;
    }
  }
}

Task<> SendAll(StreamSocket* socket, Exchange* exchange) {
  const std::string all(kSize, 'x');
  absl::string_view left = all;
  while (!left.empty()) {
    const absl::StatusOr<size_t> taken = co_await socket->Write(left);
    if (!taken.ok()) {
      exchange->sent = absl::StatusCodeToString(taken.status().code());
      co_return;
    }
    ++exchange->writes;
    left.remove_prefix(*taken);
  }
  (void)socket->ShutdownWrite();
}

Task<> ReceiveAll(StreamSocket* socket, Exchange* exchange) {
  for (;;) {
    const Bytes bytes = co_await socket->Read(1 << 20);
    if (!bytes.ok()) {
      exchange->received = absl::StatusCodeToString(bytes.status().code());
      co_return;
    }
    if (bytes->empty()) co_return;
    ++exchange->reads;
    exchange->echoed += *bytes;
  }
}

Task<> Talk(Network* network, Address server, ConnectOptions options,
            Exchange* exchange) {
  absl::StatusOr<Socket> socket = co_await Connect(*network, server, options);
  exchange->connected = socket.status();
  if (!socket.ok()) co_return;
  JoinHandle<> sending = Spawn(SendAll, socket->get(), exchange);
  JoinHandle<> receiving = Spawn(ReceiveAll, socket->get(), exchange);
  co_await std::move(sending);
  co_await std::move(receiving);
}

Task<> RunExchange(StreamFaults faults, std::string name, bool masked,
                   Exchange* exchange) {
  if (masked) Faults::Current().Mask(name);
  World world;
  Network network(world, {.link = {.stream = faults}});
  Node& server = world.AddNode("server", [&] { return Echo(&network); });
  co_await Yield();
  const absl::Duration begin = Elapsed();
  co_await Talk(&network, {Network::HostOf(server), 7}, {absl::Hours(1)},
                exchange);
  exchange->took = Elapsed() - begin;
  co_await Sleep(absl::Seconds(1));  // the other end may have to be told
  for (const FaultCounts& counts : Faults::Current().counts()) {
    if (counts.name == name) exchange->fault = counts;
  }
  exchange->effects = Faults::Current().CheckEffects();
}

Exchange RunWith(const StreamFaults& faults, const std::string& name,
                 bool masked = false) {
  Exchange exchange;
  const RunResult result =
      Simulation().Run(RunExchange, faults, name, masked, &exchange);
  exchange.outcome = result.outcome;
  exchange.choices = result.choices;
  exchange.digest = result.digests.data.value();
  return exchange;
}

// ---- Each fault, always and never -------------------------------------------

TEST(StreamFaultsTest, WithoutFaultsAllArrivesAndNothingIsDrawn) {
  const Exchange exchange = RunWith({}, "net");
  EXPECT_EQ(exchange.outcome, Outcome::kCompleted);
  EXPECT_TRUE(exchange.connected.ok());
  EXPECT_EQ(exchange.sent, "");
  EXPECT_THAT(exchange.echoed, SizeIs(kSize));
  EXPECT_LT(exchange.took, absl::Milliseconds(10));
  EXPECT_EQ(exchange.choices, 0u);
  EXPECT_TRUE(exchange.effects.ok());
}

TEST(StreamFaultsTest, ARefusedOneIsUnavailable) {
  const Exchange exchange = RunWith({.refuse = Chance::Always()}, "net.refuse");
  EXPECT_EQ(exchange.connected.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(exchange.took, absl::Milliseconds(1));
  EXPECT_EQ(exchange.fault, (FaultCounts{"net.refuse", 1, 1, 1}));
}

TEST(StreamFaultsTest, AConnectThatHangsIsEndedByItsTimeoutOnly) {
  const Exchange exchange =
      RunWith({.connect_hang = Chance::Always()}, "net.connect_hang");
  EXPECT_EQ(exchange.connected.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(exchange.took, absl::Hours(1));
  EXPECT_EQ(exchange.fault, (FaultCounts{"net.connect_hang", 1, 1, 1}));
}

TEST(StreamFaultsTest, LossIsDelayAndNeverDisorder) {
  const Exchange always =
      RunWith({.loss = Chance::Always()}, "net.stream_loss");
  EXPECT_EQ(always.connected.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(always.took, absl::Seconds(127));
  EXPECT_EQ(always.fault, (FaultCounts{"net.stream_loss", 7, 7, 7}));

  const Exchange some =
      RunWith({.loss = Chance::Percent(20)}, "net.stream_loss");
  EXPECT_EQ(some.outcome, Outcome::kCompleted);
  EXPECT_THAT(some.echoed, SizeIs(kSize));
  EXPECT_GT(some.took, absl::Milliseconds(200));
  EXPECT_GT(some.fault.reached, 0u);
  EXPECT_GT(some.fault.armed, some.fault.reached);
  EXPECT_TRUE(some.effects.ok()) << some.effects;
}

TEST(StreamFaultsTest, ShortReadsAndWritesArePartial) {
  const Exchange none = RunWith({}, "net");
  const Exchange reads =
      RunWith({.short_read = Chance::Always()}, "net.short_read");
  EXPECT_THAT(reads.echoed, SizeIs(kSize));
  EXPECT_GT(reads.reads, none.reads);
  EXPECT_GT(reads.fault.effects, 0u);
  const Exchange writes =
      RunWith({.short_write = Chance::Always()}, "net.short_write");
  EXPECT_THAT(writes.echoed, SizeIs(kSize));
  EXPECT_GT(writes.writes, none.writes);
  EXPECT_GT(writes.fault.effects, 0u);
}

TEST(StreamFaultsTest, AResetBreaksBothEnds) {
  const Exchange always = RunWith({.reset = Chance::Always()}, "net.reset");
  EXPECT_EQ(always.outcome, Outcome::kCompleted);
  EXPECT_TRUE(always.connected.ok());
  EXPECT_EQ(always.sent, "");  // it had been taken when the connection broke
  EXPECT_EQ(always.received, "ABORTED");
  EXPECT_EQ(always.echoed, "");
  EXPECT_EQ(always.fault.reached, 1u);
  EXPECT_EQ(always.fault.effects, 2u);
}

struct Knob {
  std::string name;
  Chance StreamFaults::* chance;
};

std::vector<Knob> Knobs() {
  return {{"net.stream_loss", &StreamFaults::loss},
          {"net.refuse", &StreamFaults::refuse},
          {"net.connect_hang", &StreamFaults::connect_hang},
          {"net.reset", &StreamFaults::reset},
          {"net.short_read", &StreamFaults::short_read},
          {"net.short_write", &StreamFaults::short_write}};
}

TEST(StreamFaultsTest, EachIsCountedAndAMaskedOneChangesNothing) {
  const Exchange none = RunWith({}, "net");
  for (const Knob& knob : Knobs()) {
    SCOPED_TRACE(knob.name);
    StreamFaults faults;
    faults.*knob.chance = Chance::Always();
    const Exchange always = RunWith(faults, knob.name);
    EXPECT_EQ(always.outcome, Outcome::kCompleted);
    EXPECT_GT(always.fault.reached, 0u);
    EXPECT_EQ(always.fault.armed, always.fault.reached);
    EXPECT_TRUE(always.effects.ok()) << always.effects;
    EXPECT_NE(always.digest, none.digest);
    const Exchange masked = RunWith(faults, knob.name, /*masked=*/true);
    EXPECT_EQ(masked.fault.reached, 0u);
    EXPECT_EQ(masked.choices, 0u);
    EXPECT_EQ(masked.digest, none.digest);
    EXPECT_THAT(masked.echoed, SizeIs(kSize));
  }
}

TEST(StreamFaultsTest, ALinkMayHaveFaultsOfItsOwn) {
  const RunResult result = Simulation().Run([]() -> Task<> {
    World world;
    Network network(world);
    Node& server = world.AddNode("server", [&] { return Echo(&network); });
    Node& other = world.AddNode("other", [&] { return Echo(&network); });
    network.link(nullptr, &server).stream.refuse = Chance::Always();
    co_await Yield();
    absl::StatusOr<Socket> one =
        co_await Connect(network, {Network::HostOf(server), 7});
    EXPECT_FALSE(one.ok());
    absl::StatusOr<Socket> two =
        co_await Connect(network, {Network::HostOf(other), 7});
    EXPECT_TRUE(two.ok());
  });
  EXPECT_TRUE(result.ok());
}

TEST(StreamFaultsTest, ShortReadsAreOfAllSizesAlike) {
  // What is left of 10 bytes, 9 sizes in 3,000 reads; the 0.1 % point of
  // chi-square with 8 degrees of freedom is 26.1.
  std::vector<int> sizes(10);
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.scheduler = &scheduler}).Run([&]() -> Task<> {
        World world;
        StreamFaults faults;
        faults.short_read = Chance::Always();
        Network network(world, {.link = {.stream = faults}});
        Node& server = world.AddNode("server", [&]() -> Task<> {
          auto listener = *StreamListener::Listen(network, 7);
          for (;;) {
            absl::StatusOr<Socket> socket = co_await listener->Accept();
            for (;;) {
              co_await Sleep(absl::Milliseconds(2));
              const Bytes bytes = co_await (*socket)->Read(10);
              if (!bytes.ok() || bytes->empty()) break;
              // Only those of a whole portion count: the rest follows.
              sizes[bytes->size()] += bytes->size() < 10 ? 1 : 0;
              const Bytes rest =
                  co_await (*socket)->ReadExactly(10 - bytes->size());
              if (!rest.ok()) break;
            }
          }
        });
        co_await Yield();
        absl::StatusOr<Socket> socket =
            co_await Connect(network, {Network::HostOf(server), 7});
        for (int i = 0; i < 3000; ++i) {
          (void)co_await (*socket)->WriteAll("0123456789");
        }
        (*socket)->Close();
        co_await Sleep(absl::Seconds(10));
      });
  EXPECT_TRUE(result.ok());
  int64_t chi_square_by_333 = 0;
  for (int size = 1; size < 10; ++size) {
    const int64_t off = sizes[static_cast<size_t>(size)] - 333;
    chi_square_by_333 += off * off;
  }
  EXPECT_LT(chi_square_by_333 / 333, 26);
}

TEST(StreamFaultsTest, SegmentsAreLostAsOftenAsIsSaid) {
  uint64_t armed = 0;
  uint64_t reached = 0;
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.scheduler = &scheduler}).Run([&]() -> Task<> {
        World world;
        StreamFaults faults;
        faults.loss = Chance::Percent(10);
        Network network(world, {.link = {.stream = faults}});
        Node& server = world.AddNode("server", [&] { return Echo(&network); });
        co_await Yield();
        for (int i = 0; i < 40; ++i) {
          Exchange exchange;
          co_await Talk(&network, {Network::HostOf(server), 7}, {}, &exchange);
          EXPECT_THAT(exchange.echoed, SizeIs(kSize));
        }
        const Fault& loss = Faults::Current().Get("net.stream_loss");
        armed = loss.armed();
        reached = loss.reached();
      });
  EXPECT_TRUE(result.ok());
  // Some 3,000 are sent: one deviation is 5 % of what is expected.
  EXPECT_GT(armed, 2'500u);
  EXPECT_GT(reached * 10, armed * 8 / 10);
  EXPECT_LT(reached * 10, armed * 12 / 10);
}

// ---- Cuts, clogs and holds --------------------------------------------------

// Sends 100 bytes at the beginning, and 100 after a second, over a link that
// `disturb` has done something to in between, and returns when all has arrived.
absl::Duration ArrivalOfTheRest(
    std::function<void(Network&, Node&, Node&)> disturb) {
  absl::Duration arrived;
  const RunResult result = Simulation().Run([&]() -> Task<> {
    World world;
    Network network(world);
    Node& server = world.AddNode("server", [&]() -> Task<> {
      auto listener = *StreamListener::Listen(network, 7);
      absl::StatusOr<Socket> socket = co_await listener->Accept();
      const Bytes bytes = co_await (*socket)->ReadExactly(200);
      EXPECT_TRUE(bytes.ok());
      arrived = Elapsed();
      co_await Sleep(absl::Hours(1));
    });
    Node& client = world.AddNode("client", [&]() -> Task<> {
      absl::StatusOr<Socket> socket =
          co_await Connect(network, {Network::HostOf(server), 7});
      (void)co_await (*socket)->WriteAll(std::string(100, 'x'));
      co_await Sleep(absl::Seconds(1) - Elapsed());
      (void)co_await (*socket)->WriteAll(std::string(100, 'x'));
      co_await Sleep(absl::Hours(1));
    });
    co_await Sleep(absl::Milliseconds(999));
    disturb(network, client, server);
    co_await Sleep(absl::Seconds(5));
    network.Heal();
    co_await Sleep(absl::Hours(1));
    EXPECT_TRUE(Faults::Current().CheckEffects().ok());
  });
  EXPECT_TRUE(result.ok());
  return arrived;
}

TEST(StreamFaultsTest, ACutIsBridgedByRetries) {
  EXPECT_EQ(ArrivalOfTheRest([](Network&, Node&, Node&) {}),
            absl::Microseconds(1'000'500));
  // It is mended after 4.999 seconds; retries are 0.2, 0.6, 1.4, 3, 6.2 seconds
  // after the first attempt.
  EXPECT_EQ(ArrivalOfTheRest([](Network& network, Node& client, Node& server) {
              network.Cut(&client, &server);
            }),
            absl::Microseconds(7'200'500));
  // What arrives arrives, though nobody hears so.
  EXPECT_EQ(ArrivalOfTheRest([](Network& network, Node& client, Node& server) {
              network.Cut(&server, &client);
            }),
            absl::Microseconds(1'000'500));
}

TEST(StreamFaultsTest, AClogDelays) {
  EXPECT_EQ(ArrivalOfTheRest([](Network& network, Node& client, Node& server) {
              network.Clog(&client, &server, absl::Seconds(3));
            }),
            absl::Milliseconds(3999));
  EXPECT_EQ(ArrivalOfTheRest([](Network& network, Node& client, Node& server) {
              network.Hold(&client, &server);
            }),
            absl::Milliseconds(5999));
}

TEST(StreamFaultsTest, WhatIsForDatagramsLeavesStreamsAlone) {
  Exchange exchange;
  const RunResult result = Simulation().Run([&]() -> Task<> {
    World world;
    Network network(world, {.link = {.loss = Chance::Always(),
                                     .duplication = Chance::Always(),
                                     .corruption = Chance::Always(),
                                     .reordering = Chance::Always(),
                                     .mtu = 1}});
    Node& server = world.AddNode("server", [&] { return Echo(&network); });
    co_await Yield();
    co_await Talk(&network, {Network::HostOf(server), 7}, {}, &exchange);
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(exchange.echoed, std::string(kSize, 'x'));
}

TEST(StreamFaultsTest, SegmentsThatOvertakeEachOtherArePutInOrder) {
  Exchange exchange;
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.scheduler = &scheduler}).Run([&]() -> Task<> {
        World world;
        Network network(
            world,
            {.link = {.latency = LatencyLaw::Uniform(
                          absl::Microseconds(1), absl::Milliseconds(100))}});
        Node& server = world.AddNode("server", [&] { return Echo(&network); });
        co_await Yield();
        co_await Talk(&network, {Network::HostOf(server), 7}, {}, &exchange);
      });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(exchange.echoed, std::string(kSize, 'x'));
}

}  // namespace
}  // namespace orrery
