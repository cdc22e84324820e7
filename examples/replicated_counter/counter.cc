// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/replicated_counter/counter.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/task.h"

namespace replicated_counter {
namespace {

using orrery::Address;
using orrery::Network;
using orrery::RpcClient;
using orrery::RpcServer;
using orrery::Task;
using TextOr = absl::StatusOr<std::string>;

class Replica {
 public:
  Replica(Network& network, std::vector<Address> others, CounterOptions options)
      : client_(*RpcClient::Open(network)),
        others_(std::move(others)),
        options_(options) {}

  // For users.
  Task<TextOr> Add(std::string name);
  Task<TextOr> Count();

  // For other replicas: keeps these names, and returns all that it knows.
  Task<TextOr> Merge(std::string names);

 private:
  void Keep(const std::string& names);
  std::string Kept() const { return absl::StrJoin(names_, ","); }
  // Tells all others what is kept here, and keeps what they know. Returns
  // whether that were enough.
  Task<bool> MergeWithMajority();

  std::unique_ptr<RpcClient> client_;
  std::vector<Address> others_;
  CounterOptions options_;
  std::set<std::string> names_;  // of what was counted
};

void Replica::Keep(const std::string& names) {
  for (absl::string_view name : absl::StrSplit(names, ',', absl::SkipEmpty())) {
    names_.emplace(name);
  }
}

Task<TextOr> Replica::Merge(std::string names) {
  Keep(names);
  co_return Kept();
}

// [snippet: majority]
Task<bool> Replica::MergeWithMajority() {
  size_t answers = 1;  // its own
  for (const Address& other : others_) {
    const TextOr names = co_await client_->Call<std::string>(
        other, "Merge", Kept(), {.deadline = absl::Milliseconds(20)});
    if (!names.ok()) continue;
    Keep(*names);
    ++answers;
  }
  const size_t replicas =
      options_.majority_of_all ? others_.size() + 1 : answers;
  co_return answers > replicas / 2;
}
// [end: majority]

Task<TextOr> Replica::Add(std::string name) {
  Keep(name);
  const bool enough = co_await MergeWithMajority();
  if (!enough) co_return absl::UnavailableError("no majority answers");
  co_return std::string();
}

Task<TextOr> Replica::Count() {
  const bool enough = co_await MergeWithMajority();
  if (!enough) co_return absl::UnavailableError("no majority answers");
  co_return absl::StrCat(names_.size());
}

}  // namespace

Task<> ServeReplica(Network& network, std::vector<Address> others,
                    CounterOptions options) {
  Replica replica(network, std::move(others), options);
  const std::unique_ptr<RpcServer> server = *RpcServer::Bind(network, 80);
  server->Handle<std::string, std::string>("Add", [&replica](std::string name) {
    return replica.Add(std::move(name));
  });
  server->Handle<std::string, std::string>(
      "Count", [&replica](std::string) { return replica.Count(); });
  server->Handle<std::string, std::string>(
      "Merge", [&replica](std::string names) {
        return replica.Merge(std::move(names));
      });
  co_await server->Serve();
}

}  // namespace replicated_counter
