// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/stream_socket.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/net/stream_end.h"
#include "orrery/sim/net/stream_stack.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

absl::Status Closed() {
  return absl::FailedPreconditionError("the socket is closed");
}

// A callback that is not to run any more once this is gone.
struct Deadline {
  ~Deadline() { callback.Cancel(); }

  PostHandle callback;
};

}  // namespace

// ---- Connecting -------------------------------------------------------------

class [[nodiscard]] StreamSocket::ConnectAwaiter
    : public OperationAwaiter<ConnectAwaiter> {
 public:
  explicit ConnectAwaiter(StreamSocket* socket)
      : OperationAwaiter(socket, AccessKind::kAcquire), socket_(socket) {}

  void await_resume() const { ThrowIfCancelled(); }

  bool CanDo() const { return !socket_->IsConnecting(); }
  void Do(Simulation&) const {}
  WaitKind wait_kind() const { return WaitKind::kEvent; }
  WaiterList& waiters() const { return socket_->writers_; }
  void Withdrawn(Simulation&, bool) const {}

 private:
  StreamSocket* socket_;
};

Task<absl::StatusOr<std::unique_ptr<StreamSocket>>> Connect(
    Network& network, Address to, ConnectOptions options, SourceSite site) {
  StreamStack& stack = StreamStack::Of(network);
  const absl::StatusOr<StreamEnd*> end = stack.Connect(to);
  if (!end.ok()) co_return end.status();
  std::unique_ptr<StreamSocket> socket(new StreamSocket(&stack, *end, site));
  (*end)->set_site(site);
  (*end)->Connect();
  Deadline deadline;
  if (options.timeout != absl::InfiniteDuration()) {
    deadline.callback = PostAfter(options.timeout, [s = socket.get(), to] {
      if (!s->IsConnecting()) return;
      s->end_->Break(absl::DeadlineExceededError(
          absl::StrCat("connecting to ", to.ToString(), " timed out")));
    });
  }
  co_await StreamSocket::ConnectAwaiter(socket.get());
  const absl::Status connected = socket->Connected(site);
  if (!connected.ok()) co_return connected;
  co_return std::move(socket);
}

absl::Status StreamSocket::Connected(const SourceSite& site) {
  if (end_ == nullptr) return gone_;
  if (end_->state() == StreamEnd::State::kBroken) return end_->status();
  end_->DeliverMadeBy(site);
  return absl::OkStatus();
}

// ---- What is behind it ------------------------------------------------------

StreamSocket::StreamSocket(StreamStack* stack, StreamEnd* end,
                           const SourceSite& site)
    : SyncObject("StreamSocket",
                 absl::StrCat(end->local().ToString(), " to ",
                              end->remote().ToString()),
                 site),
      stack_(stack),
      end_(end),
      local_(end->local()),
      peer_(end->remote()) {
  end_->set_user(this);
}

StreamSocket::~StreamSocket() {
  Close();
  Forsake(readers_);
  Forsake(writers_);
}

void StreamSocket::Detach(absl::Status why) {
  end_ = nullptr;
  stack_ = nullptr;
  gone_ = std::move(why);
  WakeReaders();
  WakeWriters();
}

// Whoever is woken wakes the next one, if there is something left for it.
void StreamSocket::WakeReaders() {
  Simulation& simulation = Simulation::Current("StreamSocket");
  if (simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kSignal);
  readers_.WakeFirst(simulation);
}

void StreamSocket::WakeWriters() {
  Simulation& simulation = Simulation::Current("StreamSocket");
  if (simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kSignal);
  writers_.WakeFirst(simulation);
}

bool StreamSocket::CanRead() const {
  return end_ == nullptr || end_->CanRead();
}

bool StreamSocket::CanWrite() const {
  return end_ == nullptr || end_->CanWrite();
}

bool StreamSocket::IsConnecting() const {
  return end_ != nullptr && end_->state() == StreamEnd::State::kConnecting;
}

absl::StatusOr<std::string> StreamSocket::TakeBytes(size_t max, int last,
                                                    const SourceSite& site) {
  if (end_ == nullptr) return gone_;
  end_->set_site(site);
  return end_->Read(max, last);
}

absl::StatusOr<size_t> StreamSocket::PutBytes(absl::string_view bytes,
                                              const SourceSite& site) {
  if (end_ == nullptr) return gone_;
  end_->set_site(site);
  return end_->Write(bytes);
}

// ---- Reading and writing ----------------------------------------------------

StreamSocket::ReadAwaiter StreamSocket::Read(size_t max, SourceSite site) {
  ORRERY_CHECK(max >= 1, "Read(0) would not say whether the stream has ended");
  return ReadAwaiter(this, max, -1, site);
}

Task<absl::StatusOr<std::string>> StreamSocket::ReadExactly(size_t n,
                                                            SourceSite site) {
  std::string all;
  while (all.size() < n) {
    const absl::StatusOr<std::string> some =
        co_await ReadAwaiter(this, n - all.size(), -1, site);
    if (!some.ok()) co_return some.status();
    if (some->empty()) {
      co_return absl::OutOfRangeError(absl::StrCat(
          "the stream ended after ", all.size(), " of ", n, " bytes"));
    }
    all += *some;
  }
  co_return all;
}

Task<absl::StatusOr<std::string>> StreamSocket::ReadUntil(char last, size_t max,
                                                          SourceSite site) {
  std::string all;
  while (all.empty() || all.back() != last) {
    if (all.size() >= max) {
      co_return absl::ResourceExhaustedError(absl::StrCat(
          "what was waited for is not among the first ", max, " bytes"));
    }
    const absl::StatusOr<std::string> some = co_await ReadAwaiter(
        this, max - all.size(), static_cast<unsigned char>(last), site);
    if (!some.ok()) co_return some.status();
    if (some->empty()) {
      co_return absl::OutOfRangeError(
          absl::StrCat("the stream ended after ", all.size(),
                       " bytes, and what was waited for was not among them"));
    }
    all += *some;
  }
  co_return all;
}

Task<absl::Status> StreamSocket::WriteAll(std::string bytes, SourceSite site) {
  absl::string_view left = bytes;
  while (!left.empty()) {
    const absl::StatusOr<size_t> taken =
        co_await WriteAwaiter(this, left, site);
    if (!taken.ok()) co_return taken.status();
    left.remove_prefix(*taken);
  }
  co_return absl::OkStatus();
}

// ---- Ends -------------------------------------------------------------------

absl::Status StreamSocket::ShutdownWrite(SourceSite site) {
  Simulation& simulation = Simulation::Current("ShutdownWrite");
  if (simulation.closing()) return absl::OkStatus();
  if (end_ == nullptr) return gone_;
  simulation.Accessed(*this, AccessKind::kWrite);
  end_->set_site(site);
  return end_->ShutdownWrite();
}

void StreamSocket::Close(SourceSite site) {
  if (end_ == nullptr) return;
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr || simulation->closing()) {
    end_->set_user(nullptr);
    end_ = nullptr;
    return;
  }
  simulation->Accessed(*this, AccessKind::kWrite);
  end_->set_site(site);
  const uint64_t connection = end_->connection();
  StreamStack* stack = stack_;
  end_->Close();
  Detach(Closed());
  stack->MaybeForget(connection);
}

void StreamSocket::Reset(SourceSite site) {
  if (end_ == nullptr) return;
  Simulation& simulation = Simulation::Current("Reset");
  if (simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kWrite);
  end_->set_site(site);
  end_->Reset(absl::AbortedError(absl::StrCat(
      "the connection to ", peer_.ToString(), " was reset by this end")));
}

void StreamSocket::SetKeepAlive(const KeepAlive& keep_alive) {
  ORRERY_CHECK(keep_alive.after > absl::ZeroDuration() &&
                   keep_alive.every > absl::ZeroDuration() &&
                   keep_alive.times >= 1,
               "it takes time to see that nobody answers");
  if (end_ == nullptr || Simulation::Current("SetKeepAlive").closing()) return;
  end_->SetKeepAlive(keep_alive);
}

}  // namespace orrery
