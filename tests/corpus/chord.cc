// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <bitset>
#include <cstddef>
#include <deque>

#include "orrery/sim/random.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr size_t kKeys = 8;
using Keys = std::bitset<kKeys>;

// The nodes by their places on the ring; the last one joins later, before the
// first.
constexpr std::array<size_t, 4> kPlaces{2, 4, 6, 0};
constexpr size_t kMembers = 3;
constexpr size_t kJoiner = 3;
// Three questions are enough for any key that is there.
constexpr int kPatience = 3;
// A client that has asked this often will ask for ever.
constexpr int kForever = 20;

enum class Kind { kLookUp, kFound, kNotFound, kJoin, kKeys, kStop };

struct Message {
  Kind kind = Kind::kStop;
  size_t key = 0;
  Keys keys = {};
};

using Mailbox = Queue<Message>;

struct Ring {
  Ring() {
    for (size_t i = 0; i < kPlaces.size(); ++i) {
      nodes.emplace_back(Mailbox::kUnbounded, "node");
    }
  }

  std::deque<Mailbox> nodes;
  Mailbox client{Mailbox::kUnbounded, "client"};
};

// Whether `key` lies in (after, up_to] on the ring.
bool Between(size_t key, size_t after, size_t up_to) {
  const size_t distance = (key + kKeys - after) % kKeys;
  const size_t width = (up_to + kKeys - after) % kKeys;
  return distance != 0 && (width == 0 || distance <= width);
}

Task<> Node(Ring* ring, size_t self, size_t predecessor, size_t successor,
            Keys keys) {
  while (true) {
    const Message message = co_await ring->nodes[self].Get();
    switch (message.kind) {
      case Kind::kLookUp: {
        const bool mine =
            Between(message.key, kPlaces[predecessor], kPlaces[self]);
        if (!mine && !keys[message.key]) {
          co_await ring->nodes[successor].Put(message);
          break;
        }
        Message answer = message;
        answer.kind = keys[message.key] ? Kind::kFound : Kind::kNotFound;
        co_await ring->client.Put(answer);
        break;
      }
      case Kind::kJoin: {
        // It keeps a copy of what it hands over: questions are under way.
        Message part{Kind::kKeys, 0, {}};
        for (size_t key = 0; key < kKeys; ++key) {
          if (keys[key] && Between(key, kPlaces[predecessor], kPlaces[kJoiner]))
            part.keys.set(key);
        }
        co_await ring->nodes[kJoiner].Put(part);
        break;
      }
      case Kind::kKeys:
        keys |= message.keys;
        break;
      case Kind::kFound:
      case Kind::kNotFound:
        break;
      case Kind::kStop:
        co_return;
    }
  }
}

Task<> Join(Ring* ring) {
  const Message join{Kind::kJoin, 0, {}};
  co_await ring->nodes[0].Put(join);
}

Task<> Client(Ring* ring, bool gives_up) {
  const Message question{Kind::kLookUp, Choose(kKeys, "key"), {}};
  for (int asked = 1;; ++asked) {
    co_await ring->nodes[0].Put(question);
    const Message answer = co_await ring->client.Get();
    if (answer.kind == Kind::kFound) co_return;
    if (gives_up && asked == kPatience) co_return;
    if (asked == kForever) {
      FailRun("asks for ever");
      co_return;
    }
  }
}

}  // namespace

Task<> Chord(Version version) {
  Ring ring;
  Crew nodes;
  for (size_t i = 0; i < kMembers; ++i) {
    Keys keys;
    keys.set(kPlaces[i]);
    if (i != 1) keys.set(kPlaces[i] - 1);
    co_await nodes.Turn();
    nodes.Spawn(Node, &ring, i, (i + kMembers - 1) % kMembers,
                (i + 1) % kMembers, keys);
  }
  co_await nodes.Turn();
  nodes.Spawn(Node, &ring, kJoiner, kMembers - 1, size_t{0}, Keys());
  Crew others;
  co_await others.Turn();
  others.Spawn(Join, &ring);
  co_await others.Turn();
  others.Spawn(Client, &ring, version == Version::kFixed);
  co_await others.Join();
  for (size_t i = 0; i < kPlaces.size(); ++i) {
    const Message stop;
    ring.nodes[i].TryPut(stop);
    co_await nodes.JoinOne(i);
  }
}

}  // namespace orrery::corpus
