// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is done through handles.

#include "orrery/sim/disk/file.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

using disk_internal::OpenFile;

absl::Status Unusable(const OpenFile* open) {
  if (open == nullptr) {
    return absl::FailedPreconditionError("the handle refers to no file");
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the handle of ", open->path,
      open->closed ? " is closed"
                   : " is dead: the machine of the disk has been down since"));
}

}  // namespace

// ---- Handles ----------------------------------------------------------------

void File::Close() {
  if (open_ == nullptr) return;
  open_->closed = open_->closed || open_->disk != nullptr;
  if (open_->disk != nullptr) open_->disk->CloseNow(*open_);
}

void Disk::CloseNow(OpenFile& open) {
  open_files_.Remove(&open);
  open.disk = nullptr;
  image_.DropOpen(open.inode);
}

uint64_t File::size() const {
  if (!is_open()) return 0;
  return open_->disk->image_.Get(open_->inode).cached.size();
}

const std::string& File::path() const {
  static const std::string* const kNone = new std::string();
  return open_ != nullptr ? open_->path : *kNone;
}

absl::StatusOr<File> Disk::OpenNow(const std::string& path,
                                   const OpenOptions& options) {
  const absl::StatusOr<DiskImage::Place> place = image_.Find(path);
  if (!place.ok()) return place.status();
  BoundPending();
  DiskImage::Number number = place->inode;
  if (number == 0) {
    if (!options.create) {
      return absl::NotFoundError(absl::StrCat("there is no ", place->path));
    }
    number = image_.Make(*place, /*directory=*/false);
  } else if (options.create && options.exclusive) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a ", place->path, " already"));
  } else if (image_.Get(number).directory) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", place->path, "\" is a directory"));
  } else if (options.truncate) {
    image_.Resize(number, 0);
  }
  image_.Get(number).path = place->path;
  image_.AddOpen(number);
  auto open = std::make_shared<OpenFile>();
  open->disk = this;
  open->inode = number;
  open->path = place->path;
  open_files_.PushBack(open.get());
  return File(std::move(open));
}

// ---- Reading ----------------------------------------------------------------

Task<absl::StatusOr<std::string>> File::Read(uint64_t offset, size_t n) {
  const Shared open = open_;
  if (!is_open()) co_return Unusable(open.get());
  co_await open->disk->line_.Ask(AccessKind::kRead);
  if (open->disk == nullptr) co_return Unusable(open.get());
  Disk& disk = *open->disk;
  Disk::Verdict verdict =
      disk.Judge(DiskOperation::kRead, DiskFault::kReadError, open->path);
  if (!verdict.hangs()) {
    const uint64_t size = disk.image_.Get(open->inode).cached.size();
    verdict.takes += disk.line_.Occupy(
        offset < size ? std::min<uint64_t>(n, size - offset) : 0,
        disk.options_.throughput);
  }
  co_await disk.line_.For(AccessKind::kRead, verdict.takes);
  if (open->disk == nullptr) co_return Unusable(open.get());
  std::string bytes;
  if (verdict.status.ok()) bytes = disk.ReadNow(*open, offset, n);
  disk.Note(DiskOperation::kRead, AccessKind::kRead, open->path, offset, bytes,
            !verdict.status.ok());
  if (!verdict.status.ok()) co_return std::move(verdict.status);
  co_return bytes;
}

std::string Disk::ReadNow(OpenFile& open, uint64_t offset, size_t n) {
  const DiskImage::Number file = open.inode;
  const std::string& cached = image_.Get(file).cached;
  if (offset >= cached.size()) return "";
  uint64_t length = std::min<uint64_t>(n, cached.size() - offset);
  if (length > 1 && draws_.HappensForAll(DiskFault::kShortRead, open.path)) {
    length -= 1 + draws_[DiskFault::kShortRead].Pick(length - 1);
  }
  if (draws_.MayHappen(DiskFault::kEviction, open.path) &&
      image_.KnowsBetter(file) &&
      draws_.HappensForAll(DiskFault::kEviction, open.path)) {
    image_.Evict(file);
  }
  if (draws_.MayHappen(DiskFault::kBitRot, open.path)) {
    uint64_t bits = 0;
    const auto ranges = image_.CleanRanges(file, offset, length);
    for (const auto& [begin, end] : ranges) bits += (end - begin) * 8;
    if (bits != 0 && draws_.HappensForAll(DiskFault::kBitRot, open.path)) {
      uint64_t bit = draws_[DiskFault::kBitRot].Pick(bits);
      for (const auto& [begin, end] : ranges) {
        if (bit < (end - begin) * 8) {
          image_.FlipBit(file, begin * 8 + bit);
          break;
        }
        bit -= (end - begin) * 8;
      }
    }
  }
  image_.NoteRead(file, offset, length, draws_);
  return cached.substr(offset, length);
}

// ---- Writing ----------------------------------------------------------------

Task<absl::StatusOr<size_t>> File::Write(uint64_t offset, std::string bytes) {
  return WriteAt(offset, std::move(bytes));
}
Task<absl::StatusOr<size_t>> File::Append(std::string bytes) {
  return WriteAt(kAtTheEnd, std::move(bytes));
}

Task<absl::StatusOr<size_t>> File::WriteAt(uint64_t offset, std::string bytes) {
  const Shared open = open_;
  if (!is_open()) co_return Unusable(open.get());
  co_await open->disk->line_.Ask(AccessKind::kWrite);
  if (open->disk == nullptr) co_return Unusable(open.get());
  Disk& disk = *open->disk;
  Disk::Verdict verdict =
      disk.Judge(DiskOperation::kWrite, DiskFault::kWriteError, open->path);
  absl::StatusOr<size_t> written = size_t{0};
  if (!verdict.hangs()) {
    if (offset == kAtTheEnd) {
      offset = disk.image_.Get(open->inode).cached.size();
    }
    if (verdict.status.ok()) {
      written = disk.WriteNow(*open, offset, bytes);
    } else {
      written = std::move(verdict.status);
    }
    if (written.ok()) {
      bytes.resize(*written);
      verdict.takes += disk.line_.Occupy(*written, disk.options_.throughput);
    }
    disk.Note(DiskOperation::kWrite, AccessKind::kWrite, open->path, offset,
              bytes, !written.ok());
  }
  co_await disk.line_.For(AccessKind::kRead, verdict.takes);
  if (open->disk == nullptr) co_return Unusable(open.get());
  co_return written;
}

absl::StatusOr<size_t> Disk::WriteNow(OpenFile& open, uint64_t offset,
                                      absl::string_view bytes) {
  const absl::StatusOr<uint64_t> room = RoomFor(open, offset, bytes.size());
  if (!room.ok()) return room.status();
  uint64_t length = *room;
  if (length > 1 && draws_.HappensForAll(DiskFault::kShortWrite, open.path)) {
    length -= 1 + draws_[DiskFault::kShortWrite].Pick(length - 1);
  }
  BoundPending();
  image_.WriteAt(open.inode, offset, bytes.substr(0, length));
  return length;
}

absl::StatusOr<uint64_t> Disk::RoomFor(const OpenFile& open, uint64_t offset,
                                       uint64_t n) {
  const uint64_t size = image_.Get(open.inode).cached.size();
  if (n > options_.max_file_size || offset > options_.max_file_size - n) {
    return absl::OutOfRangeError(absl::StrCat(
        open.path, " would be larger than ", options_.max_file_size, " bytes"));
  }
  const uint64_t free =
      options_.capacity - std::min(options_.capacity, image_.used());
  if (offset + n <= size || offset + n - size <= free) return n;
  Fault& full = draws_[DiskFault::kFull];
  if (!draws_.Concerns(open.path) || !full.Reach(node_)) return n;
  full.HadEffect();
  if (offset >= size + free) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no space left on the disk for ", open.path));
  }
  return size + free - offset;
}

Task<absl::Status> File::Truncate(uint64_t size) {
  const Shared open = open_;
  if (!is_open()) co_return Unusable(open.get());
  co_await open->disk->line_.Ask(AccessKind::kWrite);
  if (open->disk == nullptr) co_return Unusable(open.get());
  Disk& disk = *open->disk;
  Disk::Verdict verdict =
      disk.Judge(DiskOperation::kTruncate, DiskFault::kWriteError, open->path);
  absl::Status status = std::move(verdict.status);
  if (!verdict.hangs()) {
    if (status.ok()) status = disk.TruncateNow(*open, size);
    disk.Note(DiskOperation::kTruncate, AccessKind::kWrite, open->path, size,
              "", !status.ok());
  }
  co_await disk.line_.For(AccessKind::kRead, verdict.takes);
  if (open->disk == nullptr) co_return Unusable(open.get());
  co_return status;
}

absl::Status Disk::TruncateNow(OpenFile& open, uint64_t size) {
  const uint64_t old_size = image_.Get(open.inode).cached.size();
  if (size > old_size) {
    const uint64_t more = size - old_size;
    const absl::StatusOr<uint64_t> room = RoomFor(open, old_size, more);
    if (!room.ok()) return room.status();
    if (*room < more) {
      return absl::ResourceExhaustedError(
          absl::StrCat("no space left on the disk for ", open.path));
    }
  }
  BoundPending();
  image_.Resize(open.inode, size);
  return absl::OkStatus();
}

// ---- Durability -------------------------------------------------------------

Task<absl::Status> File::Sync() {
  const Shared open = open_;
  if (!is_open()) co_return Unusable(open.get());
  co_await open->disk->line_.Ask(AccessKind::kWrite);
  if (open->disk == nullptr) co_return Unusable(open.get());
  Disk& disk = *open->disk;
  Disk::Verdict verdict =
      disk.Judge(DiskOperation::kSync, DiskFault::kSyncError, open->path);
  const uint64_t until = disk.image_.next_order();
  co_await disk.line_.For(AccessKind::kWrite, verdict.takes);
  if (open->disk == nullptr) co_return Unusable(open.get());
  if (verdict.status.ok()) {
    disk.image_.Sync(open->inode, until, disk.draws_);
  } else {
    disk.image_.ForgetWrites(open->inode, until);
  }
  disk.Note(DiskOperation::kSync, AccessKind::kWrite, open->path, 0, "",
            !verdict.status.ok());
  co_return std::move(verdict.status);
}

}  // namespace orrery
