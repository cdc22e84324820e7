// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The leaks that are an order: of addresses, of hash tables. They are the ones
// that a second run under the same circumstances may well miss.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/struct.pb.h"
#include "orrery/sim/log.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/tests/leaks.h"

namespace orrery {
namespace {

// Of a size that nobody else asks for: in a young process they lie one after
// the other, whatever was allocated and freed before.
struct Client {
  int number = 0;
  char inbox[700] = {};
};

Task<> Serve(int number) { co_await Sleep(absl::Milliseconds(number)); }

Task<> ServeClients() {
  std::vector<std::unique_ptr<Client>> owned;
  std::set<const Client*> clients;  // in the order of their addresses
  for (int i = 1; i <= 8; ++i) {
    owned.push_back(std::make_unique<Client>());
    owned.back()->number = i;
    clients.insert(owned.back().get());
  }
  for (const Client* client : clients) {
    Spawn("serve", Serve, client->number);
    Log(absl::StrCat("serving client ", client->number));  // LEAK: pointers
  }
  // The last one goes first, so that a run which follows in this process finds
  // the heap as this one has found it.
  while (!owned.empty()) owned.pop_back();
  co_return;
}

Task<> RouteAll() {
  absl::flat_hash_map<std::string, int> routes;
  for (int i = 1; i <= 50; ++i) routes[absl::StrCat("host", i)] = i;
  for (const auto& [host, cost] : routes) {
    co_await Sleep(absl::Milliseconds(cost));  // LEAK: hash map
  }
}

Task<> SendAll() {
  google::protobuf::Struct headers;
  for (int i = 1; i <= 50; ++i) {
    (*headers.mutable_fields())[absl::StrCat("header", i)].set_number_value(i);
  }
  for (const auto& [name, value] : headers.fields()) {
    Log(absl::StrCat("sending ", name));  // LEAK: protobuf map
  }
  co_return;
}

Task<> RunAs(std::string name, Task<> (*main)()) {
  JoinHandle<> running = Spawn(name, main);
  co_await running;
}

}  // namespace

Task<> PointerOrderLeak() { return RunAs("registry", ServeClients); }
Task<> HashMapOrderLeak() { return RunAs("router", RouteAll); }
Task<> ProtobufMapOrderLeak() { return RunAs("sender", SendAll); }

}  // namespace orrery
