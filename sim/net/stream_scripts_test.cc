// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Random scripts of operations on streams, against what a pipe would do.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using Socket = std::unique_ptr<StreamSocket>;
using Bytes = absl::StatusOr<std::string>;

// How the two sides of a conversation end it. What may then go wrong for the
// other one follows.
enum class End {
  kHalf,   // closes for writing, reads to the end, closes: nothing gets lost
  kClose,  // closes when it has written, whatever comes from the other side
  kReset,  // resets when it has written
};

// One direction of a conversation: a pipe, in which byte number i is known.
struct Pipe {
  uint64_t key = 0;
  uint64_t written = 0;
  uint64_t read = 0;
  bool ended = false;  // by the writer, gracefully
  int ends_seen = 0;   // by the reader
  absl::Status write_error;
  absl::Status read_error;

  char At(uint64_t i) const {
    return static_cast<char>((i * 0x9e3779b97f4a7c15u + key) >> 56);
  }
};

// What a run of conversations, which share a link, has in store.
struct Weather {
  NetworkOptions options;
  bool resets = false;   // by the network
  bool crashes = false;  // of the machine that listens
  int disturbances = 0;
};

struct Conversation {
  std::string name;
  uint64_t seed = 0;
  End ends[2] = {};
  Pipe pipes[2];  // 0: from who has connected
  Socket sockets[2];
  bool connected = false;
  bool may_break = false;
};

// Whether each message is delivered or dropped once at most.
class Messages final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (const auto* sent = std::get_if<event::MessageSent>(&event.what)) {
      open_.insert(sent->id.value);
    } else if (const auto* delivered =
                   std::get_if<event::MessageDelivered>(&event.what)) {
      Over(delivered->id);
    } else if (const auto* dropped =
                   std::get_if<event::MessageDropped>(&event.what)) {
      Over(dropped->id);
    }
  }
  uint64_t over() const { return over_; }
  uint64_t over_twice() const { return over_twice_; }

 private:
  void Over(MessageId id) {
    ++over_;
    over_twice_ += open_.erase(id.value) == 0 ? 1 : 0;
  }

  std::set<uint64_t> open_;
  uint64_t over_ = 0;
  uint64_t over_twice_ = 0;
};

class Scripts {
 public:
  explicit Scripts(uint64_t seed, TraceSink* sink = nullptr)
      : prng_(seed), seed_(seed), sink_(sink) {}

  // Runs `count` conversations at once. Returns what was wrong.
  std::vector<std::string> Run(int count, bool crashes) {
    weather_ = DrawWeather(crashes);
    const RunResult result = Simulation({.seed = Seed(seed_),
                                         .scheduler = &scheduler_,
                                         .trace = sink_,
                                         .max_time = absl::Hours(1)})
                                 .Run([&]() -> Task<> { return Main(count); });
    if (!result.ok()) {
      Wrong("the run", FormatRunResult(result));
    }
    return wrong_;
  }

 private:
  bool OneIn(uint64_t n) { return prng_.Below(n) == 0; }
  size_t Size(uint64_t most) { return 1 + prng_.Below(most); }

  void Wrong(const std::string& where, const std::string& what) {
    wrong_.push_back(absl::StrCat("seed ", seed_, ", ", where, ": ", what));
  }

  Weather DrawWeather(bool crashes) {
    Weather weather;
    weather.crashes = crashes;
    NetworkOptions& options = weather.options;
    options.stream.send_buffer = Size(OneIn(2) ? 8 : 100);
    options.stream.receive_buffer = Size(OneIn(2) ? 8 : 100);
    options.stream.segment = Size(OneIn(2) ? 5 : 50);
    if (OneIn(2)) {
      options.link.latency =
          LatencyLaw::Uniform(absl::Microseconds(10), absl::Milliseconds(2));
    }
    if (OneIn(4)) options.link.bandwidth = 10'000;
    StreamFaults& faults = options.link.stream;
    if (OneIn(3)) faults.loss = Chance::Percent(10);
    if (OneIn(3)) faults.short_read = Chance::Percent(50);
    if (OneIn(3)) faults.short_write = Chance::Percent(50);
    if (OneIn(8)) faults.reset = Chance::Percent(2);
    weather.resets = !faults.reset.never();
    weather.disturbances = OneIn(2) ? 0 : static_cast<int>(Size(6));
    return weather;
  }

  Task<> Main(int count) {
    World world;
    Network network(world, weather_.options);
    network_ = &network;
    world_ = &world;
    Node& a = world.AddNode("a", [] { return Idle(); });
    Node& b = world.AddNode("b", [] { return Idle(); });
    a_ = &a;
    b_ = &b;
    std::unique_ptr<StreamListener> listener = b.RunOn(
        [&] { return *StreamListener::Listen(network, 80, {.backlog = 8}); });
    listener_ = listener.get();
    std::vector<std::unique_ptr<Conversation>> conversations;
    for (int i = 0; i < count; ++i) {
      conversations.push_back(std::make_unique<Conversation>());
      Conversation& c = *conversations.back();
      c.name = absl::StrCat("conversation ", i);
      for (int side = 0; side < 2; ++side) {
        c.pipes[side].key = prng_.Next();
        c.ends[side] = OneIn(4)   ? End::kClose
                       : OneIn(8) ? End::kReset
                                  : End::kHalf;
      }
      c.may_break = weather_.resets || weather_.crashes ||
                    c.ends[0] != End::kHalf || c.ends[1] != End::kHalf;
    }
    JoinHandle<> accepting = b.RunOn(
        [&] { return Spawn("accept", [this] { return AcceptAll(); }); });
    std::vector<JoinHandle<>> tasks;
    for (const auto& conversation : conversations) {
      tasks.push_back(a.RunOn([&] {
        return Spawn("connect",
                     [this, c = conversation.get()] { return ConnectOne(c); });
      }));
    }
    for (int i = 0; i < weather_.disturbances; ++i) co_await Disturb();
    network.Heal();
    if (weather_.crashes) {
      co_await Sleep(absl::Microseconds(prng_.Below(3000)));
      if (OneIn(2)) {
        b.Kill();
      } else {
        b.Crash();
      }
      if (OneIn(2)) b.Boot();
    }
    for (JoinHandle<>& task : tasks) (void)co_await Over(&task);
    listener->Close();  // some were reset before they could be accepted
    (void)co_await Over(&accepting);
    for (const auto& conversation : conversations) Check(*conversation);
    listener_ = nullptr;
    if (weather_.crashes) co_return;
    conversations.clear();
    co_await Sleep(absl::Seconds(1));
  }

  static Task<> Idle() { co_await Sleep(absl::Hours(100'000)); }

  // Waits for the end of a task, which may be that its machine went down.
  static Task<bool> Over(JoinHandle<>* task) {
    try {
      co_await std::move(*task);
    } catch (const Cancelled&) {
      co_return false;
    }
    co_return true;
  }

  Task<> Disturb() {
    co_await Sleep(absl::Microseconds(prng_.Below(2000)));
    Node* from = OneIn(2) ? a_ : b_;
    Node* to = from == a_ ? b_ : a_;
    switch (prng_.Below(6)) {
      case 0:
        network_->Cut(from, to);
        break;
      case 1:
        network_->Partition({a_}, {b_});
        break;
      case 2:
        network_->Hold(from, to);
        break;
      case 3:
        network_->Clog(from, to, absl::Milliseconds(prng_.Below(500)));
        break;
      case 4: {
        const std::vector<ParcelInFlight> all = network_->InFlight();
        if (!all.empty()) network_->Drop(all[prng_.Below(all.size())].id);
        break;
      }
      case 5:
        co_await Sleep(absl::Seconds(prng_.Below(3)));
        network_->Heal();
        break;
    }
  }

  Task<> ConnectOne(Conversation* c) {
    absl::StatusOr<Socket> socket =
        co_await Connect(*network_, {Network::HostOf(*b_), 80});
    if (!socket.ok()) {
      if (!weather_.crashes) {
        Wrong(c->name,
              absl::StrCat("cannot connect: ", socket.status().ToString()));
      }
      co_return;
    }
    c->sockets[0] = *std::move(socket);
    by_port_.push_back({c->sockets[0]->local_address(), c});
    co_await Converse(c, 0);
  }

  Task<> AcceptAll() {
    std::vector<JoinHandle<>> tasks;
    for (;;) {
      absl::StatusOr<Socket> socket = co_await listener_->Accept();
      if (!socket.ok()) break;
      const Address peer = (*socket)->peer_address();
      const auto found =
          std::find_if(by_port_.begin(), by_port_.end(),
                       [&](const auto& entry) { return entry.first == peer; });
      if (found == by_port_.end()) {
        Wrong("accept", "nobody has connected");
        continue;
      }
      Conversation* c = found->second;
      c->sockets[1] = *std::move(socket);
      tasks.push_back(Spawn("server", [this, c] { return Converse(c, 1); }));
    }
    for (JoinHandle<>& task : tasks) co_await std::move(task);
  }

  // One side of it.
  Task<> Converse(Conversation* c, int side) {
    StreamSocket* socket = c->sockets[side].get();
    if (c->may_break) {  // and nobody may be told so, if that gets lost
      socket->SetKeepAlive({absl::Seconds(10), absl::Seconds(1), 3});
    }
    JoinHandle<> reading =
        Spawn("read", [this, c, side] { return ReadSome(c, side); });
    co_await WriteSome(c, side);
    Pipe& out = c->pipes[side];
    switch (c->ends[side]) {
      case End::kHalf:
        out.ended = true;
        (void)socket->ShutdownWrite();
        co_await std::move(reading);
        socket->Close();
        break;
      case End::kClose:
        out.ended = true;
        socket->Close();
        co_await std::move(reading);
        break;
      case End::kReset:
        socket->Reset();
        co_await std::move(reading);
        break;
    }
  }

  Task<> WriteSome(Conversation* c, int side) {
    Pipe& pipe = c->pipes[side];
    StreamSocket* socket = c->sockets[side].get();
    const uint64_t writes = prng_.Below(5);
    for (uint64_t i = 0; i < writes; ++i) {
      std::string bytes(Size(30), '\0');
      for (size_t k = 0; k < bytes.size(); ++k) {
        bytes[k] = pipe.At(pipe.written + k);
      }
      // They may arrive before the write is over.
      pipe.written += bytes.size();
      const absl::StatusOr<size_t> taken = co_await socket->Write(bytes);
      pipe.written -= bytes.size() - (taken.ok() ? *taken : 0);
      if (!taken.ok()) {
        pipe.write_error = taken.status();
        co_return;
      }
      if (*taken == 0) Wrong(c->name, "a write took nothing");
      if (OneIn(4)) co_await Sleep(absl::Microseconds(prng_.Below(3000)));
    }
  }

  Task<> ReadSome(Conversation* c, int side) {
    Pipe& pipe = c->pipes[1 - side];
    StreamSocket* socket = c->sockets[side].get();
    for (;;) {
      const size_t max = Size(OneIn(2) ? 3 : 60);
      const Bytes bytes = co_await socket->Read(max);
      if (!bytes.ok()) {
        pipe.read_error = bytes.status();
        co_return;
      }
      if (bytes->size() > max) Wrong(c->name, "more than was asked for");
      if (bytes->empty()) {
        ++pipe.ends_seen;
        if (pipe.ends_seen == 2) co_return;
        continue;
      }
      if (pipe.ends_seen != 0) Wrong(c->name, "bytes behind the end");
      for (const char byte : *bytes) {
        if (byte != pipe.At(pipe.read)) {
          Wrong(c->name, absl::StrCat("byte ", pipe.read, " is another"));
          co_return;
        }
        ++pipe.read;
      }
      if (pipe.read > pipe.written) Wrong(c->name, "more than was written");
      if (OneIn(4)) co_await Sleep(absl::Microseconds(prng_.Below(3000)));
    }
  }

  void Check(const Conversation& c) {
    for (int side = 0; side < 2; ++side) {
      const Pipe& pipe = c.pipes[side];
      ends_ += pipe.ends_seen > 0 ? 1 : 0;
      // The end may also be that of the program that was to write.
      const bool killed = weather_.crashes && side == 1;
      if (pipe.ends_seen > 0 && !killed &&
          (!pipe.ended || pipe.read != pipe.written)) {
        Wrong(c.name, absl::StrCat("the end came after ", pipe.read, " of ",
                                   pipe.written, " bytes"));
      }
      if (c.may_break) {
        CheckError(c, pipe.write_error);
        CheckError(c, pipe.read_error);
        continue;
      }
      if (!pipe.write_error.ok()) {
        Wrong(c.name, absl::StrCat("write: ", pipe.write_error.ToString()));
      }
      if (!pipe.read_error.ok()) {
        Wrong(c.name, absl::StrCat("read: ", pipe.read_error.ToString()));
      }
      if (pipe.ends_seen == 0) Wrong(c.name, "there was no end");
    }
  }

  void CheckError(const Conversation& c, const absl::Status& error) {
    if (error.ok() || absl::IsAborted(error) ||
        absl::IsFailedPrecondition(error)) {
      return;
    }
    if (weather_.crashes && absl::IsDeadlineExceeded(error)) return;
    Wrong(c.name, error.ToString());
  }

  Prng prng_;
  uint64_t seed_;
  TraceSink* sink_;
  RandomScheduler scheduler_;
  Weather weather_;
  std::vector<std::string> wrong_;
  World* world_ = nullptr;
  Network* network_ = nullptr;
  Node* a_ = nullptr;
  Node* b_ = nullptr;
  StreamListener* listener_ = nullptr;
  std::deque<std::pair<Address, Conversation*>> by_port_;
  int ends_ = 0;
};

TEST(StreamScriptsTest, TenThousandScriptsDoWhatPipesWouldDo) {
  std::vector<std::string> wrong;
  for (uint64_t seed = 1; seed <= 500 && wrong.size() < 5; ++seed) {
    for (std::string& what : Scripts(seed).Run(20, false)) {
      wrong.push_back(std::move(what));
    }
  }
  EXPECT_TRUE(wrong.empty()) << wrong.size() << ": " << wrong.front();
}

TEST(StreamScriptsTest, ScriptsEndThoughMachinesGoDown) {
  std::vector<std::string> wrong;
  for (uint64_t seed = 1; seed <= 100 && wrong.size() < 5; ++seed) {
    for (std::string& what : Scripts(seed).Run(5, true)) {
      wrong.push_back(std::move(what));
    }
  }
  EXPECT_TRUE(wrong.empty()) << wrong.size() << ": " << wrong.front();
}

TEST(StreamScriptsTest, InATraceEachMessageComesToOneEnd) {
  uint64_t over = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    Messages messages;
    EXPECT_TRUE(Scripts(seed, &messages).Run(5, seed % 2 == 0).empty());
    over += messages.over();
    EXPECT_EQ(messages.over_twice(), 0u);
  }
  EXPECT_GT(over, 1000u);
}

}  // namespace
}  // namespace orrery
