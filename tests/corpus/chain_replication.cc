// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

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

constexpr int kUpdates = 3;

enum class Kind { kUpdate, kAcknowledge, kSuccessorDied, kStop };

struct Message {
  Kind kind = Kind::kStop;
  int number = 0;  // of the update, from 1
};

using Mailbox = Queue<Message>;

struct Chain {
  bool sends_again = false;  // the fixed version
  Mailbox head{Mailbox::kUnbounded, "head"};
  Mailbox middle{Mailbox::kUnbounded, "middle"};
  Mailbox tail{Mailbox::kUnbounded, "tail"};
  Shared<bool> middle_died{false, "middle died"};
};

Task<> Head(Chain* chain) {
  Mailbox* successor = &chain->middle;
  std::deque<Message> under_way;
  while (true) {
    const Message message = co_await chain->head.Get();
    switch (message.kind) {
      case Kind::kUpdate:
        under_way.push_back(message);
        co_await successor->Put(message);
        break;
      case Kind::kAcknowledge:
        while (!under_way.empty() &&
               under_way.front().number <= message.number) {
          under_way.pop_front();
        }
        break;
      case Kind::kSuccessorDied:
        successor = &chain->tail;
        if (!chain->sends_again) break;
        for (const Message& update : under_way) co_await successor->Put(update);
        break;
      case Kind::kStop:
        co_return;
    }
  }
}

Task<> Middle(Chain* chain) {
  while (true) {
    const Message message = co_await chain->middle.Get();
    if (message.kind == Kind::kStop) co_return;
    const bool died = co_await chain->middle_died.Read();
    if (died) continue;
    co_await chain->tail.Put(message);
  }
}

Task<> Tail(Chain* chain) {
  int last = 0;
  while (true) {
    const Message message = co_await chain->tail.Get();
    if (message.kind == Kind::kStop) co_return;
    if (message.number > last + 1) FailRun("a gap in the history");
    if (message.number != last + 1) continue;  // it was sent again
    last = message.number;
    const Message acknowledge{Kind::kAcknowledge, last};
    co_await chain->head.Put(acknowledge);
  }
}

Task<> Client(Chain* chain) {
  for (int i = 1; i <= kUpdates; ++i) {
    const Message update{Kind::kUpdate, i};
    co_await chain->head.Put(update);
  }
}

// The master has noticed a death, and repairs the chain.
Task<> KillMiddle(Chain* chain) {
  co_await chain->middle_died.Write(true);
  const Message died{Kind::kSuccessorDied, 0};
  co_await chain->head.Put(died);
}

}  // namespace

Task<> ChainReplication(Version version) {
  Chain chain;
  chain.sends_again = version == Version::kFixed;
  Crew servers;
  co_await servers.Turn();
  servers.Spawn(Head, &chain);
  co_await servers.Turn();
  servers.Spawn(Middle, &chain);
  co_await servers.Turn();
  servers.Spawn(Tail, &chain);
  Crew others;
  co_await others.Turn();
  others.Spawn(Client, &chain);
  co_await others.Turn();
  others.Spawn(KillMiddle, &chain);
  co_await others.Join();
  co_await Sleep(absl::Seconds(1));  // until nothing is under way
  const Message stop;
  chain.head.TryPut(stop);
  co_await servers.JoinOne(0);
  chain.middle.TryPut(stop);
  co_await servers.JoinOne(1);
  chain.tail.TryPut(stop);
  co_await servers.JoinOne(2);
}

}  // namespace orrery::corpus
