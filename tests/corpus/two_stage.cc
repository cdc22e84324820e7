// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

struct Stages {
  Mutex mutex1{"stage 1"};
  Mutex mutex2{"stage 2"};
  Shared<int> data1{0, "data 1"};
  Shared<int> data2{0, "data 2"};
};

// `fixed`: the first stage stays locked until the second is done.
Task<> WriteBoth(Stages* stages, bool fixed) {
  Mutex::Guard first = co_await stages->mutex1.Lock();
  co_await stages->data1.Write(1);
  if (!fixed) co_await UnlockStep(stages->mutex1, first);
  Mutex::Guard second = co_await stages->mutex2.Lock();
  const int seen = co_await stages->data1.Read();
  co_await stages->data2.Write(seen + 1);
  co_await UnlockStep(stages->mutex2, second);
  if (fixed) co_await UnlockStep(stages->mutex1, first);
}

Task<> ReadBoth(Stages* stages) {
  Mutex::Guard first = co_await stages->mutex1.Lock();
  const int written = co_await stages->data1.Read();
  if (written == 0) {
    co_await UnlockStep(stages->mutex1, first);
    co_return;
  }
  const int data1 = co_await stages->data1.Read();
  co_await UnlockStep(stages->mutex1, first);
  Mutex::Guard second = co_await stages->mutex2.Lock();
  const int data2 = co_await stages->data2.Read();
  co_await UnlockStep(stages->mutex2, second);
  if (data2 != data1 + 1) FailRun("the first stage without the second");
}

}  // namespace

Task<> TwoStage(Version version, int writers) {
  Stages stages;
  Crew crew;
  for (int i = 0; i < writers; ++i) {
    co_await crew.Turn();
    crew.Spawn(WriteBoth, &stages, version == Version::kFixed);
  }
  co_await crew.Turn();
  crew.Spawn(ReadBoth, &stages);
  co_await crew.Join();
}

}  // namespace orrery::corpus
