// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// DPOR leaves out schedules, but nothing that a program can come to: on small
// programs, one for each primitive, it sees the very outcomes that exhaustive
// search sees, failures and deadlocks included.

#include "orrery/tests/exploration/agreement.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/combinators/when_any.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/rw_lock.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"

namespace orrery {
namespace {

using corpus::Version;

// ---- Programs ---------------------------------------------------------------

Task<> ReadTwice(Shared<int>* x, std::string* seen) {
  const int first = co_await x->Read();
  const int second = co_await x->Read();
  absl::StrAppend(seen, first, second);
}

Task<> WriteTwice(Shared<int>* x) {
  co_await x->Write(1);
  co_await x->Write(2);
}

Task<> Cells() {
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(ReadTwice, &x, &seen.by[0]);
  JoinHandle<> b = Spawn(WriteTwice, &x);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> PutOne(Queue<int>* queue, int item) { co_await queue->Put(item); }

Task<> GetOne(Queue<int>* queue, std::string* seen) {
  const int item = co_await queue->Get();
  absl::StrAppend(seen, item);
}

Task<> Queues() {
  Queue<int> queue(1);
  Seen seen;
  JoinHandle<> a = Spawn(PutOne, &queue, 1);
  JoinHandle<> b = Spawn(PutOne, &queue, 2);
  JoinHandle<> c = Spawn(GetOne, &queue, &seen.by[0]);
  co_await c;
  co_await GetOne(&queue, &seen.by[1]);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> AwaitEvent(Event* event, Shared<int>* x, std::string* seen) {
  co_await event->Wait();
  const int value = co_await x->Read();
  absl::StrAppend(seen, value);
}

Task<> SetAndClear(Event* event, Shared<int>* x) {
  event->Set();
  co_await x->Write(1);
  event->Clear();
}

// The one that waits comes too late in some schedules: a deadlock.
Task<> Events() {
  Event event;
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(AwaitEvent, &event, &x, &seen.by[0]);
  JoinHandle<> b = Spawn(SetAndClear, &event, &x);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> WaitForSignal(ConditionVariable* condition, std::string* seen) {
  Mutex::Guard guard = co_await condition->Lock();
  co_await condition->Wait();
  absl::StrAppend(seen, "woken");
}

Task<> SendSignal(ConditionVariable* condition) {
  Mutex::Guard guard = co_await condition->Lock();
  condition->NotifyOne();
}

Task<> Conditions() {
  ConditionVariable condition;
  Seen seen;
  JoinHandle<> a = Spawn(WaitForSignal, &condition, &seen.by[0]);
  JoinHandle<> b = Spawn(SendSignal, &condition);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> UseSemaphore(Semaphore* semaphore, Shared<int>* x, int value,
                    std::string* seen) {
  co_await semaphore->Acquire();
  const int before = co_await x->Read();
  co_await x->Write(value);
  semaphore->Release();
  absl::StrAppend(seen, before);
}

Task<> Semaphores() {
  Semaphore semaphore(1);
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(UseSemaphore, &semaphore, &x, 1, &seen.by[0]);
  JoinHandle<> b = Spawn(UseSemaphore, &semaphore, &x, 2, &seen.by[1]);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> TryIt(Mutex* mutex, std::string* seen) {
  co_await Yield();
  const bool got = mutex->TryLock();
  absl::StrAppend(seen, got ? "got" : "missed");
  if (got) mutex->Unlock();
}

Task<> HoldAWhile(Mutex* mutex, Shared<int>* x) {
  Mutex::Guard guard = co_await mutex->Lock();
  co_await x->Write(1);
}

Task<> TryLocks() {
  Mutex mutex;
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(TryIt, &mutex, &seen.by[0]);
  JoinHandle<> b = Spawn(HoldAWhile, &mutex, &x);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> ReadUnderLock(RwLock* lock, Shared<int>* x, std::string* seen) {
  RwLock::ReadGuard guard = co_await lock->ReadLock();
  const int value = co_await x->Read();
  absl::StrAppend(seen, value);
}

Task<> WriteUnderLock(RwLock* lock, Shared<int>* x) {
  RwLock::WriteGuard guard = co_await lock->WriteLock();
  co_await x->Write(1);
}

Task<> RwLocks() {
  RwLock lock;
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(ReadUnderLock, &lock, &x, &seen.by[0]);
  JoinHandle<> b = Spawn(WriteUnderLock, &lock, &x);
  co_await a;
  co_await b;
  seen.Tell();
}

Task<> LockAndWrite(Mutex* mutex, Shared<int>* x, int value,
                    std::string* seen) {
  try {
    Mutex::Guard guard = co_await mutex->Lock();
    const int before = co_await x->Read();
    co_await x->Write(value);
    absl::StrAppend(seen, before);
  } catch (const Cancelled&) {
    absl::StrAppend(seen, "cancelled");
  }
}

Task<> CancelIt(JoinHandle<> task, std::string* seen) {
  co_await Yield();
  const bool asked = task.Cancel();
  absl::StrAppend(seen, asked ? "asked" : "late");
}

Task<> Cancellations() {
  Mutex mutex;
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(LockAndWrite, &mutex, &x, 1, &seen.by[0]);
  JoinHandle<> b = Spawn(LockAndWrite, &mutex, &x, 2, &seen.by[1]);
  JoinHandle<> c = Spawn(CancelIt, b, &seen.by[2]);
  co_await a;
  try {
    co_await b;
  } catch (const Cancelled&) {
    absl::StrAppend(&seen.by[1], "-before it began");
  }
  co_await c;
  seen.Tell();
}

Task<int> WriteAndReturn(Shared<int>* x, int value) {
  co_await x->Write(value);
  co_return value;
}

Task<> FirstOfTwo() {
  Shared<int> x(0);
  Seen seen;
  Winner<int> winner =
      co_await WhenAny(WriteAndReturn(&x, 1), WriteAndReturn(&x, 2));
  const int left = co_await x.Read();
  seen.by[0] = absl::StrCat(winner.value, " and ", left);
  seen.Tell();
}

Task<> BothOfTwo() {
  Shared<int> x(0);
  Seen seen;
  co_await WhenAll(WriteAndReturn(&x, 1), WriteAndReturn(&x, 2));
  const int left = co_await x.Read();
  seen.by[0] = absl::StrCat(left);
  seen.Tell();
}

Task<> SleepAndWrite(absl::Duration duration, Shared<int>* x, int value) {
  co_await Sleep(duration);
  const int before = co_await x->Read();
  co_await x->Write(10 * before + value);
}

// Two wake at one instant, and one of them later again.
Task<> Ties() {
  Shared<int> x(0);
  Seen seen;
  JoinHandle<> a = Spawn(SleepAndWrite, absl::Seconds(1), &x, 1);
  JoinHandle<> b = Spawn(SleepAndWrite, absl::Seconds(1), &x, 2);
  JoinHandle<> c = Spawn(SleepAndWrite, absl::Seconds(2), &x, 3);
  co_await a;
  co_await b;
  co_await c;
  seen.by[0] = absl::StrCat(x.Peek());
  seen.Tell();
}

Task<> SetFuture(Promise<int> promise, int value) {
  co_await Yield();
  promise.TrySet(value);
}

Task<> Futures() {
  Promise<int> promise;
  Seen seen;
  JoinHandle<> a = Spawn(SetFuture, promise, 1);
  JoinHandle<> b = Spawn(SetFuture, promise, 2);
  Future<int> future = promise.GetFuture();
  const int value = co_await future;
  co_await a;
  co_await b;
  seen.by[0] = absl::StrCat(value);
  seen.Tell();
}

Task<> DrawAndWrite(Shared<int>* x) {
  const uint64_t drawn = Choose(3, "value");
  co_await x->Write(static_cast<int>(drawn));
}

Task<> Draws() {
  Shared<int> x(7);
  Seen seen;
  JoinHandle<> a = Spawn(DrawAndWrite, &x);
  JoinHandle<> b = Spawn(ReadTwice, &x, &seen.by[0]);
  co_await a;
  co_await b;
  seen.Tell();
}

template <auto kProgram, auto... kArguments>
Task<> Buggy() {
  return kProgram(Version::kBuggy, kArguments...);
}

// ---- The comparison ---------------------------------------------------------

class AgreementTest : public ::testing::TestWithParam<AgreementCase> {};

TEST_P(AgreementTest, DporSeesTheOutcomesThatExhaustiveSearchSees) {
  ExpectAgreement(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Programs, AgreementTest,
    ::testing::Values(
        AgreementCase{"Cells", Cells, 5}, AgreementCase{"Queues", Queues, 2},
        AgreementCase{"Events", Events, 2},
        AgreementCase{"Conditions", Conditions, 2},
        AgreementCase{"Semaphores", Semaphores, 2},
        AgreementCase{"TryLocks", TryLocks, 2},
        AgreementCase{"RwLocks", RwLocks, 2},
        AgreementCase{"Cancellations", Cancellations, 4},
        AgreementCase{"FirstOfTwo", FirstOfTwo, 2},
        AgreementCase{"BothOfTwo", BothOfTwo, 2},
        AgreementCase{"Ties", Ties, 3}, AgreementCase{"Futures", Futures, 2},
        AgreementCase{"Draws", Draws, 5},
        AgreementCase{"OppositeLocks", Buggy<corpus::OppositeLocks>, 2},
        AgreementCase{"Bluetooth", Buggy<corpus::Bluetooth>, 2},
        AgreementCase{"LostUpdate", Buggy<corpus::LostUpdate, 2>, 2}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace orrery
