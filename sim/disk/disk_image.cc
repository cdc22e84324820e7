// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The names, and the bytes as readers see them.

#include "orrery/sim/disk/disk_image.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

absl::Status NotFound(absl::string_view path) {
  return absl::NotFoundError(absl::StrCat("there is no ", path));
}

absl::Status NoDirectory(absl::string_view path) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is not a directory"));
}

absl::Status ADirectory(absl::string_view path) {
  return absl::FailedPreconditionError(absl::StrCat(path, " is a directory"));
}

absl::Status NotTheRoot() {
  return absl::InvalidArgumentError("that cannot be done to the root");
}

}  // namespace

DiskImage::DiskImage(uint32_t sector_size, bool journaled)
    : sector_size_(sector_size), journaled_(journaled) {
  ORRERY_CHECK(sector_size >= 1, "a sector has at least one byte");
  Inode& root = inodes_[kRoot];
  root.directory = true;
  root.links = root.stored_links = 1;
}

// ---- Names ------------------------------------------------------------------

absl::StatusOr<DiskImage::Place> DiskImage::Find(absl::string_view path) const {
  Place place;
  place.inode = kRoot;
  for (const absl::string_view name :
       absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (name == "." || name == "..") {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name, "\" in a path: ", path));
    }
    if (place.inode == 0) return NotFound(place.path);
    const Inode& inode = Get(place.inode);
    if (!inode.directory) return NoDirectory(place.path);
    const auto found = inode.names.find(name);
    place.directory = place.inode;
    place.inode = found != inode.names.end() ? found->second : 0;
    place.name = std::string(name);
    if (!place.path.empty()) place.path += '/';
    absl::StrAppend(&place.path, name);
  }
  return place;
}

absl::StatusOr<DiskImage::Number> DiskImage::FindDirectory(
    absl::string_view path) const {
  const absl::StatusOr<Place> place = Find(path);
  if (!place.ok()) return place.status();
  if (place->inode == 0) return NotFound(place->path);
  if (!Get(place->inode).directory) return NoDirectory(place->path);
  return place->inode;
}

absl::StatusOr<DiskImage::Number> DiskImage::FindFile(
    absl::string_view path) const {
  const absl::StatusOr<Place> place = Find(path);
  if (!place.ok()) return place.status();
  if (place->inode == 0) return NotFound(place->path);
  if (Get(place->inode).directory) return ADirectory(place->path);
  return place->inode;
}

void DiskImage::SetName(Number directory, const std::string& name,
                        Number number) {
  Get(directory).names[name] = number;
  Inode& inode = Get(number);
  ++inode.links;
  if (inode.directory) inode.parent = directory;
}

void DiskImage::ClearName(Number directory, const std::string& name) {
  Names& names = Get(directory).names;
  const auto found = names.find(name);
  Inode& inode = Get(found->second);
  names.erase(found);
  if (--inode.links == 0 && inode.opens == 0) used_ -= inode.cached.size();
}

DiskImage::Number DiskImage::Make(const Place& place, bool directory) {
  const Number number = next_number_++;
  Inode& inode = inodes_[number];
  inode.directory = directory;
  inode.path = place.path;
  SetName(place.directory, place.name, number);
  Change change;
  change.inode = number;
  change.to_directory = place.directory;
  change.to = place.name;
  change.path = place.path;
  Add(std::move(change));
  return number;
}

absl::Status DiskImage::MakeDirectory(absl::string_view path) {
  const absl::StatusOr<Place> place = Find(path);
  if (!place.ok()) return place.status();
  if (place->inode != 0) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a ", place->path, " already"));
  }
  Make(*place, /*directory=*/true);
  return absl::OkStatus();
}

absl::Status DiskImage::Unlink(absl::string_view path) {
  const absl::StatusOr<Place> place = Find(path);
  if (!place.ok()) return place.status();
  if (place->inode == 0) return NotFound(place->path);
  if (place->directory == 0) return NotTheRoot();
  if (Get(place->inode).directory) return ADirectory(place->path);
  ClearName(place->directory, place->name);
  Change change;
  change.inode = place->inode;
  change.from_directory = place->directory;
  change.from = place->name;
  change.path = place->path;
  Add(std::move(change));
  return absl::OkStatus();
}

absl::Status DiskImage::RemoveDirectory(absl::string_view path) {
  const absl::StatusOr<Place> place = Find(path);
  if (!place.ok()) return place.status();
  if (place->inode == 0) return NotFound(place->path);
  if (place->directory == 0) return NotTheRoot();
  const Inode& inode = Get(place->inode);
  if (!inode.directory) return NoDirectory(place->path);
  if (!inode.names.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(place->path, " is not empty"));
  }
  ClearName(place->directory, place->name);
  Change change;
  change.inode = place->inode;
  change.from_directory = place->directory;
  change.from = place->name;
  change.path = place->path;
  Add(std::move(change));
  return absl::OkStatus();
}

absl::Status DiskImage::Rename(absl::string_view from, absl::string_view to) {
  const absl::StatusOr<Place> old_place = Find(from);
  if (!old_place.ok()) return old_place.status();
  const absl::StatusOr<Place> new_place = Find(to);
  if (!new_place.ok()) return new_place.status();
  if (old_place->inode == 0) return NotFound(old_place->path);
  if (old_place->directory == 0 || new_place->directory == 0) {
    return NotTheRoot();
  }
  if (new_place->inode == old_place->inode) return absl::OkStatus();
  const bool directory = Get(old_place->inode).directory;
  if (directory &&
      absl::StartsWith(new_place->path, absl::StrCat(old_place->path, "/"))) {
    return absl::InvalidArgumentError(
        absl::StrCat(new_place->path, " lies within ", old_place->path));
  }
  if (new_place->inode != 0) {
    const Inode& replaced = Get(new_place->inode);
    if (replaced.directory && !directory) return ADirectory(new_place->path);
    if (!replaced.directory && directory) return NoDirectory(new_place->path);
    if (!replaced.names.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(new_place->path, " is not empty"));
    }
    ClearName(new_place->directory, new_place->name);
  }
  Change change;
  change.inode = old_place->inode;
  change.from_directory = old_place->directory;
  change.from = old_place->name;
  change.to_directory = new_place->directory;
  change.to = new_place->name;
  change.replaced = new_place->inode;
  change.path = new_place->path;
  SetName(new_place->directory, new_place->name, old_place->inode);
  ClearName(old_place->directory, old_place->name);
  Get(old_place->inode).path = new_place->path;
  Add(std::move(change));
  return absl::OkStatus();
}

void DiskImage::Add(Change change) {
  change.order = next_order_++;
  change.needs = NeedsOf(change);
  Claim(change);
  ++pending_;
  changes_.push_back(std::move(change));
}

// Of those that touch one name the last is enough: it needs the others. What
// leads to where something goes is as it was then, so nothing gets lost, and no
// directory gets into itself.
std::vector<uint64_t> DiskImage::NeedsOf(const Change& change) const {
  std::vector<uint64_t> needs;
  bool from = change.from_directory != 0;
  bool to = change.to_directory != 0;
  const Number removed =
      change.to_directory == 0 ? change.inode : change.replaced;
  const bool removes_directory = IsDirectory(removed);
  std::vector<Number> above;  // what leads to where it goes
  if (Moves(change)) {
    for (Number n = change.to_directory; n != kRoot; n = Get(n).parent) {
      above.push_back(n);
    }
  }
  for (auto c = changes_.rbegin(); c != changes_.rend(); ++c) {
    auto touches = [&](Number directory, const std::string& name) {
      return (c->from_directory == directory && c->from == name) ||
             (c->to_directory == directory && c->to == name);
    };
    bool needed = false;
    if (from && touches(change.from_directory, change.from)) {
      from = false;
      needed = true;
    }
    if (to && touches(change.to_directory, change.to)) {
      to = false;
      needed = true;
    }
    if (removes_directory &&
        (c->from_directory == removed || c->to_directory == removed)) {
      needed = true;
    }
    if (c->to_directory != 0 &&
        std::find(above.begin(), above.end(), c->inode) != above.end()) {
      needed = true;
    }
    if (needed) needs.push_back(c->order);
  }
  return needs;
}

void DiskImage::Claim(const Change& change) {
  for (const Number n : {change.inode, change.replaced, change.from_directory,
                         change.to_directory}) {
    if (n != 0) ++Get(n).claims;
  }
}

void DiskImage::Unclaim(const Change& change) {
  for (const Number n : {change.inode, change.replaced, change.from_directory,
                         change.to_directory}) {
    if (n == 0) continue;
    --Get(n).claims;
    Forget(n);
  }
}

// Lets go of what nothing leads to any more, nor may after a crash.
void DiskImage::Forget(Number number) {
  const Inode& inode = Get(number);
  if (inode.links != 0 || inode.stored_links != 0 || inode.claims != 0 ||
      inode.opens != 0) {
    return;
  }
  pending_ -= inode.pending.size();
  inodes_.erase(number);
}

void DiskImage::DropOpen(Number number) {
  Inode& inode = Get(number);
  if (--inode.opens != 0 || inode.links != 0) return;
  used_ -= inode.cached.size();
  Forget(number);
}

void DiskImage::DropAllOpens() {
  std::vector<Number> open;
  for (const auto& [number, inode] : inodes_) {
    if (inode.opens != 0) open.push_back(number);
  }
  for (const Number number : open) {
    Get(number).opens = 1;
    DropOpen(number);
  }
}

void DiskImage::ForEach(
    const std::function<void(const std::string&, const Inode&)>& f) const {
  std::function<void(const std::string&, const Inode&)> walk =
      [&](const std::string& prefix, const Inode& directory) {
        for (const auto& [name, number] : directory.names) {
          const Inode& inode = Get(number);
          const std::string path = absl::StrCat(prefix, name);
          f(path, inode);
          if (inode.directory) walk(absl::StrCat(path, "/"), inode);
        }
      };
  walk("", Get(kRoot));
}

// ---- Bytes ------------------------------------------------------------------

void DiskImage::WriteAt(Number file, uint64_t offset, absl::string_view bytes) {
  if (bytes.empty()) return;
  Inode& inode = Get(file);
  std::string& cached = inode.cached;
  const uint64_t end = offset + bytes.size();
  Write write;
  write.order = next_order_++;
  if (end > cached.size()) {
    write.grows = true;
    write.size = end;
    used_ += end - cached.size();
    cached.resize(end);
  }
  cached.replace(offset, bytes.size(), bytes.data(), bytes.size());
  write.at = offset - offset % sector_size_;
  const uint64_t over = end % sector_size_;
  write.bytes = cached.substr(
      write.at, end + (over == 0 ? 0 : sector_size_ - over) - write.at);
  inode.pending.push_back(std::move(write));
  ++pending_;
}

void DiskImage::Resize(Number file, uint64_t size) {
  Inode& inode = Get(file);
  const uint64_t old_size = inode.cached.size();
  if (size == old_size) return;
  Write write;
  write.order = next_order_++;
  write.cut = size < old_size;
  write.grows = size > old_size;
  write.size = size;
  used_ += size - old_size;
  inode.cached.resize(size);
  inode.pending.push_back(std::move(write));
  ++pending_;
}

bool DiskImage::IsPending(const Inode& inode, uint64_t sector) const {
  for (const Write& write : inode.pending) {
    const uint64_t first = write.at / sector_size_;
    if (sector >= first && sector - first < CountSectors(write.bytes)) {
      return true;
    }
  }
  return false;
}

void DiskImage::NoteRead(Number file, uint64_t offset, uint64_t n,
                         const DiskDraws& draws) {
  Inode& inode = Get(file);
  if (inode.wrong.empty() || n == 0) return;
  const uint64_t last = (offset + n - 1) / sector_size_;
  auto wrong = inode.wrong.lower_bound(offset / sector_size_);
  while (wrong != inode.wrong.end() && wrong->first <= last) {
    if (wrong->second.hidden || IsPending(inode, wrong->first)) {
      ++wrong;
      continue;
    }
    draws[wrong->second.by].HadEffect();
    wrong = inode.wrong.erase(wrong);
  }
}

bool DiskImage::KnowsBetter(Number file) const {
  const Inode& inode = Get(file);
  return std::any_of(
      inode.wrong.begin(), inode.wrong.end(), [&](const auto& wrong) {
        return wrong.second.hidden && !IsPending(inode, wrong.first);
      });
}

void DiskImage::Evict(Number file) {
  Inode& inode = Get(file);
  for (auto& [sector, wrong] : inode.wrong) {
    if (!wrong.hidden || IsPending(inode, sector)) continue;
    wrong.hidden = false;
    PutSector(inode.cached, sector, SectorOf(inode.stored, sector));
  }
}

void DiskImage::DropCaches() {
  for (auto& [number, inode] : inodes_) Evict(number);
}

std::vector<std::pair<uint64_t, uint64_t>> DiskImage::CleanRanges(
    Number file, uint64_t offset, uint64_t n) const {
  const Inode& inode = Get(file);
  const uint64_t limit = std::min({uint64_t{inode.stored.size()},
                                   uint64_t{inode.cached.size()}, offset + n});
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  while (offset < limit) {
    const uint64_t sector = offset / sector_size_;
    const uint64_t end = std::min(limit, (sector + 1) * sector_size_);
    const auto wrong = inode.wrong.find(sector);
    const bool hidden = wrong != inode.wrong.end() && wrong->second.hidden;
    if (!hidden && !IsPending(inode, sector)) ranges.push_back({offset, end});
    offset = end;
  }
  return ranges;
}

void DiskImage::FlipBit(Number file, uint64_t bit) {
  Inode& inode = Get(file);
  for (std::string* bytes : {&inode.cached, &inode.stored}) {
    char& byte = (*bytes)[bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
  }
}

absl::string_view DiskImage::SectorOf(absl::string_view bytes,
                                      uint64_t sector) const {
  const uint64_t begin = sector * sector_size_;
  if (begin >= bytes.size()) return "";
  absl::string_view found = bytes.substr(begin, sector_size_);
  const size_t last = found.find_last_not_of('\0');
  return found.substr(0, last == found.npos ? 0 : last + 1);
}

void DiskImage::PutSector(std::string& into, uint64_t sector,
                          absl::string_view bytes) const {
  const uint64_t begin = sector * sector_size_;
  if (begin >= into.size()) return;
  const uint64_t room = std::min<uint64_t>(sector_size_, into.size() - begin);
  bytes = bytes.substr(0, room);
  std::copy(bytes.begin(), bytes.end(),
            into.begin() + static_cast<std::ptrdiff_t>(begin));
  std::fill_n(into.begin() + static_cast<std::ptrdiff_t>(begin + bytes.size()),
              room - bytes.size(), '\0');
}

}  // namespace orrery
