// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FileStore`: keeps files under names, as a server does with what its users
// upload. A file is replaced as a whole: who asks for it gets the old one or
// the new one, and once `Put` has returned OK always the new one, even if the
// machine has lost power in between.

#ifndef ORRERY_EXAMPLES_FILE_STORE_FILE_STORE_H_
#define ORRERY_EXAMPLES_FILE_STORE_FILE_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/task.h"

namespace file_store {

struct FileStoreOptions {
  // False: a file gets its name before its bytes are sure. That is the bug.
  bool sync_before_rename = true;
};

class FileStore {
 public:
  // `disk` must outlive it.
  explicit FileStore(orrery::Disk& disk, FileStoreOptions options = {})
      : disk_(disk), options_(options) {}

  // Puts `bytes` under `name`, in place of what may be there. Errors are those
  // of the disk; then it is the old file or the new one that is there.
  orrery::Task<absl::Status> Put(std::string name, std::string bytes);

  // Returns what is under `name`.
  //
  // Errors:
  //   kNotFound  nothing is
  //   others     of the disk
  orrery::Task<absl::StatusOr<std::string>> Get(std::string name);

 private:
  orrery::Task<absl::Status> Write(std::string path, std::string bytes);

  orrery::Disk& disk_;
  const FileStoreOptions options_;
};

}  // namespace file_store

#endif  // ORRERY_EXAMPLES_FILE_STORE_FILE_STORE_H_
