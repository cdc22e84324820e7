// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <bitset>
#include <cstddef>
#include <deque>

#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr size_t kNodes = 2;
constexpr int kRounds = 3;
constexpr int kAttempts = 2;
// A node that is alive never has more pings before it.
constexpr int kMostPings = 3;

enum class Kind { kPing, kPong, kStart, kTimeout, kStop };

struct Message {
  Kind kind = Kind::kStop;
  size_t node = 0;
  int round = 0;
};

using Mailbox = Queue<Message>;

struct System {
  System() {
    for (size_t i = 0; i < kNodes; ++i) {
      nodes.emplace_back(Mailbox::kUnbounded, "node");
    }
  }

  bool ignores_the_late = false;  // the fixed version
  Mailbox detector{Mailbox::kUnbounded, "detector"};
  Mailbox timer{Mailbox::kUnbounded, "timer"};
  std::deque<Mailbox> nodes;
  Shared<int> cancelled{0, "cancelled"};  // the latest round whose timer was
  std::array<int, kNodes> unanswered{};   // pings
};

Task<> Answer(System* system, size_t self) {
  while (true) {
    const Message message = co_await system->nodes[self].Get();
    if (message.kind == Kind::kStop) co_return;
    --system->unanswered[self];
    const Message pong{Kind::kPong, self, message.round};
    co_await system->detector.Put(pong);
  }
}

// Fires whenever the scheduler likes. It may find too late that it was
// cancelled.
Task<> Time(System* system) {
  while (true) {
    const Message message = co_await system->timer.Get();
    if (message.kind == Kind::kStop) co_return;
    const int cancelled = co_await system->cancelled.Read();
    if (cancelled >= message.round) continue;
    const Message timeout{Kind::kTimeout, 0, message.round};
    co_await system->detector.Put(timeout);
  }
}

Task<> Ping(System* system, std::bitset<kNodes> to, int round) {
  for (size_t i = 0; i < kNodes; ++i) {
    if (!to[i]) continue;
    if (++system->unanswered[i] > kMostPings) FailRun("too many pings");
    const Message ping{Kind::kPing, i, round};
    co_await system->nodes[i].Put(ping);
  }
  const Message start{Kind::kStart, 0, round};
  co_await system->timer.Put(start);
}

Task<> Detect(System* system) {
  std::bitset<kNodes> alive;
  alive.set();
  for (int round = 1; round <= kRounds && alive.any(); ++round) {
    std::bitset<kNodes> silent = alive;
    int attempts = 1;
    co_await Ping(system, silent, round);
    while (silent.any()) {
      const Message message = co_await system->detector.Get();
      if (system->ignores_the_late && message.round < round) continue;
      if (message.kind == Kind::kPong) {
        silent.reset(message.node);
      } else if (attempts < kAttempts) {
        ++attempts;
        co_await Ping(system, silent, round);
      } else {
        alive &= ~silent;
        break;
      }
    }
    co_await system->cancelled.Write(round);
  }
}

}  // namespace

Task<> FailureDetector(Version version) {
  System system;
  system.ignores_the_late = version == Version::kFixed;
  Crew servers;
  for (size_t i = 0; i < kNodes; ++i) {
    co_await servers.Turn();
    servers.Spawn(Answer, &system, i);
  }
  co_await servers.Turn();
  servers.Spawn(Time, &system);
  Crew detector;
  co_await detector.Turn();
  detector.Spawn(Detect, &system);
  co_await detector.Join();
  const Message stop;
  for (size_t i = 0; i < kNodes; ++i) {
    system.nodes[i].TryPut(stop);
    co_await servers.JoinOne(i);
  }
  system.timer.TryPut(stop);
  co_await servers.JoinOne(kNodes);
}

}  // namespace orrery::corpus
