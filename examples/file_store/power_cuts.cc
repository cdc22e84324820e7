// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/file_store/power_cuts.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "orrery/examples/file_store/file_store.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/node/node.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/properties.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace file_store {
namespace {

using orrery::Chance;
using orrery::Disk;
using orrery::DiskOptions;
using orrery::Disks;
using orrery::Node;
using orrery::Random;
using orrery::Sleep;
using orrery::Task;
using orrery::World;

// What the one who sends them knows: how many photos, and how many of them were
// told to be stored.
struct Sender {
  int sent = 0;
  int stored = 0;
};

// Four sectors full of a letter of its own.
std::string Photo(int number) {
  return std::string(2000, static_cast<char>('A' + number));
}

// Whether it is the last one that was stored, or one that was sent after it.
bool IsRecent(const std::string& photo, const Sender& sender) {
  for (int number = sender.stored; number <= sender.sent; ++number) {
    if (photo == Photo(number)) return true;
  }
  return false;
}

// [snippet: program]
// The program of the machine. It begins anew whenever that boots.
Task<> Serve(Disk& disk, FileStoreOptions options, Sender& sender) {
  FileStore store(disk, options);
  const absl::StatusOr<std::string> found = co_await store.Get("photo");
  Always(found.ok() || sender.stored == 0, "what was stored is there");
  if (found.ok()) {
    Always(IsRecent(*found, sender), "a photo is the old one or the new one");
  }
  for (;;) {
    const absl::Status put = co_await store.Put("photo", Photo(++sender.sent));
    if (put.ok()) sender.stored = sender.sent;
    co_await Sleep(absl::Milliseconds(1));
  }
}
// [end: program]

}  // namespace

// [snippet: trouble]
Task<> UseStore(FileStoreOptions options, Trouble trouble) {
  World world;
  DiskOptions disk;
  disk.faults.short_read = disk.faults.short_write = Chance::Percent(10);
  Disks disks(world, disk);
  Sender sender;
  Node& machine = world.AddNode(
      "store", [&] { return Serve(disks.current(), options, sender); });
  const Random random("when it goes down");
  for (int i = 0; i < 2; ++i) {
    co_await Sleep(
        random.Between(absl::Milliseconds(1), absl::Milliseconds(6)));
    if (trouble.power_cuts) {
      machine.Crash();
    } else {
      machine.Kill();
    }
    machine.Boot();
  }
  co_await Sleep(absl::Milliseconds(3));
  Sometimes(sender.stored > 3, "several photos are stored");
}
// [end: trouble]

}  // namespace file_store
