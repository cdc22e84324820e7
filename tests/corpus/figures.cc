// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

Task<> SetAfter(int pad, Shared<int>* cell, int value) {
  OwnSteps own;
  for (int i = 0; i < pad; ++i) co_await own.Next();
  co_await cell->Write(value);
}

Task<> ExpectUnset(Shared<int>* cell) {
  const int value = co_await cell->Read();
  if (value != 0) FailRun("the flag is set");
}

// All that others can see is over before anybody looks.
Task<> LookOnly(Shared<int>* cell) {
  const int value = co_await cell->Read();
  if (value != 0 && value != 1) FailRun("the flag is neither");
}

Task<> ClearAmid(int pad, Mutex* mutex, Shared<int>* pointer) {
  OwnSteps own;
  for (int i = 0; i < pad; ++i) co_await own.Next();
  if (mutex != nullptr) {
    Mutex::Guard guard = co_await mutex->Lock();
    co_await pointer->Write(0);
    co_await UnlockStep(*mutex, guard);
  } else {
    co_await pointer->Write(0);
  }
  for (int i = 0; i < pad; ++i) co_await own.Next();
}

Task<> LookTwice(Shared<int>* pointer) {
  const int first = co_await pointer->Read();
  if (first == 0) co_return;
  const int second = co_await pointer->Read();
  if (second == 0) FailRun("cleared between the test and the use");
}

Task<> LookTwiceAmid(int pad, Mutex* mutex, Shared<int>* pointer) {
  OwnSteps own;
  for (int i = 0; i < pad; ++i) co_await own.Next();
  if (mutex != nullptr) {
    Mutex::Guard guard = co_await mutex->Lock();
    co_await LookTwice(pointer);
    co_await UnlockStep(*mutex, guard);
  } else {
    co_await LookTwice(pointer);
  }
  for (int i = 0; i < pad; ++i) co_await own.Next();
}

Task<> StoreTimes(int times, Shared<int>* cell, int value) {
  for (int i = 0; i < times; ++i) co_await cell->Write(value);
}

}  // namespace

Task<> Figure5(Version version) {
  Shared<int> flag(0, "flag");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(SetAfter, 20, &flag, 1);
  co_await crew.Turn();
  crew.Spawn(version == Version::kFixed ? LookOnly : ExpectUnset, &flag);
  co_await crew.Join();
}

Task<> Figure1b(Version version, int pad) {
  Mutex mutex("pointer");
  Mutex* lock = version == Version::kFixed ? &mutex : nullptr;
  Shared<int> pointer(1, "pointer");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(ClearAmid, pad, lock, &pointer);
  co_await crew.Turn();
  crew.Spawn(LookTwiceAmid, pad, lock, &pointer);
  co_await crew.Join();
}

Task<> Uneven(Version version) {
  Shared<int> cell(1, "cell");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(StoreTimes, 1, &cell, version == Version::kFixed ? 1 : 0);
  co_await crew.Turn();
  crew.Spawn(StoreTimes, 25, &cell, 1);
  co_await crew.Join();
  if (cell.Peek() == 0) FailRun("the single store came last");
}

}  // namespace orrery::corpus
