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

constexpr size_t kClients = 2;

enum class Kind { kExists, kPut, kPutIfAbsent, kStop };

struct Request {
  Kind kind = Kind::kStop;
  size_t client = 0;
};

struct Database {
  Queue<Request> requests{Queue<Request>::kUnbounded, "requests"};
  std::array<Queue<bool>, kClients> answers;
  int created = 0;  // accounts, as the clients see it
};

Task<> Serve(Database* database) {
  bool exists = false;
  while (true) {
    const Request request = co_await database->requests.Get();
    if (request.kind == Kind::kStop) co_return;
    // Whether the account was there before.
    const bool answer = exists;
    if (request.kind != Kind::kExists) exists = true;
    co_await database->answers[request.client].Put(answer);
  }
}

Task<> CreateAccount(Database* database, size_t self) {
  const Request look{Kind::kExists, self};
  co_await database->requests.Put(look);
  const bool exists = co_await database->answers[self].Get();
  if (exists) co_return;
  const Request put{Kind::kPut, self};
  co_await database->requests.Put(put);
  co_await database->answers[self].Get();
  ++database->created;
}

Task<> CreateAccountAtOnce(Database* database, size_t self) {
  const Request put{Kind::kPutIfAbsent, self};
  co_await database->requests.Put(put);
  const bool existed = co_await database->answers[self].Get();
  if (!existed) ++database->created;
}

}  // namespace

Task<> AccountManager(Version version) {
  Database database;
  Crew server;
  co_await server.Turn();
  server.Spawn(Serve, &database);
  Crew clients;
  for (size_t i = 0; i < kClients; ++i) {
    co_await clients.Turn();
    clients.Spawn(
        version == Version::kFixed ? CreateAccountAtOnce : CreateAccount,
        &database, i);
  }
  co_await clients.Join();
  if (database.created != 1) FailRun("one account was created twice");
  const Request stop;
  database.requests.TryPut(stop);
  co_await server.Join();
}

}  // namespace orrery::corpus
