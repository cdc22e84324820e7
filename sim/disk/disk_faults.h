// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskFaults`: what goes wrong on a disk, and how likely. All are off at first
// but for what a power cut does; docs/disk.md says what each leaves behind.
// They can be changed at any time:
//
//   disks.of(&replica).faults().sync_error = Chance::Percent(1);

#ifndef ORRERY_SIM_DISK_DISK_FAULTS_H_
#define ORRERY_SIM_DISK_DISK_FAULTS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"

namespace orrery {

// Each is known to `Faults` by the name of the member, "disk.read_error".
struct DiskFaults {
  // ---- The program is told --------------------------------------------------

  // A read (also of a name, or of a directory) fails with kDataLoss: EIO.
  Chance read_error = {};
  // A write fails with kDataLoss, and so does what else changes a file or a
  // name. Nothing is changed.
  Chance write_error = {};
  // A sync of a file fails with kDataLoss. What it was to make durable counts
  // as written all the same: reads see it, later syncs say that all is well,
  // and it is gone when memory is. A sync of a directory fails as well, and
  // leaves everything as it was.
  Chance sync_error = {};
  // A read returns, or a write writes, less than was asked for, but something.
  Chance short_read = {};
  Chance short_write = {};

  // ---- The program is told nothing ------------------------------------------

  // What a sync writes of one write never gets to the platter, which keeps what
  // it had.
  Chance lost_write = {};
  // One sector of what a sync writes of one write gets to the place of another
  // one, of the same file or of another. Both are wrong then.
  Chance misdirected_write = {};
  // Before a read, a bit of what it reads flips on the platter, for good.
  Chance bit_rot = {};
  // Before a read of a file, memory has given up what it knew of it, and it
  // comes from the platter: that shows what the others have done. Only asked
  // where it makes a difference.
  Chance eviction = {};

  // ---- Time -----------------------------------------------------------------

  // An operation takes `stall_for` longer.
  Chance stall = {};
  LatencyLaw stall_for = LatencyLaw(absl::Seconds(1));
  // An operation has no effect and never ends; its task can be cancelled.
  Chance hang = {};

  // ---- When the machine crashes ---------------------------------------------

  // Something that was not synced is lost.
  Chance crash_lost = Chance::Percent(50);
  // The sectors of one write, and the size of the file, go different ways. If
  // not, the write is there or it is not.
  Chance crash_torn = Chance::Always();
  // What came later can be there without what came before. If not, all that
  // comes after the first thing that is lost is lost too.
  Chance crash_reordered = Chance::Always();

  // Only what is done to paths that begin like this goes wrong.
  std::string only_under = {};
};

// What can be done with a disk.
enum class DiskOperation : uint8_t {
  kOpen,
  kRead,
  kWrite,  // also `Append`
  kTruncate,
  kSync,
  kRename,
  kUnlink,
  kMakeDirectory,
  kRemoveDirectory,
  kSyncDirectory,
  kList,
  kStat,
};

// Returns "open", "read", ..., "make directory", ...: the word for it in
// traces.
absl::string_view DiskOperationName(DiskOperation operation);

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_FAULTS_H_
