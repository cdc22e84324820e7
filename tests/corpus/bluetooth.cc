// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

struct Driver {
  Shared<int> pending{1, "pending"};
  Shared<bool> stopping{false, "stopping"};
  Shared<bool> idle{false, "idle"};
  Shared<bool> stopped{false, "stopped"};
};

// One request less. The last one lets the driver stop.
Task<> Leave(Driver* driver) {
  const int left =
      co_await driver->pending.Update([](int& pending) { return --pending; });
  if (left == 0) co_await driver->idle.Write(true);
}

Task<> RequestBuggy(Driver* driver) {
  const bool stopping = co_await driver->stopping.Read();
  if (!stopping) {
    co_await driver->pending.Update([](int& pending) { ++pending; });
    const bool stopped = co_await driver->stopped.Read();
    if (stopped) FailRun("request in a stopped driver");
  }
  co_await Leave(driver);
}

Task<> RequestFixed(Driver* driver) {
  co_await driver->pending.Update([](int& pending) { ++pending; });
  const bool stopping = co_await driver->stopping.Read();
  if (!stopping) {
    const bool stopped = co_await driver->stopped.Read();
    if (stopped) FailRun("request in a stopped driver");
  }
  co_await Leave(driver);
}

Task<> Stop(Driver* driver) {
  co_await driver->stopping.Write(true);
  co_await Leave(driver);
  const bool idle = co_await driver->idle.Read();
  if (idle) co_await driver->stopped.Write(true);
}

}  // namespace

Task<> Bluetooth(Version version) {
  Driver driver;
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(version == Version::kFixed ? RequestFixed : RequestBuggy, &driver);
  co_await crew.Turn();
  crew.Spawn(Stop, &driver);
  co_await crew.Join();
}

}  // namespace orrery::corpus
