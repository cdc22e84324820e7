// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/storage/wal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/task.h"
#include "orrery/testing/status_macros.h"
#include "orrery/tests/storage/wal_record.h"

namespace orrery::storage {
namespace {

constexpr absl::string_view kSegmentPrefix = "log-";

// Names sort as their numbers do.
std::string SegmentName(uint64_t first) {
  return absl::StrCat(kSegmentPrefix, absl::Dec(first, absl::kZeroPad10));
}

// Returns the number of the first record of a segment.
uint64_t FirstOf(absl::string_view path) {
  uint64_t first = 0;
  for (const char digit : path.substr(path.size() - 10)) {
    first = 10 * first + static_cast<uint64_t>(digit - '0');
  }
  return first;
}

absl::Status Broken() {
  return absl::FailedPreconditionError("the log is not open, or broken");
}

}  // namespace

absl::Span<const WalBug> WalBugs() {
  static constexpr WalBug kBugs[] = {
      WalBug::kForgetsSync,
      WalBug::kForgetsDirectorySync,
      WalBug::kForgetsOldSegment,
      WalBug::kRenamesBeforeSync,
      WalBug::kUnlinksTooEarly,
      WalBug::kRetriesSync,
      WalBug::kTrustsCache,
      WalBug::kIgnoresShortWrites,
      WalBug::kGoesOnAfterFailedWrite,
      WalBug::kTakesShortReadForEnd,
      WalBug::kForgetsChecksum,
      WalBug::kSkipsLostRecords,
      WalBug::kTrustsLength,
      WalBug::kKeepsTail,
  };
  return kBugs;
}

absl::string_view WalBugName(WalBug bug) {
  switch (bug) {
    case WalBug::kNone:
      return "none";
    case WalBug::kForgetsSync:
      return "forgets sync";
    case WalBug::kForgetsDirectorySync:
      return "forgets directory sync";
    case WalBug::kForgetsOldSegment:
      return "forgets old segment";
    case WalBug::kRenamesBeforeSync:
      return "renames before sync";
    case WalBug::kUnlinksTooEarly:
      return "unlinks too early";
    case WalBug::kRetriesSync:
      return "retries sync";
    case WalBug::kTrustsCache:
      return "trusts cache";
    case WalBug::kIgnoresShortWrites:
      return "ignores short writes";
    case WalBug::kGoesOnAfterFailedWrite:
      return "goes on after failed write";
    case WalBug::kTakesShortReadForEnd:
      return "takes short read for end";
    case WalBug::kForgetsChecksum:
      return "forgets checksum";
    case WalBug::kSkipsLostRecords:
      return "skips lost records";
    case WalBug::kTrustsLength:
      return "trusts length";
    case WalBug::kKeepsTail:
      return "keeps tail";
  }
  return "";
}

Wal::Wal(Disk& disk, WalOptions options)
    : disk_(disk), options_(std::move(options)) {}

std::string Wal::PathOf(absl::string_view name) const {
  return absl::StrCat(options_.directory, "/", name);
}

absl::Status Wal::Checked(absl::Status status) {
  if (!status.ok()) usable_ = false;
  return status;
}

// ---- What is there ----------------------------------------------------------

Task<absl::Status> Wal::Open() {
  const absl::Status status = co_await Recover();
  usable_ = status.ok();
  co_return status;
}

Task<absl::Status> Wal::Recover() {
  CO_RETURN_IF_ERROR(co_await MakeDirectory());
  CO_RETURN_IF_ERROR(co_await ReadBase());
  CO_RETURN_IF_ERROR(co_await ReadSegments());
  if (Has(WalBug::kTrustsCache) || Has(WalBug::kKeepsTail)) {
    co_return absl::OkStatus();
  }
  // What was read may be in memory only; it may even be what a sync has failed
  // to write, and which no other sync would write. So all of it is written
  // anew. That also gets rid of whatever stands behind the last record.
  co_return co_await Replace(snapshot_, records_);
}

Task<absl::Status> Wal::MakeDirectory() {
  const absl::Status made = co_await disk_.MakeDirectory(options_.directory);
  if (!made.ok() && !absl::IsAlreadyExists(made)) co_return made;
  co_return co_await disk_.SyncDirectory("");
}

Task<absl::Status> Wal::ReadBase() {
  const absl::StatusOr<std::string> read = co_await ReadAll(PathOf("base"));
  if (absl::IsNotFound(read.status())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(read.status());
  absl::string_view bytes = *read;
  WalRecord record;
  WalBytes what = TakeWalRecord(bytes, record);
  if (what == WalBytes::kRecord) {
    snapshot_ = std::string(record.text);
    snapshot_number_ = number_ = record.number;
    while ((what = TakeWalRecord(bytes, record)) == WalBytes::kRecord) {
      records_.emplace_back(record.text);
      number_ = record.number;
    }
    if (what == WalBytes::kEnd) co_return absl::OkStatus();
  }
  // It was synced before it got its name.
  co_return absl::InternalError("the base of the log is damaged");
}

Task<absl::Status> Wal::ReadSegments() {
  ASSIGN_OR_CO_RETURN(std::vector<std::string> names,
                      co_await disk_.List(options_.directory));
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (absl::StartsWith(name, kSegmentPrefix)) {
      segments_.push_back(PathOf(name));
    }
  }
  for (const std::string& path : segments_) {
    // A segment is sure before the next one begins, so what is behind a hole
    // was never told to be.
    if (FirstOf(path) > number_ + 1 && !Has(WalBug::kSkipsLostRecords)) {
      break;
    }
    ASSIGN_OR_CO_RETURN(const std::string bytes, co_await ReadAll(path));
    ASSIGN_OR_CO_RETURN(segment_size_, TakeRecords(bytes));
  }
  if (Has(WalBug::kKeepsTail) && !segments_.empty()) {
    ASSIGN_OR_CO_RETURN(segment_, co_await disk_.Open(segments_.back(), {}));
  }
  co_return absl::OkStatus();
}

absl::StatusOr<size_t> Wal::TakeRecords(absl::string_view bytes) {
  const size_t size = bytes.size();
  size_t end = 0;
  for (;;) {
    const absl::string_view here = bytes;
    WalRecord record;
    WalBytes what = TakeWalRecord(bytes, record);
    if (what == WalBytes::kEnd) return end;
    if (what == WalBytes::kCutOff && Has(WalBug::kTrustsLength)) {
      return absl::InternalError("a record of the log is not there");
    }
    if (what == WalBytes::kCorrupt && Has(WalBug::kForgetsChecksum)) {
      what = WalBytes::kRecord;
    }
    if (what != WalBytes::kRecord) {
      if (!Has(WalBug::kSkipsLostRecords)) return end;
      bytes = here.substr(1);
      continue;
    }
    if (record.number > number_ + 1 && !Has(WalBug::kSkipsLostRecords)) {
      return end;
    }
    end = size - bytes.size();
    if (record.number <= number_) continue;  // the base has it
    records_.emplace_back(record.text);
    number_ = record.number;
  }
}

// ---- What becomes of it -----------------------------------------------------

Task<absl::Status> Wal::Append(std::string text) {
  if (!usable_) co_return Broken();
  if (!segment_.has_value() || segment_size_ >= options_.segment_bytes) {
    CO_RETURN_IF_ERROR(Checked(co_await NextSegment()));
  }
  std::string bytes = EncodeWalRecord(number_ + 1, text);
  const size_t size = bytes.size();
  const absl::Status written =
      co_await WriteAll(*segment_, segment_size_, std::move(bytes));
  if (!written.ok() && Has(WalBug::kGoesOnAfterFailedWrite)) {
    segment_size_ = segment_->size();
    co_return written;
  }
  CO_RETURN_IF_ERROR(Checked(written));
  segment_size_ += size;
  ++number_;
  co_return absl::OkStatus();
}

Task<absl::Status> Wal::Sync() {
  if (!usable_) co_return Broken();
  if (!segment_.has_value() || Has(WalBug::kForgetsSync)) {
    co_return absl::OkStatus();
  }
  co_return Checked(co_await SyncFile(*segment_));
}

Task<absl::Status> Wal::Checkpoint(std::string snapshot) {
  if (!usable_) co_return Broken();
  snapshot_number_ = number_;
  co_return Checked(co_await Replace(std::move(snapshot), {}));
}

Task<absl::Status> Wal::Replace(std::string snapshot,
                                std::vector<std::string> records) {
  std::string bytes = EncodeWalRecord(snapshot_number_, snapshot);
  uint64_t number = snapshot_number_;
  for (const std::string& record : records) {
    bytes.append(EncodeWalRecord(++number, record));
  }
  {
    ASSIGN_OR_CO_RETURN(
        File file, co_await disk_.Open(PathOf("base.new"),
                                       {.create = true, .truncate = true}));
    CO_RETURN_IF_ERROR(co_await WriteAll(file, 0, std::move(bytes)));
    if (!Has(WalBug::kRenamesBeforeSync)) {
      CO_RETURN_IF_ERROR(co_await SyncFile(file));
    }
  }
  CO_RETURN_IF_ERROR(co_await disk_.Rename(PathOf("base.new"), PathOf("base")));
  if (!Has(WalBug::kUnlinksTooEarly)) {
    CO_RETURN_IF_ERROR(co_await disk_.SyncDirectory(options_.directory));
  }
  // From here on the base has all that is in them. Should they come back, they
  // do no harm.
  segment_.reset();
  for (const std::string& path : segments_) {
    CO_RETURN_IF_ERROR(co_await disk_.Unlink(path));
  }
  segments_.clear();
  co_return absl::OkStatus();
}

Task<absl::Status> Wal::NextSegment() {
  if (segment_.has_value() && !Has(WalBug::kForgetsOldSegment)) {
    CO_RETURN_IF_ERROR(co_await SyncFile(*segment_));
  }
  segments_.push_back(PathOf(SegmentName(number_ + 1)));
  segment_size_ = 0;
  ASSIGN_OR_CO_RETURN(segment_,
                      co_await disk_.Open(segments_.back(),
                                          {.create = true, .truncate = true}));
  if (Has(WalBug::kForgetsDirectorySync)) co_return absl::OkStatus();
  co_return co_await disk_.SyncDirectory(options_.directory);
}

// ---- Files ------------------------------------------------------------------

Task<absl::Status> Wal::WriteAll(File& file, uint64_t offset,
                                 std::string bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    ASSIGN_OR_CO_RETURN(const size_t written,
                        co_await file.Write(offset + done, bytes.substr(done)));
    if (Has(WalBug::kIgnoresShortWrites)) break;
    done += written;
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::string>> Wal::ReadAll(std::string path) {
  ASSIGN_OR_CO_RETURN(File file, co_await disk_.Open(std::move(path), {}));
  std::string all;
  while (all.size() < file.size()) {
    ASSIGN_OR_CO_RETURN(
        const std::string read,
        co_await file.Read(all.size(), file.size() - all.size()));
    all.append(read);
    if (Has(WalBug::kTakesShortReadForEnd)) break;
  }
  co_return all;
}

Task<absl::Status> Wal::SyncFile(File& file) {
  const absl::Status status = co_await file.Sync();
  if (status.ok() || !Has(WalBug::kRetriesSync)) co_return status;
  co_return co_await file.Sync();
}

}  // namespace orrery::storage
