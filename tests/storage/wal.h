// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Wal`: a write-ahead log on a simulated disk, and the bugs that such logs
// have had. What is appended is sure once `Sync` has returned OK: it is there,
// in order, whatever happens to the machine.
//
//   Wal wal(disk, {.directory = "/wal"});
//   CO_RETURN_IF_ERROR(co_await wal.Open());
//   Restore(wal.snapshot(), wal.records());
//   CO_RETURN_IF_ERROR(co_await wal.Append("deposit 10"));
//   CO_RETURN_IF_ERROR(co_await wal.Sync());
//   CO_RETURN_IF_ERROR(co_await wal.Checkpoint("balance 10"));
//
// On disk it is a file `base`, of a snapshot and records that follow it, and
// segments `log-<number of the first record>`. Files are only ever appended to,
// or replaced as a whole.

#ifndef ORRERY_TESTS_STORAGE_WAL_H_
#define ORRERY_TESTS_STORAGE_WAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/task.h"

namespace orrery::storage {

// Each is one thing that the log does wrong.
enum class WalBug : uint8_t {
  kNone,
  kForgetsSync,             // what is told to be sure was never synced
  kForgetsDirectorySync,    // of a new segment, only the bytes are sure
  kForgetsOldSegment,       // a full segment is left before it is synced
  kRenamesBeforeSync,       // a new base takes its place before it is synced
  kUnlinksTooEarly,         // segments go before the new base is sure to stay
  kRetriesSync,             // a sync that failed is tried again, and believed
  kTrustsCache,             // what was read is told to be there, sure or not
  kIgnoresShortWrites,      // takes a write for whole that was not
  kGoesOnAfterFailedWrite,  // appends behind what a failed write has left
  kTakesShortReadForEnd,    // takes what one read brings for all there is
  kForgetsChecksum,         // takes torn records for records
  kSkipsLostRecords,        // looks for records behind one that was lost
  kTrustsLength,            // of a record that is cut off
  kKeepsTail,               // appends behind the last record that is whole
};

// Returns all but kNone; "forgets sync".
absl::Span<const WalBug> WalBugs();
absl::string_view WalBugName(WalBug bug);

struct WalOptions {
  std::string directory = "/wal";
  // A segment that has so many bytes is full.
  uint64_t segment_bytes = 4096;
  WalBug bug = WalBug::kNone;
};

class Wal {
 public:
  // `disk` must outlive it.
  Wal(Disk& disk, WalOptions options);
  Wal(const Wal&) = delete;
  Wal& operator=(const Wal&) = delete;

  // Reads what is there, which is then sure. The first that is called, once.
  //
  // Errors:
  //   kInternal  a base that was sure is damaged
  //   any other  of the disk; nothing is lost, and another log may be opened
  Task<absl::Status> Open();

  // What was there when it was opened: the latest snapshot, "" if there was
  // none yet, and the records behind it.
  const std::string& snapshot() const { return snapshot_; }
  const std::vector<std::string>& records() const { return records_; }
  // Returns how many records there have been before the snapshot, and until
  // now.
  uint64_t snapshot_number() const { return snapshot_number_; }
  uint64_t number() const { return number_; }

  // Appends a record, which may still get lost. `Sync` makes all of them sure.
  // `Checkpoint` has `snapshot` stand for all of them, and is then sure itself.
  //
  // Errors:
  //   kFailedPrecondition  it is broken, or was not opened
  //   any other            of the disk. From then on it is broken: another one
  //                        has to be opened, to see what is there
  Task<absl::Status> Append(std::string text);
  Task<absl::Status> Sync();
  Task<absl::Status> Checkpoint(std::string snapshot);
  bool broken() const { return !usable_; }

 private:
  bool Has(WalBug bug) const { return options_.bug == bug; }
  std::string PathOf(absl::string_view name) const;
  // Remembers that it is broken unless `status` is OK, and returns it.
  absl::Status Checked(absl::Status status);

  Task<absl::Status> Recover();
  Task<absl::Status> MakeDirectory();
  Task<absl::Status> ReadBase();
  Task<absl::Status> ReadSegments();
  // Takes the records that come next from the bytes of a segment, and returns
  // how many bytes there are up to the end of the last one.
  absl::StatusOr<size_t> TakeRecords(absl::string_view bytes);
  // Puts a base in place that has the snapshot and `records`, and unlinks all
  // segments.
  Task<absl::Status> Replace(std::string snapshot,
                             std::vector<std::string> records);
  Task<absl::Status> NextSegment();
  Task<absl::Status> WriteAll(File& file, uint64_t offset, std::string bytes);
  Task<absl::StatusOr<std::string>> ReadAll(std::string path);
  Task<absl::Status> SyncFile(File& file);

  Disk& disk_;
  const WalOptions options_;
  bool usable_ = false;
  std::string snapshot_;
  uint64_t snapshot_number_ = 0;
  std::vector<std::string> records_;
  uint64_t number_ = 0;
  std::vector<std::string> segments_;  // their paths, the oldest first
  std::optional<File> segment_;        // the last one, if it is open
  uint64_t segment_size_ = 0;          // up to the end of its last record
};

}  // namespace orrery::storage

#endif  // ORRERY_TESTS_STORAGE_WAL_H_
