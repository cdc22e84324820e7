// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/disk/disk_draws.h"

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace orrery {
namespace {

constexpr absl::string_view kNames[] = {
    "disk.read_error",
    "disk.write_error",
    "disk.sync_error",
    "disk.short_read",
    "disk.short_write",
    "disk.lost_write",
    "disk.misdirected_write",
    "disk.bit_rot",
    "disk.eviction",
    "disk.stall",
    "disk.hang",
    "disk.crash_lost",
    "disk.crash_torn",
    "disk.crash_reordered",
    "disk.full",
};

}  // namespace

Fault& DiskDraws::Find(DiskFault fault) const {
  static_assert(std::size(kNames) == kCount);
  const auto number = static_cast<size_t>(fault);
  faults_[number] = &Faults::Current().Get(kNames[number]);
  return *faults_[number];
}

Chance DiskDraws::ChanceOf(DiskFault fault) const {
  switch (fault) {
    case DiskFault::kReadError:
      return chances_.read_error;
    case DiskFault::kWriteError:
      return chances_.write_error;
    case DiskFault::kSyncError:
      return chances_.sync_error;
    case DiskFault::kShortRead:
      return chances_.short_read;
    case DiskFault::kShortWrite:
      return chances_.short_write;
    case DiskFault::kLostWrite:
      return chances_.lost_write;
    case DiskFault::kMisdirectedWrite:
      return chances_.misdirected_write;
    case DiskFault::kBitRot:
      return chances_.bit_rot;
    case DiskFault::kEviction:
      return chances_.eviction;
    case DiskFault::kStall:
      return chances_.stall;
    case DiskFault::kHang:
      return chances_.hang;
    case DiskFault::kCrashLost:
      return chances_.crash_lost;
    case DiskFault::kCrashTorn:
      return chances_.crash_torn;
    case DiskFault::kCrashReordered:
      return chances_.crash_reordered;
    case DiskFault::kFull:
      break;
  }
  return Chance::Never();
}

bool DiskDraws::Concerns(absl::string_view path) const {
  if (chances_.only_under.empty()) return true;
  return absl::StartsWith(absl::StripPrefix(path, "/"),
                          absl::StripPrefix(chances_.only_under, "/"));
}

absl::string_view DiskOperationName(DiskOperation operation) {
  switch (operation) {
    case DiskOperation::kOpen:
      return "open";
    case DiskOperation::kRead:
      return "read";
    case DiskOperation::kWrite:
      return "write";
    case DiskOperation::kTruncate:
      return "truncate";
    case DiskOperation::kSync:
      return "fsync";
    case DiskOperation::kRename:
      return "rename";
    case DiskOperation::kUnlink:
      return "unlink";
    case DiskOperation::kMakeDirectory:
      return "make directory";
    case DiskOperation::kRemoveDirectory:
      return "remove directory";
    case DiskOperation::kSyncDirectory:
      return "fsync directory";
    case DiskOperation::kList:
      return "list";
    case DiskOperation::kStat:
      return "stat";
  }
  return "";
}

}  // namespace orrery
