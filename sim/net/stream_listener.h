// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StreamListener`: accepts those who `Connect` to a port (stream_socket.h).
//
//   Task<> Serve(Network& network) {
//     std::unique_ptr<StreamListener> listener =
//         *StreamListener::Listen(network, 80, {.backlog = 16});
//     for (;;) {
//       absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
//           co_await listener->Accept();
//       if (!socket.ok()) co_return;
//       Spawn("session", Session, *std::move(socket));
//     }
//   }

#ifndef ORRERY_SIM_NET_STREAM_LISTENER_H_
#define ORRERY_SIM_NET_STREAM_LISTENER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

struct ListenOptions {
  // How many may have asked and not been accepted. Who asks beyond that is not
  // answered, as on Linux, and asks again. At least 1.
  size_t backlog = 128;
};

class StreamListener : public SyncObject {
 public:
  class [[nodiscard]] AcceptAwaiter : public OperationAwaiter<AcceptAwaiter> {
   public:
    AcceptAwaiter(StreamListener* listener, SourceSite site)
        : OperationAwaiter(listener, AccessKind::kAcquire),
          listener_(listener),
          site_(site) {}

    absl::StatusOr<std::unique_ptr<StreamSocket>> await_resume() {
      ThrowIfCancelled();
      if (socket_ == nullptr) return listener_->gone_;
      return std::move(socket_);
    }

    bool CanDo() const { return listener_->CanAccept(); }
    void Do(Simulation& simulation) {
      socket_ = listener_->Take(site_);
      PassOn(simulation);
    }
    WaitKind wait_kind() const { return WaitKind::kQueueGet; }
    WaiterList& waiters() const { return listener_->acceptors_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken) PassOn(simulation);
    }

   private:
    void PassOn(Simulation& simulation) const {
      if (CanDo()) waiters().WakeFirst(simulation);
    }

    StreamListener* listener_;
    SourceSite site_;
    std::unique_ptr<StreamSocket> socket_;
  };

  // Listens on `port` of the machine that runs this; 0: on any that is free.
  //
  // Errors:
  //   kAlreadyExists      the port is taken
  //   kResourceExhausted  no port is free
  static absl::StatusOr<std::unique_ptr<StreamListener>> Listen(
      Network& network, uint16_t port, ListenOptions options = {},
      SourceSite site = SourceSite::current());

  StreamListener(const StreamListener&) = delete;
  StreamListener& operator=(const StreamListener&) = delete;
  // Closes it.
  ~StreamListener();

  Address address() const { return address_; }

  // Waits for the next one who has connected. The connection may be broken
  // again by then.
  //
  // Errors:
  //   kFailedPrecondition  the listener is closed, or is while the task waits,
  //                        or its machine has gone down
  AcceptAwaiter Accept(SourceSite site = SourceSite::current()) {
    return AcceptAwaiter(this, site);
  }

  // Gives the port back. Who has connected and was not accepted is reset.
  void Close();

 private:
  friend StreamEnd;
  friend StreamStack;

  StreamListener(StreamStack* stack, Address address,
                 const ListenOptions& options, const SourceSite& site);

  bool CanAccept() const { return stack_ == nullptr || !waiting_.empty(); }
  // Returns null if it is closed.
  std::unique_ptr<StreamSocket> Take(const SourceSite& site);
  // Takes in one that has asked. Returns whether there is room.
  bool Admit(StreamEnd* end);
  // It is connected; it never will be.
  void Established(StreamEnd* end);
  void GivenUp(StreamEnd* end);
  // Nothing is behind it any more.
  void Detach(absl::Status why);

  StreamStack* stack_;  // null once it is closed
  absl::Status gone_;   // why
  Address address_;
  size_t backlog_;
  std::vector<StreamEnd*> asking_;  // and not connected yet
  std::deque<StreamEnd*> waiting_;  // to be accepted
  WaiterList acceptors_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_LISTENER_H_
