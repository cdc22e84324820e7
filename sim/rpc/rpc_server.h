// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RpcServer`: methods that others call by name, with an `RpcClient`
// (rpc_client.h). Handlers are coroutines and run beside each other.
//
//   Task<absl::StatusOr<PutReply>> Put(Store* store, PutRequest request);
//
//   Task<> Serve(Network& network, Store* store) {
//     auto server = *RpcServer::Bind(network, 80);
//     server->Handle<PutRequest, PutReply>(
//         "Put", [store](PutRequest r) { return Put(store, std::move(r)); });
//     co_await server->Serve();
//   }
//
// A handler is cancelled when nobody waits for it any more: the caller was
// cancelled, or its deadline has passed, or its machine has been heard of in a
// later incarnation. What it throws is thrown by `Serve`: it is a fault of the
// program, and no answer.
//
// Calls are unary. A stream of answers is a method that takes a cursor and is
// called again, or a connection (sim/net/stream_socket.h) whose address is the
// answer.

#ifndef ORRERY_SIM_RPC_RPC_SERVER_H_
#define ORRERY_SIM_RPC_RPC_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/rpc/message_codec.h"
#include "orrery/sim/rpc/message_port.h"
#include "orrery/sim/rpc/rpc_faults.h"
#include "orrery/sim/rpc/rpc_frame.h"
#include "orrery/sim/task.h"

namespace orrery {

// What a handler may know of its call.
class RpcContext {
 public:
  RpcContext(Address caller, SimTime due) : caller_(caller), due_(due) {}

  Address caller() const { return caller_; }
  // How long the caller still waits, by the clock of the machine that runs the
  // handler; infinite if it waits for as long as it takes. For calls that the
  // handler makes: they are to have no more time than it has.
  absl::Duration Remaining() const;

 private:
  Address caller_;
  SimTime due_;  // by the steady clock of the server's machine
};

struct RpcServerOptions {
  // How many calls are worked on at a time; more are turned away.
  size_t max_concurrent = SIZE_MAX;
  // Whether a request that arrives twice is dropped the second time, as a
  // transport would do it. For that, a server remembers `window` calls of each
  // client; one that comes when so many later ones have come is dropped, too.
  // It forgets all when its machine goes down. If false, a datagram that the
  // network duplicates runs the handler twice.
  bool drop_duplicates = true;
  size_t window = 1024;
  // How many requests may wait to be looked at.
  size_t room = 1024;
  // None: those of the run.
  std::optional<RpcFaults> faults = std::nullopt;
};

struct RpcServerCounts {
  uint64_t requests = 0;    // for which a handler was started
  uint64_t answers = 0;     // that were sent
  uint64_t duplicates = 0;  // requests that were dropped: seen before
  uint64_t turned_away = 0;
  uint64_t unimplemented = 0;
  uint64_t cancelled = 0;  // handlers whose caller had gone
  uint64_t expired = 0;    // handlers that were cut short by the deadline
  uint64_t damaged = 0;    // messages that were corrupt or no requests
};

class RpcServer {
 public:
  // Takes `port` of the machine that runs this; 0: any that is free.
  //
  // Errors:
  //   kAlreadyExists      the port is taken
  //   kResourceExhausted  no port is free
  static absl::StatusOr<std::unique_ptr<RpcServer>> Bind(
      Network& network, uint16_t port, RpcServerOptions options = {});

  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;
  // `Serve` must be over.
  ~RpcServer();

  Address address() const { return port_->address(); }
  RpcServerCounts counts() const;

  // From now on calls of `method` are answered by `handler`: a function of a
  // `Request`, or of a `Request` and a `const RpcContext&`, that returns a
  // Task<absl::StatusOr<Response>>. Both types have codecs (message_codec.h).
  // The server keeps it; the context lives until its coroutine is over.
  template <Encodable Request, Encodable Response, typename F>
  void Handle(absl::string_view method, F handler) {
    auto kept = std::make_shared<F>(std::move(handler));
    AddMethod(method, [kept](std::string bytes, const RpcContext& context) {
      return Handled<Request, Response, F>(kept, std::move(bytes), context);
    });
  }

  // Answers calls, until the server is closed or the task is cancelled: then
  // handlers that run are cancelled, and it returns, or throws `Cancelled`,
  // when they are over. Throws an ExceptionGroup of what a handler has thrown.
  Task<> Serve();

  // Gives the port back; `Serve` is to return.
  void Close();

 private:
  using Answer = absl::StatusOr<std::string>;
  using Handler =
      std::function<Task<Answer>(std::string, const RpcContext& context)>;
  // Which call it is: whose, and its number.
  using Key = std::tuple<HostAddress, RpcSession, uint64_t>;
  struct Call;
  // Which of a client's calls have come: those in `seen`, and none of the
  // others above `forgotten`.
  struct Window {
    uint64_t forgotten = 0;
    absl::btree_set<uint64_t> seen;
  };

  RpcServer(std::unique_ptr<MessagePort<RpcFrame>> port,
            RpcServerOptions options);

  template <typename Request, typename Response, typename F>
  static Task<Answer> Handled(std::shared_ptr<F> handler, std::string bytes,
                              const RpcContext& context) {
    absl::StatusOr<Request> request = MessageCodec<Request>::Decode(bytes);
    if (!request.ok()) {
      co_return absl::InvalidArgumentError(absl::StrCat(
          "the request cannot be decoded: ", request.status().message()));
    }
    Task<absl::StatusOr<Response>> task =
        Invoke<Request, Response>(*handler, *std::move(request), context);
    const absl::StatusOr<Response> response = co_await std::move(task);
    if (!response.ok()) co_return response.status();
    co_return MessageCodec<Response>::Encode(*response);
  }
  template <typename Request, typename Response, typename F>
  static Task<absl::StatusOr<Response>> Invoke(F& handler, Request request,
                                               const RpcContext& context) {
    if constexpr (std::is_invocable_v<F&, Request, const RpcContext&>) {
      return std::invoke(handler, std::move(request), context);
    } else {
      return std::invoke(handler, std::move(request));
    }
  }

  const RpcFaults& faults() const {
    return options_.faults.has_value() ? *options_.faults : RpcFaults::OfRun();
  }
  void AddMethod(absl::string_view method, Handler handler);
  static Task<> ServeIn(TaskGroup& group, RpcServer* server);
  static Task<> Run(std::unique_ptr<Call> call);
  void Take(TaskGroup& group, Received<RpcFrame> got);
  void Start(TaskGroup& group, Received<RpcFrame> got);
  // Ends what clients of `host` have asked for in earlier incarnations. Returns
  // false if this one is such an earlier one itself.
  bool Meet(HostAddress host, uint32_t incarnation);
  // Whether this call has not come before; it has, from now on.
  bool IsNew(const Key& key);
  void Reply(Address to, const RpcFrame& request, Answer answer);

  std::unique_ptr<MessagePort<RpcFrame>> port_;
  RpcServerOptions options_;
  RpcServerCounts counts_;
  Fault& drop_request_;
  Fault& drop_response_;
  Fault& delay_;
  absl::btree_map<std::string, std::shared_ptr<const Handler>> methods_;
  absl::btree_map<HostAddress, uint32_t> incarnations_;  // the latest
  absl::btree_map<std::pair<HostAddress, RpcSession>, Window> windows_;
  std::multimap<Key, Call*> running_;  // twice the same: duplicates
  bool serving_ = false;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_RPC_SERVER_H_
