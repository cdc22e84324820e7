// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/programs.h"

#include "absl/strings/str_cat.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/log.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"

namespace orrery {
namespace {

// Ticks every half second until `end`, and says so when it comes too late.
Task<> Ticker(absl::Duration end) {
  const absl::Duration period = absl::Milliseconds(500);
  for (absl::Duration due = period; due <= end; due += period) {
    co_await Sleep(due - Elapsed());
    const absl::Duration late = Elapsed() - due;
    if (late > absl::ZeroDuration()) {
      Log(absl::StrCat("tick, ", absl::FormatDuration(late), " late"));
    } else {
      Log("tick");
    }
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
  JoinHandle<> ticker = Spawn("ticker", Ticker, absl::Seconds(3));
  JoinHandle<> hello =
      Spawn("hello", SayAfterBlocking, absl::Seconds(1), "Bonjour");
  JoinHandle<> world =
      Spawn("world", SayAfterBlocking, absl::Seconds(2), "Monde");
  Log("Démarré");
  co_await hello;
  co_await world;
  co_await ticker;
  Log("Terminé");
}

Task<> ConcurrentWithTicker() {
  JoinHandle<> ticker = Spawn("ticker", Ticker, absl::Seconds(2));
  co_await Concurrent();
  co_await ticker;
}

std::vector<TutorialProgram> TutorialPrograms() {
  return {
      {"sequential", "two awaits, one after the other", Sequential},
      {"concurrent", "the same two as tasks", Concurrent},
      {"trap", "tasks, but each is awaited as soon as it is spawned", Trap},
      {"synchronous",
       "tasks that block: the whole loop stands still, and a ticker is late",
       Synchronous},
      {"ticker", "the concurrent program with the same ticker, on time",
       ConcurrentWithTicker},
  };
}

}  // namespace orrery
