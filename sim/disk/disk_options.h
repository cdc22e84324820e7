// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskOptions`: what a disk is like: how large, how fast, and what it promises
// to keep in order.

#ifndef ORRERY_SIM_DISK_DISK_OPTIONS_H_
#define ORRERY_SIM_DISK_DISK_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/faults/latency_law.h"

namespace orrery {

struct DiskOptions {
  static constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

  // How many bytes the files on it may have in all.
  uint64_t capacity = kUnlimited;
  // How many one file may have: it stands in memory.
  uint64_t max_file_size = uint64_t{1} << 30;
  // What is written wholly or not at all; at least 1.
  uint32_t sector_size = 512;

  // How long operations take; zero: none, and the task goes on at once.
  LatencyLaw read = LatencyLaw(absl::Microseconds(100));
  LatencyLaw write = LatencyLaw(absl::Microseconds(20));
  LatencyLaw sync = LatencyLaw(absl::Milliseconds(1));
  // Of whatever is about names: open, rename, list, ...
  LatencyLaw names = LatencyLaw(absl::Microseconds(20));
  // How many bytes can be read and written in a second, one operation after the
  // other; 0: any number.
  uint64_t throughput = 0;

  // Changes of names, and truncations, get to the disk in the order in which
  // they were made, as on file systems with a journal; and a file is never
  // longer than what was written of it. If not, a program can rely on what
  // POSIX promises and on nothing else.
  bool journaled_metadata = false;
  // When more operations than this are pending, the system writes them all, as
  // it does in the background.
  size_t max_pending = 16'384;

  DiskFaults faults = {};

  // One that takes no time.
  static DiskOptions Instant() {
    DiskOptions options;
    options.read = options.write = options.sync = options.names = LatencyLaw();
    return options;
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_OPTIONS_H_
