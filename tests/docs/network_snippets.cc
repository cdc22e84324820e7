// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/network.md shows: datagrams, streams, links and what goes wrong.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/node/world.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: datagrams]
Task<> Echo(Network& network) {
  std::unique_ptr<DatagramSocket> socket = *DatagramSocket::Bind(network, 7);
  for (;;) {
    absl::StatusOr<Datagram> got = co_await socket->Receive();
    if (!got.ok()) co_return;
    (void)socket->SendTo(got->from, got->bytes);
  }
}

SIM_TEST(NetworkPage, DatagramsComeBack) {
  World world;
  Network network(world);
  Node& server = world.AddNode("server", [&] { return Echo(network); });
  co_await Yield();  // it has bound its port
  std::unique_ptr<DatagramSocket> socket = *DatagramSocket::Bind(network, 0);
  const Address to = {Network::HostOf(server), 7};
  EXPECT_EQ(to.ToString(), "10.0.0.1:7");
  EXPECT_TRUE(socket->SendTo(to, "hello").ok());
  absl::StatusOr<Datagram> back = co_await socket->Receive();
  EXPECT_EQ(back->bytes, "hello");
  EXPECT_EQ(Elapsed(), absl::Milliseconds(1));
}
// [end: datagrams]

// [snippet: serve]
Task<> Session(std::unique_ptr<StreamSocket> socket) {
  for (;;) {
    absl::StatusOr<std::string> line = co_await socket->ReadUntil('\n');
    if (!line.ok()) co_return;  // the end of the stream, or an error
    absl::Status sent = co_await socket->WriteAll("you said " + *line);
    if (!sent.ok()) co_return;
  }
}

Task<> Serve(Network& network) {
  std::unique_ptr<StreamListener> listener =
      *StreamListener::Listen(network, 80, {.backlog = 16});
  for (;;) {
    absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
        co_await listener->Accept();
    if (!socket.ok()) co_return;
    Spawn("session", Session, *std::move(socket));
  }
}
// [end: serve]

// [snippet: ask]
Task<absl::StatusOr<std::string>> Ask(Network& network, Address server,
                                      std::string question) {
  absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
      co_await Connect(network, server, {.timeout = absl::Seconds(5)});
  if (!socket.ok()) co_return socket.status();
  absl::Status sent = co_await (*socket)->WriteAll(question + "\n");
  if (!sent.ok()) co_return sent;
  co_return co_await (*socket)->ReadUntil('\n');
}

SIM_TEST(NetworkPage, AStreamBreaksAsItsServerDies) {
  World world;
  Network network(world);
  Node& server = world.AddNode("server", [&] { return Serve(network); });
  const Address to = {Network::HostOf(server), 80};
  co_await Yield();
  absl::StatusOr<std::string> answer = co_await Ask(network, to, "hello");
  EXPECT_EQ(*answer, "you said hello\n");

  server.Kill();  // its operating system is there, and refuses
  answer = co_await Ask(network, to, "hello?");
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);

  server.Boot();
  co_await Yield();
  server.Crash();  // nobody is there
  answer = co_await Ask(network, to, "hello??");
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
}
// [end: ask]

// [snippet: links]
SIM_TEST(NetworkPage, LinksAreDisturbed) {
  World world;
  Network network(
      world, {.link = {.latency = LatencyLaw::Exponential(
                           absl::Microseconds(200), absl::Microseconds(300),
                           absl::Milliseconds(100))}});
  Node& a = world.AddNode("a", [&] { return Serve(network); });
  Node& b = world.AddNode("b", [&] { return Serve(network); });
  Node& c = world.AddNode("c", [&] { return Serve(network); });
  co_await Yield();
  network.link(&a, &b).latency = absl::Milliseconds(70);  // one way
  network.link(&a, &b).loss = Chance::Percent(5);

  network.Cut(&a, &b);                   // a to b; b still reaches a
  network.Mend(&a, &b);                  // takes that back
  network.Partition({&a}, {&b, &c});     // both ways
  network.BlackHole(&c);                 // from and to everybody
  network.ClogIn(&b, absl::Seconds(3));  // arrives later
  network.Heal();                        // ends all of it
}
// [end: links]

// [snippet: hold]
SIM_TEST(NetworkPage, WhatIsOnItsWayCanBeLookedAt) {
  World world;
  Network network(world);
  Node& server = world.AddNode("server", [&] { return Serve(network); });
  co_await Yield();
  network.Hold(nullptr, &server);  // null: the test
  JoinHandle<absl::StatusOr<std::string>> asking =
      Spawn("ask", Ask, std::ref(network), Address{Network::HostOf(server), 80},
            "hello");
  co_await Sleep(absl::Seconds(1));
  std::vector<ParcelInFlight> parcels = network.InFlight();
  EXPECT_EQ(parcels.size(), 1u);
  EXPECT_EQ(parcels[0].kind, "syn");
  EXPECT_TRUE(parcels[0].held);
  network.Drop(parcels[0].id);  // is lost; it is sent again by and by
  network.Release(nullptr, &server);
  absl::StatusOr<std::string> answer = co_await std::move(asking);
  EXPECT_EQ(*answer, "you said hello\n");
}
// [end: hold]

// [snippet: stream_faults]
SIM_TEST(NetworkPage, ResetsHappen) {
  World world;
  NetworkOptions options;
  options.link.stream.reset = Chance::Percent(10);
  options.link.stream.short_read = Chance::Percent(50);
  Network network(world, options);
  Node& server = world.AddNode("server", [&] { return Serve(network); });
  co_await Yield();
  int failed = 0;
  for (int i = 0; i < 100; ++i) {
    absl::StatusOr<std::string> answer =
        co_await Ask(network, {Network::HostOf(server), 80}, "hello");
    if (!answer.ok()) ++failed;
  }
  EXPECT_GT(failed, 0);
  EXPECT_GT(Faults::Current().Get("net.reset").effects(), 0u);
}
// [end: stream_faults]

}  // namespace
}  // namespace orrery
