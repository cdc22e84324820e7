// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

Task<> Increment(Shared<int>* data) {
  const int seen = co_await data->Read();
  co_await data->Write(seen + 1);
}

Task<> IncrementLocked(Mutex* mutex, Shared<int>* data) {
  Mutex::Guard guard = co_await mutex->Lock();
  co_await Increment(data);
  co_await UnlockStep(*mutex, guard);
}

Task<> IncrementAtOnce(Shared<int>* data) {
  co_await data->Update([](int& value) { ++value; });
}

// Increments, and fails if somebody else did meanwhile.
Task<> IncrementAlone(Mutex* mutex, Shared<int>* data) {
  Mutex::Guard guard = co_await mutex->Lock();
  const int before = co_await data->Read();
  co_await Increment(data);
  const int after = co_await data->Read();
  if (after != before + 1) FailRun("changed by somebody else");
  co_await UnlockStep(*mutex, guard);
}

}  // namespace

Task<> WrongLock(Version version, int others) {
  Mutex right("right");
  Mutex wrong("wrong");
  Mutex* theirs = version == Version::kFixed ? &right : &wrong;
  Shared<int> data(0, "data");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(IncrementAlone, &right, &data);
  for (int i = 0; i < others; ++i) {
    co_await crew.Turn();
    crew.Spawn(IncrementLocked, theirs, &data);
  }
  co_await crew.Join();
}

Task<> LostUpdate(Version version, int tasks) {
  Shared<int> counter(0, "counter");
  Crew crew;
  for (int i = 0; i < tasks; ++i) {
    co_await crew.Turn();
    crew.Spawn(version == Version::kFixed ? IncrementAtOnce : Increment,
               &counter);
  }
  co_await crew.Join();
  if (counter.Peek() != tasks) FailRun("an update was lost");
}

}  // namespace orrery::corpus
