// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// For tests of the network: machines that listen and note what they hear.

#ifndef ORRERY_SIM_NET_TEST_MACHINES_H_
#define ORRERY_SIM_NET_TEST_MACHINES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

using Lines = std::vector<std::string>;

// Receives on port 7 and notes what comes, when.
inline Task<> NoteWhatComes(Network* network, Lines* lines) {
  std::unique_ptr<DatagramSocket> socket =
      *DatagramSocket::Bind(*network, 7, 100'000);
  for (;;) {
    const absl::StatusOr<Datagram> got = co_await socket->Receive();
    lines->push_back(
        absl::StrCat(ToNanoseconds(Elapsed()) / 1000, "us ", got->bytes));
  }
}

// Machines "a", "b" and so on.
struct TestMachines {
  explicit TestMachines(size_t count, NetworkOptions options = {})
      : lines(count), network(world, std::move(options)) {
    for (size_t i = 0; i < count; ++i) {
      nodes.push_back(&world.AddNode(
          std::string(1, static_cast<char>('a' + i)),
          [this, i] { return NoteWhatComes(&network, &lines[i]); }));
    }
  }

  // Sends `count` datagrams from one to another.
  void Send(size_t from, size_t to, int count, absl::string_view text) {
    nodes[from]->RunOn([&] {
      std::unique_ptr<DatagramSocket> socket =
          *DatagramSocket::Bind(network, 0);
      for (int i = 0; i < count; ++i) {
        EXPECT_TRUE(
            socket
                ->SendTo({Network::HostOf(*nodes[to]), 7},
                         text.empty() ? absl::StrCat(i) : std::string(text))
                .ok());
      }
    });
  }

  World world;
  std::vector<Lines> lines;  // what each has heard
  Network network;
  std::vector<Node*> nodes;
};

// Two of them; `Send` is from a to b.
struct TestPair : TestMachines {
  explicit TestPair(NetworkOptions options = {})
      : TestMachines(2, std::move(options)), a(*nodes[0]), b(*nodes[1]) {}

  void Send(int count, absl::string_view text = "") {
    TestMachines::Send(0, 1, count, text);
  }
  const Lines& heard() const { return lines[1]; }

  Node& a;
  Node& b;
};

// Runs `body`, which must not fail.
template <typename Body>
RunResult RunNetworkTest(Body body, uint64_t seed = 1) {
  RandomScheduler scheduler;
  RunResult result =
      Simulation({.seed = Seed(seed), .scheduler = &scheduler}).Run(body);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  return result;
}

// The same, where things that happen at the same time happen in the order in
// which they were begun.
template <typename Body>
RunResult RunNetworkTestInOrder(Body body) {
  RunResult result = Simulation().Run(body);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  return result;
}

// Expects that the fault was reached, and made a difference as often.
inline void ExpectSeen(absl::string_view fault, uint64_t reached,
                       uint64_t effects) {
  EXPECT_EQ(Faults::Current().Get(fault).reached(), reached) << fault;
  EXPECT_EQ(Faults::Current().Get(fault).effects(), effects) << fault;
  EXPECT_TRUE(Faults::Current().CheckEffects().ok())
      << Faults::Current().CheckEffects();
}

}  // namespace orrery

#endif  // ORRERY_SIM_NET_TEST_MACHINES_H_
