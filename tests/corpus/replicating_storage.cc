// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <bitset>
#include <cstddef>
#include <deque>

#include "absl/time/time.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr size_t kCopies = 3;
constexpr size_t kNodes = kCopies + 1;  // one is there to take over
constexpr int kReports = 2;             // of each node
constexpr int kRepairRounds = 3;
constexpr size_t kVictim = 1;

enum class Kind { kReport, kDied, kRepair, kStop };

struct Message {
  Kind kind = Kind::kStop;
  size_t node = 0;
};

struct Storage {
  Storage() {
    for (size_t i = 0; i < kNodes; ++i) dead.emplace_back(false, "dead");
  }

  bool trusts_the_dead = true;  // the buggy version
  Queue<Message> manager{Queue<Message>::kUnbounded, "manager"};
  Queue<Message> spare{Queue<Message>::kUnbounded, "spare"};
  std::deque<Shared<bool>> dead;
  std::bitset<kNodes> has_item{(1u << kCopies) - 1};  // what is the case
};

Task<> Manage(Storage* storage) {
  std::bitset<kNodes> alive;
  alive.set();
  std::bitset<kNodes> copies;  // what the manager believes
  for (size_t i = 0; i < kCopies; ++i) copies.set(i);
  while (true) {
    const Message message = co_await storage->manager.Get();
    switch (message.kind) {
      case Kind::kReport:
        if (storage->trusts_the_dead || alive[message.node]) {
          copies.set(message.node);
        }
        break;
      case Kind::kDied:
        alive.reset(message.node);
        copies.reset(message.node);
        break;
      case Kind::kRepair:
        if (copies.count() < kCopies) {
          const Message repair{Kind::kRepair, kNodes - 1};
          co_await storage->spare.Put(repair);
        }
        break;
      case Kind::kStop:
        co_return;
    }
  }
}

// Tells the manager that it has the item, until it dies.
Task<> Hold(Storage* storage, size_t self) {
  for (int i = 0; i < kReports; ++i) {
    const bool dead = co_await storage->dead[self].Read();
    if (dead) co_return;
    const Message report{Kind::kReport, self};
    co_await storage->manager.Put(report);
  }
}

Task<> TakeOver(Storage* storage) {
  while (true) {
    const Message message = co_await storage->spare.Get();
    if (message.kind == Kind::kStop) co_return;
    storage->has_item.set(message.node);
    const Message report{Kind::kReport, message.node};
    co_await storage->manager.Put(report);
  }
}

Task<> Kill(Storage* storage, size_t victim) {
  co_await storage->dead[victim].Write(true);
  storage->has_item.reset(victim);
  const Message died{Kind::kDied, victim};
  co_await storage->manager.Put(died);
}

}  // namespace

Task<> ReplicatingStorage(Version version) {
  Storage storage;
  storage.trusts_the_dead = version == Version::kBuggy;
  Crew servers;
  co_await servers.Turn();
  servers.Spawn(Manage, &storage);
  co_await servers.Turn();
  servers.Spawn(TakeOver, &storage);
  Crew others;
  for (size_t i = 0; i < kCopies; ++i) {
    co_await others.Turn();
    others.Spawn(Hold, &storage, i);
  }
  co_await others.Turn();
  others.Spawn(Kill, &storage, kVictim);
  co_await others.Join();
  for (int i = 0; i < kRepairRounds; ++i) {
    co_await Sleep(absl::Seconds(1));  // until nothing is under way
    const Message repair{Kind::kRepair, 0};
    storage.manager.TryPut(repair);
  }
  co_await Sleep(absl::Seconds(1));
  if (storage.has_item.count() < kCopies) FailRun("never repaired");
  const Message stop;
  storage.manager.TryPut(stop);
  co_await servers.JoinOne(0);
  storage.spare.TryPut(stop);
  co_await servers.JoinOne(1);
}

}  // namespace orrery::corpus
