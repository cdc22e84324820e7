// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Two programs whose specification is what is wrong.

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

constexpr int kOpening = 1;
constexpr int kDeposit = 2;
constexpr int kWithdrawal = 4;

struct Books {
  Mutex mutex{"account"};
  Shared<int> balance{kOpening, "balance"};
  Shared<bool> deposited{false, "deposited"};
  Shared<bool> withdrawn{false, "withdrawn"};
};

Task<> Deposit(Books* books) {
  Mutex::Guard guard = co_await books->mutex.Lock();
  co_await books->balance.Update([](int& balance) { balance += kDeposit; });
  co_await books->deposited.Write(true);
  co_await UnlockStep(books->mutex, guard);
}

Task<> Withdraw(Books* books) {
  Mutex::Guard guard = co_await books->mutex.Lock();
  co_await books->balance.Update([](int& balance) { balance -= kWithdrawal; });
  co_await books->withdrawn.Write(true);
  co_await UnlockStep(books->mutex, guard);
}

Task<> Audit(Books* books, int expected) {
  Mutex::Guard guard = co_await books->mutex.Lock();
  const bool deposited = co_await books->deposited.Read();
  bool withdrawn = false;
  if (deposited) withdrawn = co_await books->withdrawn.Read();
  if (withdrawn) {
    const int balance = co_await books->balance.Read();
    if (balance != expected) FailRun("wrong balance");
  }
  co_await UnlockStep(books->mutex, guard);
}

Task<> Add(Mutex* mutex, Shared<int>* data, int amount) {
  Mutex::Guard guard = co_await mutex->Lock();
  co_await data->Update([&amount](int& value) { value += amount; });
  co_await UnlockStep(*mutex, guard);
}

Task<> ExpectBelow(Mutex* mutex, Shared<int>* data, int limit) {
  Mutex::Guard guard = co_await mutex->Lock();
  const int value = co_await data->Read();
  if (value >= limit) FailRun("limit exceeded");
  co_await UnlockStep(*mutex, guard);
}

}  // namespace

Task<> Account(Version version) {
  const int expected = version == Version::kFixed
                           ? kOpening + kDeposit - kWithdrawal
                           : (kOpening - kDeposit) - kWithdrawal;
  Books books;
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(Audit, &books, expected);
  co_await crew.Turn();
  crew.Spawn(Deposit, &books);
  co_await crew.Turn();
  crew.Spawn(Withdraw, &books);
  co_await crew.Join();
}

Task<> Lazy(Version version) {
  const int limit = version == Version::kFixed ? 4 : 3;
  Mutex mutex("data");
  Shared<int> data(0, "data");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(Add, &mutex, &data, 1);
  co_await crew.Turn();
  crew.Spawn(Add, &mutex, &data, 2);
  co_await crew.Turn();
  crew.Spawn(ExpectBelow, &mutex, &data, limit);
  co_await crew.Join();
}

}  // namespace orrery::corpus
