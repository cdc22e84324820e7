// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <bitset>
#include <cstddef>
#include <deque>

#include "absl/time/time.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr size_t kServers = 5;
constexpr size_t kMajority = 3;
// Servers 0 and 1 stand for election, and vote for themselves.
constexpr size_t kCandidates = 2;
constexpr int kRepeats = 2;

enum class Kind { kRequestVote, kVote, kTick, kStop };

struct Message {
  Kind kind = Kind::kStop;
  size_t from = 0;
};

using Mailbox = Queue<Message>;

struct Cluster {
  Cluster() {
    for (size_t i = 0; i < kServers; ++i) {
      mailboxes.emplace_back(Mailbox::kUnbounded, "mailbox");
    }
  }

  bool counts_voters = false;   // the fixed version
  bool delivers_twice = false;  // the network may
  std::deque<Mailbox> mailboxes;
  size_t leaders = 0;
};

Task<> Send(Cluster* cluster, size_t to, Message message) {
  co_await cluster->mailboxes[to].Put(message);
  if (cluster->delivers_twice && Choose(2, "delivered twice") == 1) {
    co_await cluster->mailboxes[to].Put(message);
  }
}

Task<> AskForVotes(Cluster* cluster, size_t self) {
  for (size_t to = kCandidates; to < kServers; ++to) {
    const Message request{Kind::kRequestVote, self};
    co_await Send(cluster, to, request);
  }
}

Task<> Candidate(Cluster* cluster, size_t self) {
  std::bitset<kServers> voters;
  voters.set(self);
  size_t votes = 1;
  bool leads = false;
  co_await AskForVotes(cluster, self);
  while (true) {
    const Message message = co_await cluster->mailboxes[self].Get();
    if (message.kind == Kind::kStop) co_return;
    if (message.kind == Kind::kTick && !leads) {
      co_await AskForVotes(cluster, self);
    }
    if (message.kind != Kind::kVote) continue;
    ++votes;
    voters.set(message.from);
    const size_t counted = cluster->counts_voters ? voters.count() : votes;
    if (leads || counted < kMajority) continue;
    leads = true;
    if (++cluster->leaders > 1) FailRun("two leaders in a term");
  }
}

Task<> Voter(Cluster* cluster, size_t self) {
  size_t voted_for = kServers;  // nobody yet
  while (true) {
    const Message message = co_await cluster->mailboxes[self].Get();
    if (message.kind == Kind::kStop) co_return;
    if (voted_for == kServers) voted_for = message.from;
    // A voter may say again what it has said: replies get lost.
    if (voted_for == message.from) {
      const Message vote{Kind::kVote, self};
      co_await Send(cluster, message.from, vote);
    }
  }
}

// A timer that fires whenever the scheduler likes.
Task<> Tick(Cluster* cluster, size_t candidate) {
  for (int i = 0; i < kRepeats; ++i) {
    const Message tick{Kind::kTick, candidate};
    co_await cluster->mailboxes[candidate].Put(tick);
  }
}

Task<> Elect(Cluster* cluster, bool repeats) {
  Crew servers;
  for (size_t i = 0; i < kServers; ++i) {
    co_await servers.Turn();
    servers.Spawn(i < kCandidates ? Candidate : Voter, cluster, i);
  }
  Crew timers;
  for (size_t i = 0; repeats && i < kCandidates; ++i) {
    co_await timers.Turn();
    timers.Spawn(Tick, cluster, i);
  }
  co_await timers.Join();
  // The clock moves when nothing is under way any more.
  co_await Sleep(absl::Seconds(1));
  for (size_t i = 0; i < kServers; ++i) {
    const Message stop{Kind::kStop, i};
    cluster->mailboxes[i].TryPut(stop);
    co_await servers.JoinOne(i);
  }
}

}  // namespace

Task<> RaftRepeatedRequests(Version version) {
  Cluster cluster;
  cluster.counts_voters = version == Version::kFixed;
  co_await Elect(&cluster, /*repeats=*/true);
}

Task<> RaftDuplicatedMessages(Version version) {
  Cluster cluster;
  cluster.counts_voters = version == Version::kFixed;
  cluster.delivers_twice = true;
  co_await Elect(&cluster, /*repeats=*/false);
}

}  // namespace orrery::corpus
