// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RpcClient`: calls what `RpcServer`s (rpc_server.h) offer, with deadlines.
//
//   Task<> Write(Network& network, Address store) {
//     auto client = *RpcClient::Open(network);
//     absl::StatusOr<PutReply> reply = co_await client->Call<PutReply>(
//         store, "Put", PutRequest("a", "1"), {.deadline = absl::Seconds(1)});
//
// A call is one datagram there and one back, and is sent once: to try again is
// the caller's affair. So an error other than the handler's own does not tell
// whether the call had its effect: a request may have been lost, or its answer.
// What is certain: an answer is the answer to this call, it is the first one,
// and without retries the handler ran at most once for it (see
// `RpcServerOptions::drop_duplicates`).
//
// If the task that calls is cancelled, or the deadline passes, the server is
// told so. A client is used on the machine on which it was opened.

#ifndef ORRERY_SIM_RPC_RPC_CLIENT_H_
#define ORRERY_SIM_RPC_RPC_CLIENT_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/name_service.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/rpc/message_codec.h"
#include "orrery/sim/task.h"

namespace orrery {

// Whom to call: an address, or text as `NameService::ResolveAddress` takes it.
class RpcTarget {
 public:
  RpcTarget(Address address) : address_(address) {}  // NOLINT: it is one
  RpcTarget(HostAddress host, uint16_t port) : address_{host, port} {}
  template <std::convertible_to<absl::string_view> Text>
  RpcTarget(const Text& name)  // NOLINT: "store:80" is one
      : name_(absl::string_view(name)) {}

  Address address() const { return address_; }
  // Empty if it is an address.
  const std::string& name() const { return name_; }

 private:
  Address address_;
  std::string name_;
};

struct CallOptions {
  // How long the answer may take, from when the call is awaited, by the clock
  // of the caller's machine. Infinite: as long as it takes.
  absl::Duration deadline = absl::Seconds(10);
};

struct RpcClientOptions {
  // For calls of names; it outlives the client. Null: addresses only.
  NameService* names = nullptr;
  // How many answers may wait to be looked at.
  size_t room = 1024;
};

struct RpcClientCounts {
  uint64_t calls = 0;    // that were sent
  uint64_t answers = 0;  // that came in time
  // That were dropped: the call was over, or another incarnation's.
  uint64_t late_answers = 0;
  uint64_t refused = 0;    // by a machine where nobody listens
  uint64_t abandoned = 0;  // by deadline or by a cancel
  uint64_t damaged = 0;    // messages that were corrupt or no answers
};

class RpcClient {
 public:
  // Takes any port that is free of the machine that runs this.
  //
  // Errors:
  //   kResourceExhausted  no port is free
  static absl::StatusOr<std::unique_ptr<RpcClient>> Open(
      Network& network, RpcClientOptions options = {});

  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;
  ~RpcClient();

  // Calls `method` at `to` and returns its answer. `Response` and `Request`
  // have codecs (message_codec.h).
  //
  // Errors:
  //   kDeadlineExceeded    no answer within `CallOptions::deadline`
  //   kUnavailable         the machine is there, and nobody listens at its
  //                        port; or the name does not resolve; or the server
  //                        stops while it works on the call
  //   kUnimplemented       the server has no such method
  //   kResourceExhausted   the server has as many calls as it takes; or the
  //                        answer is larger than the link's MTU
  //   kInvalidArgument     the request is larger than the link's MTU; or the
  //                        server cannot decode it; or the target is no name
  //                        with a port, or a name, and the client resolves none
  //   kInternal            the answer is no `Response`
  //   kCancelled           the handler was cancelled, by the server's program
  //   kFailedPrecondition  the client is closed, or is while the task waits
  // and those of the handler, with its message (but no payloads).
  template <Encodable Response, Encodable Request>
  Task<absl::StatusOr<Response>> Call(RpcTarget to, absl::string_view method,
                                      const Request& request,
                                      CallOptions options = {},
                                      SourceSite site = SourceSite::current()) {
    return Decoded<Response>(CallBytes(std::move(to), std::string(method),
                                       MessageCodec<Request>::Encode(request),
                                       options, site));
  }

  // The address from which it calls.
  Address address() const;
  RpcClientCounts counts() const;
  // Ends all calls as failed, and gives the port back.
  void Close();

 private:
  struct State;
  struct Pending;

  explicit RpcClient(std::shared_ptr<State> state) : state_(std::move(state)) {}

  template <typename Response>
  static Task<absl::StatusOr<Response>> Decoded(
      Task<absl::StatusOr<std::string>> call) {
    const absl::StatusOr<std::string> bytes = co_await std::move(call);
    if (!bytes.ok()) co_return bytes.status();
    absl::StatusOr<Response> response = MessageCodec<Response>::Decode(*bytes);
    if (!response.ok()) {
      co_return absl::InternalError(absl::StrCat(
          "the answer cannot be decoded: ", response.status().message()));
    }
    co_return *std::move(response);
  }
  Task<absl::StatusOr<std::string>> CallBytes(RpcTarget to, std::string method,
                                              std::string request,
                                              CallOptions options,
                                              SourceSite site);
  static Task<> Listen(std::shared_ptr<State> state);

  // Of the calls that run, too: they may outlive the client.
  std::shared_ptr<State> state_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_RPC_CLIENT_H_
