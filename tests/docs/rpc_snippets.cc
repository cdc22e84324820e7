// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/network.md shows of names, typed messages and calls.

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/name_service.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/rpc/message_port.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_faults.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/testing/sim_test.h"

namespace orrery {

// [snippet: codec]
struct Vote {
  std::string candidate;
  int term = 0;
};

template <>
struct MessageCodec<Vote> {
  static absl::string_view TypeName(const Vote&) { return "Vote"; }
  static std::string Encode(const Vote& vote) {
    return absl::StrCat(vote.term, " ", vote.candidate);
  }
  static absl::StatusOr<Vote> Decode(absl::string_view bytes) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(bytes, absl::MaxSplits(' ', 1));
    Vote vote{.candidate = parts.second};
    if (absl::SimpleAtoi(parts.first, &vote.term)) return vote;
    return absl::DataLossError("no term");
  }
};
// [end: codec]

namespace {

Task<> Idle() { co_await Sleep(absl::Hours(1)); }

SIM_TEST(RpcSnippets, Names) {
  World world;
  world.AddNode("replica-0", Idle);
  Node& second = world.AddNode("replica-1", Idle);
  // [snippet: names]
  NameService names(world, {.delay = LatencyLaw(absl::Milliseconds(2)),
                            .time_to_live = absl::Seconds(30),
                            .order = AddressOrder::kRotated});
  names.Register("primary", {Network::HostOf(second)});

  const auto found = co_await names.Resolve("primary");
  EXPECT_EQ(found->front().ToString(), "10.0.0.2");
  EXPECT_EQ(*co_await names.ReverseLookup(found->front()), "replica-1");

  names.options().failure = Chance::Percent(1);  // net.dns_failure
  names.options().stale = Chance::Percent(10);   // net.dns_stale
  // [end: names]
}

SIM_TEST(RpcSnippets, Messages) {
  World world;
  Network network(world);
  // [snippet: port]
  auto port = *MessagePort<Vote>::Bind(network, 7000);
  auto other = *MessagePort<Vote>::Bind(network, 7001);
  const Vote vote{.candidate = "replica-1", .term = 3};
  EXPECT_TRUE(port->SendTo(other->address(), vote).ok());

  const absl::StatusOr<Received<Vote>> got = co_await other->Receive();
  EXPECT_EQ(got->message.candidate, "replica-1");
  EXPECT_EQ(got->from, port->address());
  // [end: port]
}

// [snippet: server]
using Table = std::map<std::string, std::string>;

Task<absl::StatusOr<std::string>> Get(Table* table, std::string key) {
  co_await Sleep(absl::Milliseconds(1));  // a disk
  if (!table->contains(key)) co_return absl::NotFoundError(key);
  co_return table->at(key);
}

Task<> Store(Network* network) {
  Table table = {{"color", "blue"}};
  auto server = *RpcServer::Bind(*network, 80, {.max_concurrent = 100});
  server->Handle<std::string, std::string>(
      "Get", [&](std::string key) { return Get(&table, std::move(key)); });
  co_await server->Serve();
}
// [end: server]

// [snippet: retry]
Task<absl::StatusOr<std::string>> GetWithRetries(RpcClient& client,
                                                 std::string key) {
  absl::StatusOr<std::string> answer = absl::UnknownError("");
  for (int i = 0; i < 5; ++i) {
    answer = co_await client.Call<std::string>(
        "store:80", "Get", key, {.deadline = absl::Milliseconds(100)});
    if (!absl::IsDeadlineExceeded(answer.status())) break;
  }
  co_return answer;
}
// [end: retry]

SIM_TEST(RpcSnippets, Calls) {
  World world;
  Network network(world);
  NameService names(world);
  world.AddNode("store", [&] { return Store(&network); });
  co_await Yield();
  // [snippet: client]
  auto client = *RpcClient::Open(network, {.names = &names});
  const std::string key = "color";
  const absl::StatusOr<std::string> color = co_await client->Call<std::string>(
      "store:80", "Get", key, {.deadline = absl::Seconds(1)});
  EXPECT_EQ(*color, "blue");

  const std::string other = "shape";
  const absl::StatusOr<std::string> shape =
      co_await client->Call<std::string>("store:80", "Get", other);
  EXPECT_EQ(shape.status(), absl::NotFoundError("shape"));  // the handler's
  // [end: client]
  // [snippet: faults]
  RpcFaults::OfRun().drop_response = Chance::Percent(30);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(*co_await GetWithRetries(*client, "color"), "blue");
  }
  EXPECT_TRUE(Faults::Current().CheckEffects().ok());
  // [end: faults]
}

}  // namespace
}  // namespace orrery
