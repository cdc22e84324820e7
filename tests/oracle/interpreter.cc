// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/oracle/interpreter.h"

#include "absl/strings/str_cat.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/tests/oracle/operations.h"
#include "orrery/tests/oracle/world.h"

namespace orrery::oracle {
namespace {

// Task 0: starts the program's main task, and is over one step after it. The
// engine ends a run at once whose main task fails; asyncio.run does not.
Task<> Root(World* world) {
  world->MakeObjects();
  world->main = Spawn(RunBody, world, 0);
  try {
    co_await world->main;
  } catch (...) {
    // The log has it.
  }
}

void LogEnd(World& world, const RunResult& result) {
  if (result.outcome == Outcome::kDeadlock) {
    world.LogDeadlock();
  } else if (world.numbers().IsOver(0)) {
    // Orrery also fails a run for an error that nobody has looked at; that is
    // no matter here.
    world.LogEnd("finished");
  } else {
    world.LogEnd(FormatRunResult(result));  // asyncio has no such outcome
  }
}

}  // namespace

std::vector<std::string> Run(const Program& program) {
  World world(program);
  Simulation simulation({.trace = &world.numbers()});
  Simulation::Scope scope(simulation);
  const RunResult result = simulation.Run(Root, &world);
  LogEnd(world, result);
  world.DropObjects();
  return world.lines();
}

}  // namespace orrery::oracle
