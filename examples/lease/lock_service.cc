// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/lease/lock_service.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/random.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace lease {
namespace {

using orrery::Address;
using orrery::Elapsed;
using orrery::Network;
using orrery::Random;
using orrery::RpcClient;
using orrery::RpcServer;
using orrery::Sleep;
using orrery::Task;

struct Lock {
  int number = 0;
  absl::Duration free_from = absl::ZeroDuration();
};

// [snippet: server]
// `Elapsed` is the steady clock of the machine that this runs on.
Task<absl::StatusOr<std::string>> Acquire(Lock* lock, std::string) {
  if (Elapsed() < lock->free_from) {
    co_return absl::UnavailableError(
        absl::FormatDuration(lock->free_from - Elapsed()));
  }
  lock->free_from = Elapsed() + kTerm;
  co_return absl::StrCat(++lock->number);
}
// [end: server]

// How long the lock may be used, by the clock of whoever has it. That clock may
// be slow, and the server's fast.
absl::Duration UsableTerm(LeaseOptions options) {
  if (!options.allow_for_drift) return kTerm;
  return kTerm * (1'000'000 - kMaxDriftPpm) / (1'000'000 + kMaxDriftPpm);
}

// How long to wait after the lock was not to be had: the server has said for
// how long it is taken, if the answer came.
absl::Duration TakenFor(const absl::Status& status) {
  absl::Duration taken;
  const bool is_told =
      absl::ParseDuration(std::string(status.message()), &taken);
  return is_told ? taken : absl::Milliseconds(1);
}

}  // namespace

Task<> ServeLock(Network& network) {
  Lock lock;
  const std::unique_ptr<RpcServer> server = *RpcServer::Bind(network, 80);
  server->Handle<std::string, std::string>(
      "Acquire", [&lock](std::string) { return Acquire(&lock, ""); });
  co_await server->Serve();
}

// [snippet: client]
Task<> WorkUnderLock(Network& network, Address server, LeaseOptions options,
                     std::function<void(int)> work) {
  const std::unique_ptr<RpcClient> client = *RpcClient::Open(network);
  const Random random("work");
  for (;;) {
    // The term began after this, whenever the answer comes.
    const absl::Duration asked = Elapsed();
    const absl::StatusOr<std::string> answer =
        co_await client->Call<std::string>(
            server, "Acquire", std::string(),
            {.deadline = absl::Milliseconds(20)});
    int number = 0;
    if (answer.ok() && absl::SimpleAtoi(*answer, &number)) {
      const absl::Duration end = asked + UsableTerm(options);
      work(number);
      // There is much to do: the last of it is done at the last moment.
      co_await Sleep(end - Elapsed() -
                     random.Between(absl::Milliseconds(1), kTerm / 50));
      if (Elapsed() < end) work(number);
      co_await Sleep(end - Elapsed());
    }
    co_await Sleep(TakenFor(answer.status()));
  }
}
// [end: client]

}  // namespace lease
