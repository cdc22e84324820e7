// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/programs.h"

#include "orrery/sim/clock.h"
#include "orrery/sim/log.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"

namespace orrery {
namespace {

Task<> Ticker() {
  for (;;) {
    co_await Sleep(absl::Milliseconds(500));
    Log("tick");
  }
}

Task<> SayAfterBlocking(absl::Duration delay, std::string message) {
  BlockingSleep(delay);
  Log(message);
  co_return;
}

}  // namespace

Task<> SayAfter(absl::Duration delay, std::string message) {
  co_await Sleep(delay);
  Log(message);
}

Task<> Sequential() {
  Log("Démarré");
  co_await SayAfter(absl::Seconds(1), "Bonjour");
  co_await SayAfter(absl::Seconds(2), "Monde");
  Log("Terminé");
}

Task<> Concurrent() {
  JoinHandle<> hello = Spawn("hello", SayAfter, absl::Seconds(1), "Bonjour");
  JoinHandle<> world = Spawn("world", SayAfter, absl::Seconds(2), "Monde");
  Log("Démarré");
  co_await hello;
  co_await world;
  Log("Terminé");
}

Task<> Trap() {
  Log("Démarré");
  co_await Spawn("hello", SayAfter, absl::Seconds(1), "Bonjour");
  co_await Spawn("world", SayAfter, absl::Seconds(2), "Monde");
  Log("Terminé");
}

Task<> Synchronous() {
  Spawn("ticker", Ticker);
  co_await Yield();  // the ticker sets its first timer
  Log("Démarré");
  JoinHandle<> hello =
      Spawn("hello", SayAfterBlocking, absl::Seconds(1), "Bonjour");
  JoinHandle<> world =
      Spawn("world", SayAfterBlocking, absl::Seconds(2), "Monde");
  co_await hello;
  co_await world;
  Log("Terminé");
}

Task<> ConcurrentWithTicker() {
  Spawn("ticker", Ticker);
  co_await Concurrent();
}

std::vector<TutorialProgram> TutorialPrograms() {
  return {
      {"sequential", "two awaits in sequence", Sequential},
      {"concurrent", "the same two as tasks", Concurrent},
      {"trap", "a task awaited as soon as it is spawned", Trap},
      {"synchronous", "a blocking sleep: a ticker cannot run", Synchronous},
      {"ticker", "the concurrent program with the same ticker, on time",
       ConcurrentWithTicker},
  };
}

}  // namespace orrery
