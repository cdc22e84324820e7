// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How what is pending becomes durable.

#include <algorithm>
#include <iterator>
#include <utility>

#include "orrery/sim/disk/disk_image.h"

namespace orrery {

void DiskImage::Sync(Number file, uint64_t until, const DiskDraws& draws) {
  StoreWrites(Get(file), until, &draws);
  if (journaled_) StoreJournal(until);
}

void DiskImage::SyncDirectory(Number directory, uint64_t until) {
  if (journaled_) {
    StoreJournal(until);
    return;
  }
  std::vector<bool> which(changes_.size());
  for (size_t i = changes_.size(); i-- > 0;) {
    const Change& change = changes_[i];
    if (change.order < until && (change.from_directory == directory ||
                                 change.to_directory == directory)) {
      which[i] = true;
    }
    if (!which[i]) continue;
    for (const uint64_t need : change.needs) {
      const auto found = std::lower_bound(
          changes_.begin(), changes_.end(), need,
          [](const Change& c, uint64_t order) { return c.order < order; });
      if (found != changes_.end() && found->order == need) {
        which[static_cast<size_t>(found - changes_.begin())] = true;
      }
    }
  }
  StoreChanges(which);
}

// What stands in the journal gets to the disk in order. What a file held before
// it was cut has to be there first.
void DiskImage::StoreJournal(uint64_t until) {
  std::vector<bool> which(changes_.size());
  for (size_t i = 0; i < changes_.size(); ++i) {
    which[i] = changes_[i].order < until;
  }
  StoreChanges(which);
  for (auto& [number, inode] : inodes_) {
    uint64_t last_cut = 0;
    for (const Write& write : inode.pending) {
      if (write.cut && write.order < until) last_cut = write.order;
    }
    if (last_cut != 0) StoreWrites(inode, last_cut + 1, nullptr);
  }
}

void DiskImage::StoreAll() {
  StoreChanges(std::vector<bool>(changes_.size(), true));
  for (auto& [number, inode] : inodes_) {
    StoreWrites(inode, next_order_, nullptr);
  }
}

void DiskImage::StoreNames(const Change& change) {
  Inode& inode = Get(change.inode);
  if (change.from_directory != 0) {
    Get(change.from_directory).stored_names.erase(change.from);
    --inode.stored_links;
  }
  if (change.to_directory != 0) {
    Number& place = Get(change.to_directory).stored_names[change.to];
    if (place != 0) --Get(place).stored_links;
    place = change.inode;
    ++inode.stored_links;
  }
}

void DiskImage::StoreChanges(const std::vector<bool>& which) {
  std::vector<Change> stored;
  size_t kept = 0;
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (which[i]) {
      stored.push_back(std::move(changes_[i]));
    } else {
      if (kept != i) changes_[kept] = std::move(changes_[i]);
      ++kept;
    }
  }
  changes_.resize(kept);
  pending_ -= stored.size();
  for (const Change& change : stored) StoreNames(change);
  for (const Change& change : stored) Unclaim(change);
}

// ---- Bytes ------------------------------------------------------------------

void DiskImage::StoreWrite(Inode& inode, const Write& write,
                           const Sectors& but) {
  std::string& stored = inode.stored;
  if (write.cut || write.grows) stored.resize(write.size);
  if (write.cut && !inode.wrong.empty()) {
    const uint64_t end = (write.size + sector_size_ - 1) / sector_size_;
    // What memory knows better may have been written after the cut.
    auto wrong = inode.wrong.lower_bound(end);
    while (wrong != inode.wrong.end()) {
      wrong =
          wrong->second.hidden ? std::next(wrong) : inode.wrong.erase(wrong);
    }
  }
  if (write.bytes.empty()) return;
  if (but.empty() && inode.wrong.empty()) {
    stored.resize(
        std::max<size_t>(stored.size(), write.at + write.bytes.size()));
    stored.replace(write.at, write.bytes.size(), write.bytes);
    return;
  }
  const uint64_t first = write.at / sector_size_;
  for (uint64_t i = 0; i < CountSectors(write.bytes); ++i) {
    if (but.count(first + i) != 0) continue;
    PutSector(stored, first + i, SectorOf(write.bytes, i));
    inode.wrong.erase(first + i);
  }
}

void DiskImage::StoreWrites(Inode& inode, uint64_t until,
                            const DiskDraws* draws) {
  size_t count = 0;
  while (count < inode.pending.size() && inode.pending[count].order < until) {
    ++count;
  }
  if (count == 0) return;
  const Sectors mishaps =
      draws != nullptr ? DrawMishaps(inode, count, *draws) : Sectors();
  for (size_t i = 0; i < count; ++i) {
    StoreWrite(inode, inode.pending[i], mishaps);
  }
  for (const auto& [sector, by] : mishaps) {
    // The newest version of it.
    absl::string_view bytes;
    for (size_t i = count; i-- > 0 && bytes.empty();) {
      const Write& write = inode.pending[i];
      const uint64_t first = write.at / sector_size_;
      if (sector < first || sector - first >= CountSectors(write.bytes)) {
        continue;
      }
      bytes = SectorOf(write.bytes, sector - first);
      break;
    }
    if (bytes != SectorOf(inode.stored, sector)) {
      inode.wrong[sector] = {by, /*hidden=*/true};
    }
    if (by == DiskFault::kMisdirectedWrite) {
      Misdirect(inode, sector, bytes, *draws);
    }
  }
  inode.pending.erase(
      inode.pending.begin(),
      inode.pending.begin() + static_cast<std::ptrdiff_t>(count));
  pending_ -= count;
}

DiskImage::Sectors DiskImage::DrawMishaps(const Inode& inode, size_t count,
                                          const DiskDraws& draws) const {
  Sectors mishaps;
  if (!draws.MayHappen(DiskFault::kLostWrite, inode.path) &&
      !draws.MayHappen(DiskFault::kMisdirectedWrite, inode.path)) {
    return mishaps;
  }
  uint64_t others = 0;  // sectors there are
  for (const auto& [number, other] : inodes_) {
    others += CountSectors(other.stored);
  }
  std::map<uint64_t, bool> seen;
  // Only the newest version of a sector gets to the disk; and what was cut off
  // does not.
  for (size_t i = count; i-- > 0 && !inode.pending[i].cut;) {
    const Write& write = inode.pending[i];
    std::vector<uint64_t> sectors;
    for (uint64_t k = 0; k < CountSectors(write.bytes); ++k) {
      const uint64_t sector = write.at / sector_size_ + k;
      if (std::exchange(seen[sector], true)) continue;
      sectors.push_back(sector);
    }
    if (sectors.empty()) continue;
    if (draws.Happens(DiskFault::kLostWrite, inode.path)) {
      for (const uint64_t sector : sectors) {
        mishaps[sector] = DiskFault::kLostWrite;
      }
    } else if (others + seen.size() > 1 &&
               draws.Happens(DiskFault::kMisdirectedWrite, inode.path)) {
      const uint64_t which =
          draws[DiskFault::kMisdirectedWrite].Pick(sectors.size());
      mishaps[sectors[which]] = DiskFault::kMisdirectedWrite;
    }
  }
  return mishaps;
}

void DiskImage::Misdirect(const Inode& inode, uint64_t sector,
                          absl::string_view bytes, const DiskDraws& draws) {
  std::vector<std::pair<Inode*, uint64_t>> places;
  for (auto& [number, other] : inodes_) {
    for (uint64_t s = 0; s < CountSectors(other.stored); ++s) {
      if (&other != &inode || s != sector) places.push_back({&other, s});
    }
  }
  if (places.empty()) return;
  const uint64_t which =
      draws[DiskFault::kMisdirectedWrite].Pick(places.size());
  const auto [victim, at] = places[which];
  const std::string before(SectorOf(victim->stored, at));
  PutSector(victim->stored, at, bytes);
  if (SectorOf(victim->stored, at) == before) return;
  victim->wrong[at] = {DiskFault::kMisdirectedWrite, /*hidden=*/true};
}

void DiskImage::ForgetWrites(Number file, uint64_t until) {
  Inode& inode = Get(file);
  size_t kept = 0;
  for (size_t i = 0; i < inode.pending.size(); ++i) {
    Write& write = inode.pending[i];
    if (write.order < until) {
      const uint64_t first = write.at / sector_size_;
      for (uint64_t k = 0; k < CountSectors(write.bytes); ++k) {
        if (SectorOf(inode.cached, first + k) !=
            SectorOf(inode.stored, first + k)) {
          inode.wrong[first + k] = {DiskFault::kSyncError, /*hidden=*/true};
        }
      }
      write.bytes.clear();
      if (!write.cut && !write.grows) continue;
    }
    if (kept != i) inode.pending[kept] = std::move(write);
    ++kept;
  }
  pending_ -= inode.pending.size() - kept;
  inode.pending.resize(kept);
}

size_t DiskImage::CountPending() const {
  size_t count = changes_.size();
  for (const auto& [number, inode] : inodes_) {
    for (const Write& write : inode.pending) {
      count += CountSectors(write.bytes) + (write.cut || write.grows ? 1 : 0);
    }
  }
  return count;
}

}  // namespace orrery
