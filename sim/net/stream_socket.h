// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StreamSocket`: one end of a stream of bytes, as TCP's: what is written at
// one end is read at the other, all of it and in order, or else the connection
// is broken. `Connect` makes one, and a `StreamListener` accepts others
// (stream_listener.h).
//
//   Task<absl::Status> Greet(Network& network, Address server) {
//     absl::StatusOr<std::unique_ptr<StreamSocket>> socket =
//         co_await Connect(network, server, {.timeout = absl::Seconds(5)});
//     if (!socket.ok()) co_return socket.status();
//     const absl::Status sent = co_await (*socket)->WriteAll("hello\n");
//     if (!sent.ok()) co_return sent;
//     const absl::StatusOr<std::string> line =
//         co_await (*socket)->ReadUntil('\n');
//     co_return line.status();
//   }
//
// What all of its functions may return:
//   kAborted             the connection was reset, by the other end or by this
//   kDeadlineExceeded    the other end did not answer for too long
//   kFailedPrecondition  the socket is closed, or its machine has gone down
// Bytes that had arrived before a reset can still be read.

#ifndef ORRERY_SIM_NET_STREAM_SOCKET_H_
#define ORRERY_SIM_NET_STREAM_SOCKET_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/stream_options.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync_object.h"
#include "orrery/sim/task.h"

namespace orrery {

class StreamEnd;
class StreamListener;
class StreamSocket;
class StreamStack;

struct ConnectOptions {
  // By the clock of the machine that connects. Without one, it takes until the
  // network gives up (`StreamOptions::connect_give_up_after`), or for ever.
  absl::Duration timeout = absl::InfiniteDuration();
};

// Connects the machine that runs to whoever listens at `to`.
//
// Errors:
//   kUnavailable        the machine is there, and nobody listens
//   kDeadlineExceeded   no answer within the time; the machine is cut off, off,
//                       or does not exist, or its backlog is full
//   kResourceExhausted  no port is free
Task<absl::StatusOr<std::unique_ptr<StreamSocket>>> Connect(
    Network& network, Address to, ConnectOptions options = {},
    SourceSite site = SourceSite::current());

class StreamSocket : public SyncObject {
 public:
  class [[nodiscard]] ReadAwaiter : public OperationAwaiter<ReadAwaiter> {
   public:
    ReadAwaiter(StreamSocket* socket, size_t max, int last, SourceSite site)
        : OperationAwaiter(socket, AccessKind::kAcquire),
          socket_(socket),
          max_(max),
          last_(last),
          site_(site) {}

    absl::StatusOr<std::string> await_resume() {
      ThrowIfCancelled();
      return std::move(result_);
    }

    bool CanDo() const { return socket_->CanRead(); }
    void Do(Simulation& simulation) {
      result_ = socket_->TakeBytes(max_, last_, site_);
      PassOn(simulation);
    }
    WaitKind wait_kind() const { return WaitKind::kChannelReceive; }
    WaiterList& waiters() const { return socket_->readers_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken) PassOn(simulation);
    }

   private:
    void PassOn(Simulation& simulation) const {
      if (CanDo()) waiters().WakeFirst(simulation);
    }

    StreamSocket* socket_;
    size_t max_;
    int last_;
    SourceSite site_;
    absl::StatusOr<std::string> result_ = std::string();
  };

  class [[nodiscard]] WriteAwaiter : public OperationAwaiter<WriteAwaiter> {
   public:
    WriteAwaiter(StreamSocket* socket, absl::string_view bytes, SourceSite site)
        : OperationAwaiter(socket, AccessKind::kRelease),
          socket_(socket),
          bytes_(bytes),
          site_(site) {}

    absl::StatusOr<size_t> await_resume() {
      ThrowIfCancelled();
      return std::move(result_);
    }

    bool CanDo() const { return bytes_.empty() || socket_->CanWrite(); }
    void Do(Simulation& simulation) {
      result_ = socket_->PutBytes(bytes_, site_);
      PassOn(simulation);
    }
    WaitKind wait_kind() const { return WaitKind::kChannelSend; }
    WaiterList& waiters() const { return socket_->writers_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken) PassOn(simulation);
    }

   private:
    void PassOn(Simulation& simulation) const {
      if (socket_->CanWrite()) waiters().WakeFirst(simulation);
    }

    StreamSocket* socket_;
    absl::string_view bytes_;
    SourceSite site_;
    absl::StatusOr<size_t> result_ = size_t{0};
  };

  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;
  // Closes it.
  ~StreamSocket();

  // The addresses of this end, and of the other one.
  Address local_address() const { return local_; }
  Address peer_address() const { return peer_; }

  // ---- Reading --------------------------------------------------------------

  // Returns the bytes that have arrived, at most `max` of them, which is at
  // least 1; waits until there is one. Returns "" if there will be no more: the
  // other end was closed, or closed for writing, and all was read.
  //   std::string bytes = *co_await socket->Read(4096);
  ReadAwaiter Read(size_t max, SourceSite site = SourceSite::current());

  // Returns the next `n` bytes. What was read before an error is lost.
  //
  // Errors, besides those of all:
  //   kOutOfRange  the stream ended before
  Task<absl::StatusOr<std::string>> ReadExactly(
      size_t n, SourceSite site = SourceSite::current());
  // Returns the bytes up to the first `last`, with it. Leaves the others.
  //
  // Errors, besides those of all:
  //   kOutOfRange         the stream ended before
  //   kResourceExhausted  it is not among the first `max` bytes
  Task<absl::StatusOr<std::string>> ReadUntil(
      char last, size_t max = 1 << 20, SourceSite site = SourceSite::current());

  // ---- Writing --------------------------------------------------------------

  // Takes as many of `bytes` as there is room for, and returns how many; waits
  // until there is room for one. There is none while the other end does not
  // read. Whether they arrive is not known.
  //   size_t taken = *co_await socket->Write(bytes);
  WriteAwaiter Write(absl::string_view bytes ABSL_ATTRIBUTE_LIFETIME_BOUND,
                     SourceSite site = SourceSite::current()) {
    return WriteAwaiter(this, bytes, site);
  }
  // Writes all of `bytes`. How many of them it has taken before an error is not
  // known.
  Task<absl::Status> WriteAll(std::string bytes,
                              SourceSite site = SourceSite::current());

  // ---- Ends -----------------------------------------------------------------

  // Says that there will be nothing more to read at the other end, once all
  // that was written has arrived. This end can still read.
  absl::Status ShutdownWrite(SourceSite site = SourceSite::current());
  // Ends it. What was written arrives, unless there are bytes that were not
  // read: then, as on Linux, the connection is reset. Returns at once; who
  // waits for this end is told.
  void Close(SourceSite site = SourceSite::current());
  // Resets the connection: what is under way is lost, in both directions.
  void Reset(SourceSite site = SourceSite::current());

  // Asks the other end from time to time whether it is there: without it, one
  // that only reads never learns that the other machine has crashed.
  void SetKeepAlive(const KeepAlive& keep_alive);

 private:
  friend StreamEnd;
  friend StreamListener;
  friend StreamStack;
  friend Task<absl::StatusOr<std::unique_ptr<StreamSocket>>> Connect(
      Network& network, Address to, ConnectOptions options, SourceSite site);

  class ConnectAwaiter;

  StreamSocket(StreamStack* stack, StreamEnd* end, const SourceSite& site);

  // Nothing is behind it any more.
  void Detach(absl::Status why);
  void WakeReaders();
  void WakeWriters();
  bool CanRead() const;
  bool CanWrite() const;
  bool IsConnecting() const;
  absl::Status Connected(const SourceSite& site);
  absl::StatusOr<std::string> TakeBytes(size_t max, int last,
                                        const SourceSite& site);
  absl::StatusOr<size_t> PutBytes(absl::string_view bytes,
                                  const SourceSite& site);

  StreamStack* stack_;
  StreamEnd* end_;     // null: there is none any more
  absl::Status gone_;  // why, if there is no end
  Address local_;
  Address peer_;
  WaiterList readers_;
  WaiterList writers_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_SOCKET_H_
