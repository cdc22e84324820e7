// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/storage/disk_script.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/prng.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/task.h"
#include "orrery/testing/status_macros.h"

namespace orrery::storage {
namespace {

Task<absl::Status> DoToFile(Disk& disk, const DiskCall& call) {
  ASSIGN_OR_CO_RETURN(File file, co_await disk.Open(call.path));
  if (call.what == DiskOperation::kSync) {
    if (call.fails) disk.FailNext(DiskOperation::kSync);
    co_return co_await file.Sync();
  }
  if (call.what == DiskOperation::kTruncate) {
    co_return co_await file.Truncate(call.offset);
  }
  const absl::StatusOr<size_t> written =
      co_await file.Write(call.offset, call.bytes);
  ORRERY_CHECK(!written.ok() || *written == call.bytes.size(),
               "nothing was to fail");
  co_return written.status();
}

}  // namespace

std::string ScriptText(const DiskScript& script) {
  std::string text;
  for (const DiskCall& call : script) {
    absl::StrAppend(&text, text.empty() ? "" : "; ",
                    call.fails ? "failing " : "", DiskOperationName(call.what),
                    " ", call.path);
    if (call.what == DiskOperation::kRename) {
      absl::StrAppend(&text, " to ", call.to);
    } else if (call.what == DiskOperation::kWrite) {
      absl::StrAppend(&text, " at ", call.offset, ": ", call.bytes);
    } else if (call.what == DiskOperation::kTruncate) {
      absl::StrAppend(&text, " at ", call.offset);
    }
  }
  return text;
}

Task<absl::Status> DoCall(Disk& disk, const DiskCall& call) {
  switch (call.what) {
    case DiskOperation::kOpen: {
      const absl::StatusOr<File> file =
          co_await disk.Open(call.path, {.create = true});
      co_return file.status();
    }
    case DiskOperation::kWrite:
    case DiskOperation::kTruncate:
    case DiskOperation::kSync:
      co_return co_await DoToFile(disk, call);
    case DiskOperation::kRename:
      co_return co_await disk.Rename(call.path, call.to);
    case DiskOperation::kUnlink:
      co_return co_await disk.Unlink(call.path);
    case DiskOperation::kMakeDirectory:
      co_return co_await disk.MakeDirectory(call.path);
    case DiskOperation::kRemoveDirectory:
      co_return co_await disk.RemoveDirectory(call.path);
    case DiskOperation::kSyncDirectory:
      co_return co_await disk.SyncDirectory(call.path);
    default:
      co_return absl::InvalidArgumentError("changes nothing");
  }
}

DiskScript RandomScript(Prng& random, size_t n) {
  static constexpr const char* kFiles[] = {"a", "b", "d/a", "d/b"};
  static constexpr const char* kDirectories[] = {"d", "e", "d/e", "e/d", "d/f"};
  DiskScript script = {
      {.what = DiskOperation::kOpen, .path = "a"},
      {.what = DiskOperation::kMakeDirectory, .path = "d"},
      {.what = DiskOperation::kSyncDirectory, .path = ""},
      {.what = DiskOperation::kOpen, .path = "d/a"},
  };
  char next = 'A';
  for (size_t i = 0; i < n; ++i) {
    DiskCall call;
    call.path = kFiles[random.Below(4)];
    const uint64_t what = random.Below(20);
    if (what < 8) {
      call.what = DiskOperation::kWrite;
      call.offset = random.Below(7);
      for (uint64_t left = 1 + random.Below(5); left > 0; --left) {
        call.bytes.push_back(next);
        next = next == 'Z' ? 'a' : static_cast<char>(next + 1);
      }
    } else if (what < 10) {
      call.what = DiskOperation::kOpen;
    } else if (what < 11) {
      call.what = DiskOperation::kTruncate;
      call.offset = random.Below(9);
    } else if (what < 13) {
      call.what = DiskOperation::kRename;
      call.to = kFiles[random.Below(4)];
    } else if (what < 14) {
      call.what = DiskOperation::kUnlink;
    } else if (what < 16) {
      call.what = DiskOperation::kSync;
      call.fails = random.Below(4) == 0;
    } else if (what < 17) {
      call.what = DiskOperation::kSyncDirectory;
      call.path = random.Below(2) == 0 ? "" : "d";
    } else if (what < 18) {
      call.what = DiskOperation::kRemoveDirectory;
      call.path = kDirectories[random.Below(5)];
    } else if (what < 19) {
      call.what = DiskOperation::kRename;
      call.path = kDirectories[random.Below(5)];
      call.to = kDirectories[random.Below(5)];
    } else {
      call.what = DiskOperation::kMakeDirectory;
      call.path = kDirectories[random.Below(5)];
    }
    script.push_back(std::move(call));
  }
  return script;
}

}  // namespace orrery::storage
