// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/disk/disk.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/base/digest.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/disk/disk_crash.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

absl::Status DeviceError(DiskOperation operation, absl::string_view path) {
  return absl::DataLossError(
      absl::StrCat("I/O error: ", DiskOperationName(operation), " ", path));
}

absl::Status WentDown() {
  return absl::FailedPreconditionError(
      "the machine of the disk has been down since");
}

bool IsAboutNames(DiskOperation operation) {
  return operation != DiskOperation::kRead &&
         operation != DiskOperation::kWrite &&
         operation != DiskOperation::kTruncate &&
         operation != DiskOperation::kSync &&
         operation != DiskOperation::kSyncDirectory;
}

}  // namespace

Disk::Disk(DiskOptions options, NodeId node, absl::string_view name)
    : options_(std::move(options)),
      node_(node),
      image_(options_.sector_size, options_.journaled_metadata),
      draws_(options_.faults),
      line_(name) {}

Disk::~Disk() { KillHandles(); }

void Disk::SetLatency(LatencyLaw read, LatencyLaw write, LatencyLaw sync,
                      LatencyLaw names) {
  options_.read = read;
  options_.write = write;
  options_.sync = sync;
  options_.names = names;
}

void Disk::SetThroughput(uint64_t bytes_a_second) {
  options_.throughput = bytes_a_second;
}

// ---- What goes wrong --------------------------------------------------------

void Disk::FailNext(DiskOperation operation, absl::Status status,
                    std::string only_under) {
  planned_.push_back({operation, std::move(status), std::move(only_under)});
}

void Disk::FailNext(DiskOperation operation) {
  FailNext(operation, absl::OkStatus());
}

bool Disk::TakePlanned(DiskOperation operation, DiskFault error,
                       absl::string_view path, absl::Status& status) {
  for (auto planned = planned_.begin(); planned != planned_.end(); ++planned) {
    if (planned->operation != operation ||
        !absl::StartsWith(absl::StripPrefix(path, "/"),
                          absl::StripPrefix(planned->only_under, "/"))) {
      continue;
    }
    if (!draws_[error].Reach(node_)) return false;
    draws_[error].HadEffect();
    status = planned->status.ok() ? DeviceError(operation, path)
                                  : std::move(planned->status);
    planned_.erase(planned);
    return true;
  }
  return false;
}

Disk::Verdict Disk::Judge(DiskOperation operation, DiskFault error,
                          absl::string_view path) {
  Simulation& simulation = Simulation::Current("Disk");
  Verdict verdict;
  if (draws_.HappensForAll(DiskFault::kHang, path)) {
    verdict.takes = DiskLine::kForever;
    return verdict;
  }
  if (IsAboutNames(operation)) {
    verdict.takes = options_.names.Draw(simulation, "disk: names");
  } else if (error == DiskFault::kReadError) {
    verdict.takes = options_.read.Draw(simulation, "disk: read");
  } else if (error == DiskFault::kSyncError) {
    verdict.takes = options_.sync.Draw(simulation, "disk: sync");
  } else {
    verdict.takes = options_.write.Draw(simulation, "disk: write");
  }
  if (draws_.HappensForAll(DiskFault::kStall, path)) {
    verdict.takes += options_.faults.stall_for.Draw(simulation, "disk: stall");
  }
  if (!TakePlanned(operation, error, path, verdict.status) &&
      draws_.HappensForAll(error, path)) {
    verdict.status = DeviceError(operation, path);
  }
  return verdict;
}

void Disk::Note(DiskOperation operation, AccessKind kind,
                absl::string_view path, uint64_t offset,
                absl::string_view payload, bool failed) {
  Simulation& simulation = Simulation::Current("Disk");
  simulation.Accessed(line_, kind);
  Digest digest;
  digest.MixBytes(payload);
  const uint64_t payload_digest = digest.value();
  digest.Mix(static_cast<uint64_t>(operation) << 1 | (failed ? 1 : 0));
  digest.Mix(offset);
  digest.MixBytes(path);
  simulation.MixData(digest.value());
  simulation.Record(event::FileAccessed{node_, DiskOperationName(operation),
                                        path, offset, payload.size(),
                                        payload_digest, failed});
}

// ---- Names ------------------------------------------------------------------

Task<absl::Status> Disk::Rename(std::string from, std::string to) {
  return ChangeNames(DiskOperation::kRename, std::move(from), std::move(to));
}
Task<absl::Status> Disk::Unlink(std::string path) {
  return ChangeNames(DiskOperation::kUnlink, std::move(path));
}
Task<absl::Status> Disk::MakeDirectory(std::string path) {
  return ChangeNames(DiskOperation::kMakeDirectory, std::move(path));
}
Task<absl::Status> Disk::RemoveDirectory(std::string path) {
  return ChangeNames(DiskOperation::kRemoveDirectory, std::move(path));
}

Task<absl::Status> Disk::ChangeNames(DiskOperation operation, std::string path,
                                     std::string to) {
  co_await line_.Ask(AccessKind::kWrite);
  Verdict verdict = Judge(operation, DiskFault::kWriteError, path);
  absl::Status status = std::move(verdict.status);
  if (!verdict.hangs()) {
    if (status.ok()) status = Change(operation, path, to);
    Note(operation, AccessKind::kWrite, path, 0, to, !status.ok());
  }
  const uint64_t downs = downs_;
  co_await line_.For(AccessKind::kRead, verdict.takes);
  if (downs != downs_) status = WentDown();
  co_return status;
}

absl::Status Disk::Change(DiskOperation operation, absl::string_view path,
                          absl::string_view to) {
  BoundPending();
  switch (operation) {
    case DiskOperation::kRename:
      return image_.Rename(path, to);
    case DiskOperation::kUnlink:
      return image_.Unlink(path);
    case DiskOperation::kMakeDirectory:
      return image_.MakeDirectory(path);
    case DiskOperation::kRemoveDirectory:
      return image_.RemoveDirectory(path);
    default:
      return absl::OkStatus();
  }
}

Task<absl::StatusOr<File>> Disk::Open(std::string path, OpenOptions options) {
  co_await line_.Ask(AccessKind::kWrite);
  const DiskFault error = options.create || options.truncate
                              ? DiskFault::kWriteError
                              : DiskFault::kReadError;
  Verdict verdict = Judge(DiskOperation::kOpen, error, path);
  absl::StatusOr<File> file = File();
  if (!verdict.hangs()) {
    if (verdict.status.ok()) {
      file = OpenNow(path, options);
    } else {
      file = std::move(verdict.status);
    }
    Note(DiskOperation::kOpen, AccessKind::kWrite, path, 0, "", !file.ok());
  }
  co_await line_.For(AccessKind::kRead, verdict.takes);
  if (file.ok() && !file->is_open()) file = WentDown();
  co_return std::move(file);
}

Task<absl::Status> Disk::SyncDirectory(std::string path) {
  co_await line_.Ask(AccessKind::kWrite);
  Verdict verdict =
      Judge(DiskOperation::kSyncDirectory, DiskFault::kSyncError, path);
  const uint64_t until = image_.next_order();
  const uint64_t downs = downs_;
  absl::StatusOr<DiskImage::Number> found = image_.FindDirectory(path);
  if (found.ok() && !verdict.hangs()) image_.AddOpen(*found);
  co_await line_.For(AccessKind::kWrite, verdict.takes);
  if (downs != downs_) co_return WentDown();
  absl::Status status = std::move(verdict.status);
  if (status.ok()) status = found.status();
  if (status.ok()) image_.SyncDirectory(*found, until);
  if (found.ok()) image_.DropOpen(*found);
  Note(DiskOperation::kSyncDirectory, AccessKind::kWrite, path, 0, "",
       !status.ok());
  co_return status;
}

Task<absl::StatusOr<std::vector<std::string>>> Disk::List(std::string path) {
  co_await line_.Ask(AccessKind::kRead);
  Verdict verdict = Judge(DiskOperation::kList, DiskFault::kReadError, path);
  const uint64_t downs = downs_;
  co_await line_.For(AccessKind::kRead, verdict.takes);
  if (downs != downs_) co_return WentDown();
  absl::Status status = std::move(verdict.status);
  std::vector<std::string> names;
  std::string payload;
  if (status.ok()) {
    const absl::StatusOr<DiskImage::Number> found = image_.FindDirectory(path);
    status = found.status();
    if (found.ok()) {
      for (const auto& [name, number] : image_.Get(*found).names) {
        names.push_back(name);
        absl::StrAppend(&payload, name, "/");
      }
    }
  }
  Note(DiskOperation::kList, AccessKind::kRead, path, 0, payload, !status.ok());
  if (!status.ok()) co_return status;
  co_return names;
}

Task<absl::StatusOr<FileInfo>> Disk::Stat(std::string path) {
  co_await line_.Ask(AccessKind::kRead);
  Verdict verdict = Judge(DiskOperation::kStat, DiskFault::kReadError, path);
  const uint64_t downs = downs_;
  co_await line_.For(AccessKind::kRead, verdict.takes);
  if (downs != downs_) co_return WentDown();
  absl::Status status = std::move(verdict.status);
  FileInfo info;
  if (status.ok()) {
    const absl::StatusOr<DiskImage::Place> place = image_.Find(path);
    status = place.status();
    if (place.ok() && place->inode == 0) {
      status = absl::NotFoundError(absl::StrCat("there is no ", place->path));
    } else if (place.ok()) {
      const DiskImage::Inode& inode = image_.Get(place->inode);
      info.directory = inode.directory;
      info.size = inode.directory ? inode.names.size() : inode.cached.size();
    }
  }
  Note(DiskOperation::kStat, AccessKind::kRead, path, info.size, "",
       !status.ok());
  if (!status.ok()) co_return status;
  co_return info;
}

// ---- As a whole -------------------------------------------------------------

void Disk::KillHandles() {
  open_files_.Drain([](OpenFile* open) { open->disk = nullptr; });
}

void Disk::GoDown() {
  ++downs_;
  KillHandles();
  line_.Release(node_);
}

void Disk::Crash() {
  GoDown();
  DiskCrash(image_, draws_).Run();
}

void Disk::Close() {
  GoDown();
  image_.DropAllOpens();
}

void Disk::Wipe() {
  GoDown();
  image_ = DiskImage(options_.sector_size, options_.journaled_metadata);
}

DiskSnapshot Disk::Snapshot() const {
  DiskSnapshot snapshot;
  auto image = std::make_shared<DiskImage>(image_);
  image->DropAllOpens();
  snapshot.image_ = std::move(image);
  return snapshot;
}

void Disk::Restore(const DiskSnapshot& snapshot) {
  GoDown();
  if (snapshot.image_ != nullptr) image_ = *snapshot.image_;
}

// When too much is pending, the system writes it all.
void Disk::BoundPending() {
  if (image_.pending() >= options_.max_pending) image_.StoreAll();
}

absl::Status Disk::FlipBit(absl::string_view path, uint64_t bit) {
  const absl::StatusOr<DiskImage::Number> file = image_.FindFile(path);
  if (!file.ok()) return file.status();
  if (image_.CleanRanges(*file, bit / 8, 1).empty()) {
    return absl::OutOfRangeError(
        absl::StrCat("bit ", bit, " of ", path,
                     " is not on the platter, or may be overwritten"));
  }
  image_.FlipBit(*file, bit);
  return absl::OkStatus();
}

std::optional<std::string> Disk::Peek(absl::string_view path) const {
  const absl::StatusOr<DiskImage::Number> file = image_.FindFile(path);
  if (!file.ok()) return std::nullopt;
  return image_.Get(*file).cached;
}

std::map<std::string, std::string> Disk::Contents() const {
  std::map<std::string, std::string> contents;
  image_.ForEach([&](const std::string& path, const DiskImage::Inode& inode) {
    contents[inode.directory ? path + "/" : path] = inode.cached;
  });
  return contents;
}

}  // namespace orrery
