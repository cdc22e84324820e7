// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr int kLength = 3;

struct Buffer {
  Mutex mutex{"buffer"};
  Shared<int> count{kLength, "count"};
};

// `fixed`: in one critical section.
Task<> AppendTo(Buffer* from, bool fixed) {
  Mutex::Guard guard = co_await from->mutex.Lock();
  const int length = co_await from->count.Read();
  if (!fixed) {
    co_await UnlockStep(from->mutex, guard);
    guard = co_await from->mutex.Lock();
  }
  const int there = co_await from->count.Read();
  if (length > there) FailRun("more characters than there are");
  co_await UnlockStep(from->mutex, guard);
}

Task<> SetCount(Buffer* buffer, int count) {
  Mutex::Guard guard = co_await buffer->mutex.Lock();
  co_await buffer->count.Write(count);
  co_await UnlockStep(buffer->mutex, guard);
}

Task<> EraseAndFill(Buffer* buffer) {
  co_await SetCount(buffer, 0);
  co_await SetCount(buffer, kLength);
}

}  // namespace

Task<> StringBuffer(Version version) {
  Buffer buffer;
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(AppendTo, &buffer, version == Version::kFixed);
  co_await crew.Turn();
  crew.Spawn(EraseAndFill, &buffer);
  co_await crew.Join();
}

}  // namespace orrery::corpus
