// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/storage/wal_machine.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/node/node.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/random.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"
#include "orrery/tests/storage/wal.h"
#include "orrery/tests/storage/wal_oracle.h"

namespace orrery::storage {
namespace {

// Most records are of one length, so that what is written over an old record
// ends where that one did.
std::string MakeText(const Random& random, size_t number) {
  std::string text =
      absl::StrCat("record ", absl::Dec(number, absl::kZeroPad4));
  if (random.OneIn(4)) text.append(random.Below(60), '.');
  return text;
}

// Appends a few records, and makes them sure.
Task<> AppendSome(Wal& wal, WalOracle& oracle, size_t& texts) {
  const Random random("append");
  for (uint64_t left = 1 + random.Below(4); left > 0; --left) {
    std::string text = MakeText(random, ++texts);
    oracle.Append(text);
    const absl::Status appended = co_await wal.Append(std::move(text));
    if (wal.broken()) co_return;
    if (!appended.ok()) oracle.NotAppended();
  }
  const absl::Status synced = co_await wal.Sync();
  if (synced.ok()) oracle.Sure();
}

Task<> Checkpoint(Wal& wal, WalOracle& oracle) {
  const absl::Status done = co_await wal.Checkpoint(oracle.Snapshot());
  if (done.ok()) oracle.Sure();
}

// The program of the machine.
Task<> KeepLog(Disk& disk, WalBug bug, WalOracle& oracle, size_t& texts) {
  for (;;) {
    WalOptions options;
    options.segment_bytes = 128;
    options.bug = bug;
    Wal wal(disk, options);
    const absl::Status opened = co_await wal.Open();
    if (absl::IsInternal(opened)) oracle.Fail(opened.message());
    if (opened.ok()) oracle.Opened(wal);
    while (!wal.broken()) {
      if (Random("checkpoint").OneIn(6)) {
        co_await Checkpoint(wal, oracle);
      } else {
        co_await AppendSome(wal, oracle, texts);
      }
    }
    co_await Sleep(absl::Microseconds(10));
  }
}

DiskOptions MakeDisk(bool failing_calls) {
  // Time passes where a power cut finds something else than before.
  DiskOptions options = DiskOptions::Instant();
  options.sector_size = 32;
  options.journaled_metadata = Random("journal").OneIn(2);
  options.write = LatencyLaw(absl::Microseconds(10));
  options.sync = LatencyLaw(absl::Microseconds(30));
  if (!failing_calls) return options;
  // Each is off half of the time: together they would keep the log from getting
  // anywhere.
  const Random on("fault");
  if (on.OneIn(2)) options.faults.short_read = Chance::Percent(20);
  if (on.OneIn(2)) options.faults.short_write = Chance::Percent(20);
  if (on.OneIn(2)) options.faults.read_error = Chance::Percent(2);
  if (on.OneIn(2)) options.faults.write_error = Chance::Percent(3);
  if (on.OneIn(2)) options.faults.sync_error = Chance::Percent(5);
  return options;
}

// How long the machine is up: for less time than it needs to open the log, or
// for some dozens of calls more.
absl::Duration Moment() {
  return Random("time up").Between(absl::Microseconds(1),
                                   absl::Microseconds(300));
}

Task<> RunMachine(const WalMachineOptions& options, WalTotals* totals) {
  World world;
  Disks disks(world, MakeDisk(options.failing_calls));
  WalOracle oracle;
  size_t texts = 0;
  Node& node = world.AddNode("log", [&] {
    return KeepLog(disks.current(), options.bug, oracle, texts);
  });
  Disk& disk = disks.of(node);
  const Random random("trouble");
  for (int i = 0; i < 2; ++i) {
    if (options.failing_calls && random.OneIn(4)) {
      disk.SetCapacity(disk.used() + random.Below(200));
    }
    co_await Sleep(Moment());
    if (options.power_cuts && !random.OneIn(3)) {
      node.Crash();
    } else {
      node.Kill();
    }
    disk.SetCapacity(DiskOptions::kUnlimited);
    node.Boot();
  }
  // The end, without further trouble.
  co_await Sleep(Moment());
  disk.faults() = DiskFaults();
  if (options.power_cuts) {
    node.Crash();
  } else {
    node.Kill();
  }
  const size_t opened = oracle.opened();
  node.Boot();
  for (int i = 0; i < 100 && oracle.opened() == opened; ++i) {
    co_await Sleep(absl::Microseconds(50));
  }
  if (oracle.opened() == opened) oracle.Fail("the log cannot be opened");
  if (totals == nullptr) co_return;
  totals->sure += oracle.sure();
  for (const FaultCounts& counts : Faults::Current().counts()) {
    FaultCounts& total = totals->faults[counts.name];
    total.armed += counts.armed;
    total.reached += counts.reached;
    total.effects += counts.effects;
  }
}

}  // namespace

RunResult RunWalMachine(const WalMachineOptions& options, Seed seed,
                        Scheduler& scheduler, WalTotals* totals) {
  Simulation simulation({.seed = seed, .scheduler = &scheduler});
  return simulation.Run(RunMachine, options, totals);
}

}  // namespace orrery::storage
