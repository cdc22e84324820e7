// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/disk.md shows: files under power cuts, and disks that go wrong.

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/node/world.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: save]
Task<absl::Status> Save(Disk& disk, std::string bytes) {
  absl::StatusOr<File> file =
      co_await disk.Open("state.new", {.create = true, .truncate = true});
  if (!file.ok()) co_return file.status();
  const absl::StatusOr<size_t> written = co_await file->Append(bytes);
  if (!written.ok()) co_return written.status();
  if (*written < bytes.size()) {
    co_return absl::ResourceExhaustedError("no room for the state");
  }
  absl::Status status = co_await file->Sync();
  if (!status.ok()) co_return status;
  status = co_await disk.Rename("state.new", "state");
  if (!status.ok()) co_return status;
  co_return co_await disk.SyncDirectory("");
}
// [end: save]

// [snippet: crash]
Task<> SaveTwice(Disk& disk, int* saved) {
  for (const char* bytes : {"first", "second"}) {
    const absl::Status status = co_await Save(disk, bytes);
    if (status.ok()) ++*saved;
  }
}

SIM_TEST(Disks, AStateIsSavedWhollyOrNotAtAll) {
  World world;
  Disks disks(world);
  int saved = 0;
  Node& node = world.AddNode(
      "store", [&] { return SaveTwice(disks.current(), &saved); });
  co_await Sleep(Random().Between(absl::ZeroDuration(), absl::Milliseconds(5)));
  node.Crash();
  const std::optional<std::string> state = disks.of(node).Peek("state");
  if (saved == 2) {
    EXPECT_EQ(*state, "second");
  } else if (saved == 1) {
    EXPECT_TRUE(*state == "first" || *state == "second");
  } else {
    EXPECT_TRUE(!state.has_value() || *state == "first");
  }
}
// [end: crash]

// [snippet: exact]
SIM_TEST(Disks, AStateThatCouldNotBeSyncedIsNotInPlace) {
  Disk disk;
  const absl::Status first = co_await Save(disk, "first");
  EXPECT_TRUE(first.ok());
  const DiskSnapshot snapshot = disk.Snapshot();

  disk.FailNext(DiskOperation::kSync);  // as if by `disk.sync_error`
  const absl::Status second = co_await Save(disk, "second");
  EXPECT_EQ(second.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(*disk.Peek("state"), "first");

  disk.Restore(snapshot);
  disk.SetCapacity(8);
  const absl::Status third = co_await Save(disk, "third");
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  disk.Crash();
  EXPECT_EQ(*disk.Peek("state"), "first");
}
// [end: exact]

// [snippet: chances]
Task<> SaveOften(Disks* disks) {
  for (;;) {
    (void)co_await Save(disks->current(), "state");
    co_await Sleep(absl::Milliseconds(10));
  }
}

SIM_TEST(Disks, ADiskGoesWrongNowAndThen) {
  World world;
  DiskOptions options;
  options.faults.write_error = Chance::Percent(1);
  options.faults.stall = Chance::PerMillion(500);
  options.faults.stall_for =
      LatencyLaw::Uniform(absl::Milliseconds(1), absl::Seconds(1));
  Disks disks(world, options);
  Node& node = world.AddNode("store", [&disks] { return SaveOften(&disks); });
  co_await Sleep(absl::Seconds(5));
  disks.of(node).faults().lost_write = Chance::Percent(10);
  disks.of(node).faults().only_under = "state.new";
  co_await Sleep(absl::Seconds(5));
  Faults::Current().Mask("disk");  // from now on all goes well
}
// [end: chances]

}  // namespace
}  // namespace orrery
