// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskCall`: one thing that is done to a disk, as data. A script is a list of
// them; it is made by hand or at random, and done to a disk and to the model
// (disk_model.h) alike.

#ifndef ORRERY_TESTS_STORAGE_DISK_SCRIPT_H_
#define ORRERY_TESTS_STORAGE_DISK_SCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "orrery/base/prng.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/task.h"

namespace orrery::storage {

struct DiskCall {
  // kOpen makes the file if it is not there. kWrite, kTruncate and kSync open
  // the file first, which has to be there.
  DiskOperation what = DiskOperation::kOpen;
  std::string path = {};
  std::string to = {};     // of a rename
  uint64_t offset = 0;     // of a write; of a truncation, the size
  std::string bytes = {};  // of a write
  bool fails = false;      // of a sync of a file: the device does
};

using DiskScript = std::vector<DiskCall>;

// Returns "write d/a at 3: xyz; sync d/a".
std::string ScriptText(const DiskScript& script);

// Does it, and returns how that went. `call` must live until then.
Task<absl::Status> DoCall(Disk& disk, const DiskCall& call);

// Returns `n` calls, some of which fail, on a few files in two directories, and
// before them some that make the first files. All bytes that are written are
// different: so what is there tells how it came.
DiskScript RandomScript(Prng& random, size_t n);

}  // namespace orrery::storage

#endif  // ORRERY_TESTS_STORAGE_DISK_SCRIPT_H_
