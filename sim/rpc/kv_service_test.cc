// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A store of keys and values: calls for what is small, a stream for the table
// as a whole, and names for both.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/name_service.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_faults.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using TextOr = absl::StatusOr<std::string>;
using Table = std::map<std::string, std::string>;

// ---- The store --------------------------------------------------------------

struct Store {
  Table table;
  std::set<std::string> done;  // operations, so that each is done once
  int appended = 0;
};

// "operation key text": appends to a value, once for each operation.
Task<TextOr> Append(Store* store, std::string request) {
  const std::vector<std::string> parts =
      absl::StrSplit(request, absl::MaxSplits(' ', 2));
  if (parts.size() != 3) co_return absl::InvalidArgumentError(request);
  co_await Sleep(absl::Milliseconds(1));
  if (store->done.insert(parts[0]).second) {
    store->table[parts[1]] += parts[2];
    ++store->appended;
  }
  co_return store->table[parts[1]];
}

// Sends the whole table to whoever connects.
Task<> Send(const Store* store, std::unique_ptr<StreamSocket> socket) {
  const Table table = store->table;
  for (const auto& [key, value] : table) {
    const absl::Status sent =
        co_await socket->WriteAll(absl::StrCat(key, " ", value, "\n"));
    if (!sent.ok()) co_return;
  }
  socket->Close();
}

Task<> SendToAll(const Store* store, StreamListener* listener) {
  for (;;) {
    absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
        co_await listener->Accept();
    if (!socket.ok()) co_return;
    Spawn("send", Send, store, *std::move(socket)).Detach();
  }
}

Task<> Serve(Network* network, Store* store) {
  auto listener = *StreamListener::Listen(*network, 0);
  Spawn("streams", SendToAll, store, listener.get()).Detach();
  auto server = *RpcServer::Bind(*network, 80);
  server->Handle<std::string, std::string>("Append", [store](std::string text) {
    return Append(store, std::move(text));
  });
  const std::string where = listener->address().ToString();
  server->Handle<std::string, std::string>(
      "Table",
      [where](const std::string&) -> Task<TextOr> { co_return where; });
  co_await server->Serve();
}

// ---- Its client -------------------------------------------------------------

// Calls until there is an answer.
Task<std::string> CallUntilDone(RpcClient* client, std::string method,
                                std::string request) {
  for (;;) {
    const TextOr answer = co_await client->Call<std::string>(
        "store:80", method, request, {.deadline = absl::Milliseconds(50)});
    if (answer.ok()) co_return *answer;
  }
}

// Reads the table to its end over one connection.
Task<absl::StatusOr<Table>> ReadTable(Network* network, Address from) {
  absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
      co_await Connect(*network, from, {.timeout = absl::Seconds(10)});
  if (!socket.ok()) co_return socket.status();
  std::string text;
  for (;;) {
    const TextOr bytes = co_await (*socket)->Read(4096);
    if (!bytes.ok()) co_return bytes.status();
    if (bytes->empty()) break;
    text += *bytes;
  }
  Table table;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> entry =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    table.insert(entry);
  }
  co_return table;
}

Task<> Work(RpcClient* client, std::string name, int times) {
  for (int i = 0; i < times; ++i) {
    const std::string key = absl::StrCat("key-", i % 3);
    const std::string value = co_await CallUntilDone(
        client, "Append", absl::StrCat(name, "/", i, " ", key, " ", name, i));
    EXPECT_THAT(value, ::testing::HasSubstr(absl::StrCat(name, i)));
  }
}

Task<> Scenario(NetworkOptions options, RpcFaults faults, bool* faulty) {
  RpcFaults::OfRun() = faults;
  World world;
  Network network(world, options);
  NameService names(world, {.failure = faults.drop_request});
  Store store;
  world.AddNode("store", [&] { return Serve(&network, &store); });
  auto client = *RpcClient::Open(network, {.names = &names});
  const JoinHandle<> a = Spawn("a", Work, client.get(), "a", 10);
  const JoinHandle<> b = Spawn("b", Work, client.get(), "b", 10);
  co_await a;
  co_await b;
  // Whatever got lost and was tried again: each operation was done once.
  EXPECT_EQ(store.appended, 20);

  // More than a datagram can be.
  for (int i = 0; i < 100; ++i) {
    store.table[absl::StrCat("large-", i)] = std::string(1'000, 'x');
  }
  const std::string where = co_await CallUntilDone(client.get(), "Table", "");
  const absl::StatusOr<Address> from = Address::Parse(where);
  absl::StatusOr<Table> copy = absl::UnknownError("");
  while (!copy.ok()) copy = co_await ReadTable(&network, *from);
  EXPECT_EQ(*copy, store.table);
  for (const FaultCounts& fault : Faults::Current().counts()) {
    *faulty |= fault.effects != 0;
  }
}

TEST(KvServiceTest, CallsAndStreamsWorkTogether) {
  bool faulty = false;
  const RunResult result =
      Simulation().Run(Scenario, NetworkOptions(), RpcFaults(), &faulty);
  EXPECT_TRUE(result.ok());
  EXPECT_FALSE(faulty);
}

TEST(KvServiceTest, AndNoFaultOfTheNetworkShows) {
  RandomScheduler scheduler;
  NetworkOptions network;
  network.link = {.latency = LatencyLaw::Uniform(absl::Microseconds(100),
                                                 absl::Milliseconds(2)),
                  .loss = Chance::Percent(10),
                  .duplication = Chance::Percent(10),
                  .corruption = Chance::Percent(5),
                  .reordering = Chance::Percent(10)};
  network.link.stream = {.loss = Chance::Percent(5),
                         .refuse = Chance::Percent(20),
                         .reset = Chance::PerMillion(3'000),
                         .short_read = Chance::Percent(20),
                         .short_write = Chance::Percent(20)};
  const RpcFaults faults = {.drop_request = Chance::Percent(5),
                            .drop_response = Chance::Percent(5),
                            .delay = Chance::Percent(5)};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    bool faulty = false;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(Scenario, network, faults, &faulty);
    EXPECT_TRUE(result.ok()) << "seed " << seed;
    EXPECT_TRUE(faulty) << "seed " << seed;
  }
}

}  // namespace
}  // namespace orrery
