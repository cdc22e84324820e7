// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Disk`: a file system, and what a power cut leaves of it. Whatever was not
// synced may get lost, in any combination that docs/disk.md allows; each of
// them comes out for some seed, and `dfs` tries them all.
//
//   Task<absl::Status> Save(Disk& disk, std::string bytes) {
//     absl::StatusOr<File> file = co_await disk.Open(
//         "state.new", {.create = true, .truncate = true});
//     if (!file.ok()) co_return file.status();
//     ...
//     co_return co_await disk.SyncDirectory("");
//   }
//
// A path is names with '/' between them; one at the front means nothing, and ""
// is the root. "." and ".." are no names. Links there are none.

#ifndef ORRERY_SIM_DISK_DISK_H_
#define ORRERY_SIM_DISK_DISK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/sim/disk/disk_draws.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/disk/disk_image.h"
#include "orrery/sim/disk/disk_line.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/ring.h"
#include "orrery/sim/task.h"

namespace orrery {

struct FileInfo {
  bool directory = false;
  uint64_t size = 0;  // in bytes; of a directory: how many names are in it
};

// All that is on a disk, durable or pending. Copies are free.
class DiskSnapshot {
 private:
  friend class Disk;
  std::shared_ptr<const DiskImage> image_;
};

// A disk is made in a simulation, by `Disks` (disks.h) as a rule. One that a
// test makes itself is on no machine, or on `node`; it has to be told when that
// goes down.
//
// Operations fail with
//   kInvalidArgument     the path is none, or leads to the root where that
//                        cannot be meant
//   kNotFound            there is no such file or directory
//   kFailedPrecondition  it is a directory and should be none, or the other way
//                        around; or the machine went down meanwhile
//   kDataLoss            the device failed, if `DiskFaults` says so: EIO
class Disk {
 public:
  explicit Disk(DiskOptions options = {}, NodeId node = NodeId(),
                absl::string_view name = "");
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  // Open files are dead.
  ~Disk();

  // Opens a file for reading and writing.
  //
  // Errors:
  //   kAlreadyExists  it is there, and should be made by this (`exclusive`)
  Task<absl::StatusOr<File>> Open(std::string path, OpenOptions options = {});

  // Gives a file or a directory another name, in one stroke: whoever looks sees
  // the one or the other. If `to` is there it is replaced: a file by a file, an
  // empty directory by a directory.
  //
  // Errors:
  //   kFailedPrecondition  `to` is a directory that is not empty
  //   kInvalidArgument     `to` lies within `from`
  Task<absl::Status> Rename(std::string from, std::string to);
  // Takes a file's name away. Who has it open can go on using it.
  Task<absl::Status> Unlink(std::string path);
  // Errors:
  //   kAlreadyExists  there is something of that name
  Task<absl::Status> MakeDirectory(std::string path);
  // Errors:
  //   kFailedPrecondition  it is not empty
  Task<absl::Status> RemoveDirectory(std::string path);
  // Makes durable which names are in the directory, and which are not.
  Task<absl::Status> SyncDirectory(std::string path);
  // Returns the names in the directory, sorted.
  Task<absl::StatusOr<std::vector<std::string>>> List(std::string path);
  Task<absl::StatusOr<FileInfo>> Stat(std::string path);

  // What goes wrong, to be changed at any time.
  DiskFaults& faults() { return options_.faults; }
  const DiskFaults& faults() const { return options_.faults; }
  const DiskOptions& options() const { return options_; }
  // How long things take from now on.
  void SetLatency(LatencyLaw read, LatencyLaw write, LatencyLaw sync,
                  LatencyLaw names);
  void SetThroughput(uint64_t bytes_a_second);

  // How many bytes fit on it, and how many are there. A disk can be made
  // smaller than what is on it: then nothing more fits ("disk.full").
  void SetCapacity(uint64_t bytes) { options_.capacity = bytes; }
  uint64_t capacity() const { return options_.capacity; }
  uint64_t used() const { return image_.used(); }

  // The next such operation on a path that begins with `only_under` fails with
  // `status`, or with a device error. It does what the errors in `DiskFaults`
  // do. Several wait for their turns in order.
  void FailNext(DiskOperation operation, absl::Status status,
                std::string only_under = "");
  void FailNext(DiskOperation operation);

  // ---- What happens to it as a whole ----------------------------------------
  //
  // All of these make every open file dead, and let operations in progress fail
  // if those who wait for them are still there.

  // The machine has lost power: what is pending stays or gets lost.
  void Crash();
  // The processes have ended, the system goes on: what is pending stays so.
  void Close();
  // A new disk in its place: there is nothing on it.
  void Wipe();
  // Makes it again what it was when `snapshot` was taken, of this disk or of
  // one like it. `Snapshot` itself changes nothing.
  DiskSnapshot Snapshot() const;
  void Restore(const DiskSnapshot& snapshot);

  // ---- For tests: no time, no faults, nothing drawn, nothing changed --------

  // What memory knows beside what is pending is forgotten: reads show what is
  // on the platter.
  void DropCaches() { image_.DropCaches(); }
  // Flips a bit of the file at `path`, counted from its first byte's lowest
  // bit, on the platter and for readers.
  //
  // Errors:
  //   kNotFound    there is no such file
  //   kOutOfRange  it is shorter, or that part of it is pending
  absl::Status FlipBit(absl::string_view path, uint64_t bit);
  // Returns what the file at `path` holds, as a program would see it; none if
  // it is not there.
  std::optional<std::string> Peek(absl::string_view path) const;
  // Returns all there is, sorted by path: what files hold; directories, other
  // than the root, end in '/' and hold "".
  std::map<std::string, std::string> Contents() const;
  // Returns how many operations are pending: changes of names, truncations, and
  // of each write the sectors, and the size if it has made the file longer.
  size_t CountPending() const { return image_.CountPending(); }
  // Makes everything durable, as a system does that shuts down.
  void SyncAll() { image_.StoreAll(); }

 private:
  friend File;
  using OpenFile = disk_internal::OpenFile;

  // What is to become of an operation.
  struct Verdict {
    absl::Status status;
    int64_t takes = 0;  // kForever: it has no effect
    bool hangs() const { return takes == DiskLine::kForever; }
  };
  struct Planned {
    DiskOperation operation;
    absl::Status status;
    std::string only_under;
  };

  // Decides how long an operation takes, and whether it fails.
  Verdict Judge(DiskOperation operation, DiskFault error,
                absl::string_view path);
  bool TakePlanned(DiskOperation operation, DiskFault error,
                   absl::string_view path, absl::Status& status);
  // An operation that changes names and does no more.
  Task<absl::Status> ChangeNames(DiskOperation operation, std::string path,
                                 std::string to = "");
  absl::Status Change(DiskOperation operation, absl::string_view path,
                      absl::string_view to);
  // Makes a handle; the file may be made or emptied by that.
  absl::StatusOr<File> OpenNow(const std::string& path,
                               const OpenOptions& options);
  void CloseNow(OpenFile& open);
  std::string ReadNow(OpenFile& open, uint64_t offset, size_t n);
  absl::StatusOr<size_t> WriteNow(OpenFile& open, uint64_t offset,
                                  absl::string_view bytes);
  // Returns how many of `n` bytes at `offset` there is room for.
  absl::StatusOr<uint64_t> RoomFor(const OpenFile& open, uint64_t offset,
                                   uint64_t n);
  absl::Status TruncateNow(OpenFile& open, uint64_t size);
  void KillHandles();
  // Does that, and operations that are in progress fail.
  void GoDown();
  // Takes down an operation when it has had its effect. `payload` is what was
  // read or written.
  void Note(DiskOperation operation, AccessKind kind, absl::string_view path,
            uint64_t offset, absl::string_view payload, bool failed);
  void BoundPending();

  DiskOptions options_;
  NodeId node_;
  DiskImage image_;
  DiskDraws draws_;
  DiskLine line_;
  Ring<OpenFile> open_files_;
  std::vector<Planned> planned_;
  uint64_t downs_ = 0;  // how often all handles died
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_H_
