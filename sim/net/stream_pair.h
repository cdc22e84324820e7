// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StreamPair`: two machines and a stream between them, for tests of streams.

#ifndef ORRERY_SIM_NET_STREAM_PAIR_H_
#define ORRERY_SIM_NET_STREAM_PAIR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {

inline int64_t Millis(absl::Duration duration) {
  return absl::ToInt64Milliseconds(duration);
}

// Returns options by which an end has room for so many bytes.
inline NetworkOptions WithBuffers(size_t send, size_t receive) {
  NetworkOptions options;
  options.stream.send_buffer = send;
  options.stream.receive_buffer = receive;
  return options;
}

// Their programs do nothing; the test acts in their place. A connection takes
// one way of half a millisecond to be accepted, two to be made.
struct StreamPair {
  explicit StreamPair(NetworkOptions options = {})
      : network(world, options),
        a(world.AddNode("a", [] { return Idle(); })),
        b(world.AddNode("b", [] { return Idle(); })) {}

  static Task<> Idle() { co_await Sleep(absl::Hours(100'000)); }

  void Listen(ListenOptions options = {}) {
    b.RunOn([&] { listener = *StreamListener::Listen(network, 80, options); });
  }
  Address server() const { return {Network::HostOf(b), 80}; }

  // Connects on machine a; the result is in `into` when the task is over.
  JoinHandle<> StartConnect(absl::StatusOr<std::unique_ptr<StreamSocket>>* into,
                            ConnectOptions options = {}) {
    return a.RunOn(
        [&] { return Spawn("connect", ConnectInto, this, into, options); });
  }
  static Task<> ConnectInto(StreamPair* pair,
                            absl::StatusOr<std::unique_ptr<StreamSocket>>* into,
                            ConnectOptions options) {
    *into = co_await orrery::Connect(pair->network, pair->server(), options);
  }
  Task<absl::Status> Connect(ConnectOptions options = {}) {
    absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
        std::unique_ptr<StreamSocket>();
    co_await StartConnect(&socket, options);
    if (socket.ok()) client = *std::move(socket);
    co_return socket.status();
  }
  // Listens, connects and accepts.
  Task<> Join() {
    Listen();
    const absl::Status connected = co_await Connect();
    EXPECT_TRUE(connected.ok()) << connected;
    absl::StatusOr<std::unique_ptr<StreamSocket>> accepted =
        co_await listener->Accept();
    server_side = *std::move(accepted);
  }

  World world;
  Network network;
  Node& a;
  Node& b;
  std::unique_ptr<StreamListener> listener;
  std::unique_ptr<StreamSocket> client;
  std::unique_ptr<StreamSocket> server_side;
};

// Runs a test's body, which must complete, and returns what came of it.
template <typename Body>
RunResult RunStreamTest(Body body) {
  RunResult result = Simulation().Run(body);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  return result;
}

// Reads until the end, or an error, and notes which.
inline Task<std::string> ReadAll(StreamSocket* socket, size_t max = 4096) {
  std::string all;
  for (;;) {
    const absl::StatusOr<std::string> some = co_await socket->Read(max);
    if (!some.ok()) {
      co_return absl::StrCat(all, "|",
                             absl::StatusCodeToString(some.status().code()));
    }
    if (some->empty()) co_return all;
    all += *some;
  }
}

inline Task<> ReadAllInto(StreamSocket* socket, std::string* into) {
  *into = co_await ReadAll(socket);
}

// Returns what is on its way, in the order in which it was sent.
inline std::vector<std::string> KindsInFlight(const Network& network) {
  std::vector<std::string> kinds;
  for (const ParcelInFlight& parcel : network.InFlight()) {
    kinds.emplace_back(parcel.kind);
  }
  return kinds;
}

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_PAIR_H_
