// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TestService`: a machine with an RpcServer, and a client of the test.

#ifndef ORRERY_SIM_RPC_TEST_SERVICE_H_
#define ORRERY_SIM_RPC_TEST_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/name_service.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/rpc/message_codec.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/task.h"

namespace orrery {

// A type of the user's own: a number, as text.
struct TestNumber {
  int value = 0;
};

template <>
struct MessageCodec<TestNumber> {
  static absl::string_view TypeName(const TestNumber&) { return "Number"; }
  static std::string Encode(const TestNumber& number);
  static absl::StatusOr<TestNumber> Decode(absl::string_view bytes);
};

struct TestServiceOptions {
  NetworkOptions network = {};
  RpcServerOptions server = {};
  // Whether the machine boots anew when its program fails.
  bool restarts = false;
};

// The machine is called "server", its port is 80, and its methods are
//   Echo      returns what it is given
//   Slow      sleeps for a duration, which it is given as text, and returns it
//   Fail      is kAborted: "no: " and what it is given
//   TimeLeft  sleeps for 0.1 s; "0.9s for 10.0.0.1:80"
//   Twice     of a TestNumber
//   Throw     throws what it is given
struct TestService {
  explicit TestService(TestServiceOptions o = {});

  Address address() const { return {Network::HostOf(node), 80}; }
  // Calls and returns the answer, or the status as text.
  Task<std::string> Call(std::string method, std::string request,
                         CallOptions call = {});
  // The same beside the task that does this.
  JoinHandle<std::string> Begin(std::string method, std::string request,
                                CallOptions call = {});
  static std::string Text(const absl::StatusOr<std::string>& answer);

  TestServiceOptions options;
  int runs = 0;                    // of Echo and Slow
  std::vector<std::string> lines;  // how Slow has ended
  World world;
  Network network;
  NameService names;
  RpcServer* server = nullptr;
  Node& node;
  std::unique_ptr<RpcClient> client;

 private:
  static Task<> Main(TestService* self);
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_TEST_SERVICE_H_
