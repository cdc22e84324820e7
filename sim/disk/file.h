// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `File`: an open file of a `Disk` (disk.h).
//
//   absl::StatusOr<File> log = co_await disk.Open("log", {.create = true});
//   if (!log.ok()) co_return log.status();
//   absl::StatusOr<size_t> written = co_await log->Append("hello");
//   if (!written.ok()) co_return written.status();
//   co_return co_await log->Sync();

#ifndef ORRERY_SIM_DISK_FILE_H_
#define ORRERY_SIM_DISK_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "orrery/sim/task.h"

namespace orrery {

class Disk;

struct OpenOptions {
  bool create = false;     // makes the file if it is not there
  bool exclusive = false;  // with `create`: fails if it is there
  bool truncate = false;   // makes it empty
};

namespace disk_internal {

// What all that is done through one handle shares.
struct OpenFile {
  Disk* disk = nullptr;  // null once the handle is dead or closed
  bool closed = false;
  uint32_t inode = 0;
  std::string path;
  OpenFile* next = nullptr;  // among those of the disk
  OpenFile* prev = nullptr;
};

}  // namespace disk_internal

// A handle that can be moved. When it goes it closes the file. Operations may
// run at once, also on one handle; each takes effect at one instant, and sees
// all that took effect before, synced or not.
//
// All fail with
//   kFailedPrecondition  it was closed, or the machine has been down since: a
//                        handle belongs to one incarnation
//   kDataLoss            the device failed, if `DiskFaults` says so: EIO
class File {
 public:
  File() = default;  // refers to no file
  File(File&& other) noexcept : open_(std::move(other.open_)) {}
  File& operator=(File&& other) noexcept {
    if (this != &other) {
      Close();
      open_ = std::move(other.open_);
    }
    return *this;
  }
  ~File() { Close(); }

  // Returns up to `n` bytes from `offset`: fewer where the file ends, none
  // behind its end, or if `DiskFaults` says so (but then at least one).
  Task<absl::StatusOr<std::string>> Read(uint64_t offset, size_t n);

  // Writes `bytes` at `offset`. What lies between the end of the file and
  // `offset` becomes zeros. Returns how many bytes were written: fewer than all
  // if the disk is full, or if `DiskFaults` says so; at least one. It may be
  // cut off and take effect all the same, as any operation on a disk.
  //
  // Errors:
  //   kResourceExhausted  the disk is full, and nothing was written
  //   kOutOfRange         the file would be larger than files may be
  Task<absl::StatusOr<size_t>> Write(uint64_t offset, std::string bytes);
  // The same at the end of the file, wherever that is when it takes effect.
  Task<absl::StatusOr<size_t>> Append(std::string bytes);

  // Makes the file so long; what is added is zeros. The errors are those of
  // `Write`.
  Task<absl::Status> Truncate(uint64_t size);

  // Makes durable what was done to the file until now: its bytes and its size,
  // not its name. If it fails, do not rely on anything that was not durable.
  Task<absl::Status> Sync();

  // Gives the handle up. A file without a name goes with its last handle.
  void Close();

  // Whether it refers to a file that can be used.
  bool is_open() const { return open_ != nullptr && open_->disk != nullptr; }
  // How long the file is now, as far as programs can see. 0 if it is not open.
  uint64_t size() const;
  // The path that it was opened by; "" for one that refers to no file.
  const std::string& path() const;

 private:
  friend Disk;
  using Shared = std::shared_ptr<disk_internal::OpenFile>;

  static constexpr uint64_t kAtTheEnd = ~uint64_t{0};

  Task<absl::StatusOr<size_t>> WriteAt(uint64_t offset, std::string bytes);

  explicit File(Shared open) : open_(std::move(open)) {}

  Shared open_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_FILE_H_
