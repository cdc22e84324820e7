// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/file_store/file_store.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/task.h"

namespace file_store {

using orrery::File;
using orrery::Task;

// [snippet: put]
Task<absl::Status> FileStore::Put(std::string name, std::string bytes) {
  const std::string unfinished = absl::StrCat(name, ".new");
  absl::Status status = co_await Write(unfinished, std::move(bytes));
  if (!status.ok()) co_return status;
  status = co_await disk_.Rename(unfinished, name);
  if (!status.ok()) co_return status;
  co_return co_await disk_.SyncDirectory("");
}

Task<absl::Status> FileStore::Write(std::string path, std::string bytes) {
  absl::StatusOr<File> file =
      co_await disk_.Open(path, {.create = true, .truncate = true});
  if (!file.ok()) co_return file.status();
  size_t done = 0;
  while (done < bytes.size()) {
    const absl::StatusOr<size_t> written =
        co_await file->Write(done, bytes.substr(done));
    if (!written.ok()) co_return written.status();
    done += *written;
  }
  if (!options_.sync_before_rename) co_return absl::OkStatus();
  co_return co_await file->Sync();
}
// [end: put]

Task<absl::StatusOr<std::string>> FileStore::Get(std::string name) {
  absl::StatusOr<File> file = co_await disk_.Open(name, {});
  if (!file.ok()) co_return file.status();
  std::string bytes;
  while (bytes.size() < file->size()) {
    const absl::StatusOr<std::string> read =
        co_await file->Read(bytes.size(), file->size() - bytes.size());
    if (!read.ok()) co_return read.status();
    bytes.append(*read);
  }
  co_return bytes;
}

}  // namespace file_store
