// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <cstddef>

#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr int kFirst = 1;
constexpr int kSecond = 2;
constexpr int kOther = 3;

Task<> SendTwo(Queue<int>* mailbox) {
  co_await mailbox->Put(kFirst);
  co_await mailbox->Put(kSecond);
}

Task<> SendOne(Queue<int>* mailbox) { co_await mailbox->Put(kOther); }

Task<> Receive(Queue<int>* mailbox, bool any_order) {
  std::array<int, 3> received{};
  for (int& message : received) message = co_await mailbox->Get();
  if (!any_order && received[1] == kOther) FailRun("a message in between");
}

}  // namespace

Task<> SendInterleavings(Version version) {
  Queue<int> mailbox;
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(Receive, &mailbox, version == Version::kFixed);
  co_await crew.Turn();
  crew.Spawn(SendTwo, &mailbox);
  co_await crew.Turn();
  crew.Spawn(SendOne, &mailbox);
  co_await crew.Join();
}

}  // namespace orrery::corpus
