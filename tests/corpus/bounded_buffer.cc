// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/random.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

struct Monitor {
  Monitor(int places, bool tells_all) : capacity(places), all(tells_all) {}

  // What has changed is told to one of those who wait, or to all.
  void Tell() {
    if (all) {
      changed.NotifyAll();
    } else {
      changed.NotifyOne();
    }
  }

  const int capacity;
  const bool all;
  ConditionVariable changed{"changed"};
  Shared<int> count{0, "count"};
};

Task<> Put(Monitor* monitor, int items) {
  for (int i = 0; i < items; ++i) {
    Mutex::Guard guard = co_await monitor->changed.Lock();
    int count = co_await monitor->count.Read();
    while (count == monitor->capacity) {
      co_await monitor->changed.Wait();
      count = co_await monitor->count.Read();
    }
    co_await monitor->count.Write(count + 1);
    monitor->Tell();
    co_await UnlockStep(monitor->changed.mutex(), guard);
  }
}

Task<> Take(Monitor* monitor, int items) {
  for (int i = 0; i < items; ++i) {
    Mutex::Guard guard = co_await monitor->changed.Lock();
    int count = co_await monitor->count.Read();
    while (count == 0) {
      co_await monitor->changed.Wait();
      count = co_await monitor->count.Read();
    }
    co_await monitor->count.Write(count - 1);
    monitor->Tell();
    co_await UnlockStep(monitor->changed.mutex(), guard);
  }
}

// Up to `most`, and with the one in which the bug is seen soonest as the
// simplest.
int DrawUpTo(uint64_t most, absl::string_view what) {
  return static_cast<int>(Choose(most, what)) + 1;
}

}  // namespace

Task<> BoundedBuffer(Version version, BufferShape shape) {
  Monitor monitor(shape.capacity, version == Version::kFixed);
  const int total = shape.writers * shape.items;
  Crew crew;
  for (int i = 0; i < shape.readers; ++i) {
    const int share = total / shape.readers + (i < total % shape.readers);
    co_await crew.Turn();
    crew.Spawn(Take, &monitor, share);
  }
  for (int i = 0; i < shape.writers; ++i) {
    co_await crew.Turn();
    crew.Spawn(Put, &monitor, shape.items);
  }
  co_await crew.Join();
}

Task<> AnyBoundedBuffer(Version version) {
  BufferShape shape;
  shape.capacity = DrawUpTo(5, "capacity");
  shape.readers = DrawUpTo(5, "readers");
  shape.writers = DrawUpTo(5, "writers");
  shape.items = DrawUpTo(10, "items");
  co_await BoundedBuffer(version, shape);
}

}  // namespace orrery::corpus
