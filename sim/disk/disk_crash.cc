// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/disk/disk_crash.h"

#include <algorithm>
#include <utility>

namespace orrery {

void DiskCrash::Run() {
  image_.DropAllOpens();
  if (image_.pending_ != 0) {
    const Fault& reordered = draws_[DiskFault::kCrashReordered];
    const Chance chance = draws_.chances().crash_reordered;
    // Where it can always happen, it has when it shows.
    const bool shown = chance.always() && !reordered.off();
    const bool any_order =
        shown || (image_.pending_ > 1 &&
                  draws_[DiskFault::kCrashReordered].Happens(chance));
    kept_.assign(image_.changes_.size(), false);
    if (!any_order) {
      DecidePrefix();
    } else if (image_.journaled_) {
      DecideJournal();
    } else {
      DecideChanges();
    }
    SettleNames();
    Sweep();
    for (auto& [number, inode] : image_.inodes_) {
      if (inode.pending.empty()) continue;
      if (any_order) {
        DecideFile(inode);
      } else {
        Settle(inode, prefix_[number]);
      }
    }
    if (any_order && newest_kept_ > oldest_lost_ &&
        (!shown || draws_[DiskFault::kCrashReordered].Reach())) {
      draws_[DiskFault::kCrashReordered].HadEffect();
    }
  }
  Sweep();
  Remember();
}

bool DiskCrash::Lost(uint64_t order, absl::string_view path) {
  if (!draws_.Happens(DiskFault::kCrashLost, path)) {
    Kept(order);
    return false;
  }
  oldest_lost_ = std::min(oldest_lost_, order);
  return true;
}

void DiskCrash::Kept(uint64_t order) {
  newest_kept_ = std::max(newest_kept_, order);
}

std::vector<DiskCrash::Fate> DiskCrash::NoFates(const Inode& inode) const {
  std::vector<Fate> fates(inode.pending.size());
  for (size_t i = 0; i < fates.size(); ++i) {
    fates[i].sectors.resize(image_.CountSectors(inode.pending[i].bytes));
  }
  return fates;
}

// ---- In any order -----------------------------------------------------------

void DiskCrash::DecideChanges() {
  const std::vector<DiskImage::Change>& changes = image_.changes_;
  std::set<uint64_t> lost;
  for (size_t i = 0; i < changes.size(); ++i) {
    const DiskImage::Change& change = changes[i];
    const bool cannot =
        std::any_of(change.needs.begin(), change.needs.end(),
                    [&](uint64_t need) { return lost.count(need) != 0; });
    if (cannot || Lost(change.order, change.path)) {
      lost.insert(change.order);
    } else {
      kept_[i] = true;
    }
  }
}

// Names and cuts, as they stand in the journal: a prefix.
void DiskCrash::DecideJournal() {
  std::vector<std::pair<uint64_t, absl::string_view>> entries;
  for (const DiskImage::Change& change : image_.changes_) {
    entries.push_back({change.order, change.path});
  }
  for (const auto& [number, inode] : image_.inodes_) {
    for (const Write& write : inode.pending) {
      if (write.cut) entries.push_back({write.order, inode.path});
    }
  }
  std::sort(entries.begin(), entries.end());
  for (const auto& [order, path] : entries) {
    if (!Lost(order, path)) continue;
    first_lost_cut_ = order;
    break;
  }
  for (size_t i = 0; i < kept_.size(); ++i) {
    kept_[i] = image_.changes_[i].order < first_lost_cut_;
  }
}

size_t DiskCrash::DecideCuts(const Inode& inode, std::vector<Fate>& fates) {
  const std::vector<Write>& writes = inode.pending;
  size_t end = writes.size();
  bool kept = false;
  for (size_t i = writes.size(); i-- > 0;) {
    if (!writes[i].cut) continue;
    if (!kept) {
      kept = image_.journaled_ ? writes[i].order < first_lost_cut_
                               : !Lost(writes[i].order, inode.path);
    }
    if (kept) {
      fates[i].size = true;
    } else {
      end = i;
    }
  }
  return end;
}

bool DiskCrash::IsTorn(size_t parts, absl::string_view path) {
  if (parts < 2 || !draws_.MayHappen(DiskFault::kCrashTorn, path)) return false;
  // Where it can always happen, it has when it shows.
  return draws_.chances().crash_torn.always() ||
         draws_.Happens(DiskFault::kCrashTorn, path);
}

// The newest size that is there counts, back to the last cut. Returns the
// number of its write; none if that is how long the file was before.
size_t DiskCrash::DecideSize(const Inode& inode, size_t end,
                             std::vector<Fate>& fates) {
  for (size_t i = end; i-- > 0;) {
    const Write& write = inode.pending[i];
    if (write.cut) break;
    if (!write.grows) continue;
    Fate& fate = fates[i];
    fate.how =
        IsTorn(fate.sectors.size() + 1, inode.path) ? How::kTorn : How::kWhole;
    fate.size = !Lost(write.order, inode.path);
    if (fate.size) return i;
    fate.lost_some = true;
  }
  return fates.size();
}

void DiskCrash::DecideFile(Inode& inode) {
  std::vector<Fate> fates = NoFates(inode);
  const size_t end = DecideCuts(inode, fates);
  uint64_t base = inode.stored.size();  // how long it is without these writes
  for (size_t i = 0; i < end; ++i) {
    if (inode.pending[i].cut) base = inode.pending[i].size;
  }
  const size_t sized = DecideSize(inode, end, fates);
  const bool grown = sized < fates.size();
  // Of the sectors only those matter that lie within the file, were not cut
  // off later, and of which no newer version is there.
  uint64_t limit = grown ? inode.pending[sized].size : base;
  bool cut = false;
  std::set<uint64_t> seen;
  for (size_t i = end; i-- > 0;) {
    const Write& write = inode.pending[i];
    if (write.cut) {
      limit = std::min(limit, write.size);
      cut = true;
      continue;
    }
    // With a journal, what the file has grown by was written before.
    DecideSectors(
        inode, write, fates[i], limit,
        image_.journaled_ && grown && !cut && i <= sized ? base : kNone, seen);
  }
  if (end < fates.size()) fates[end].lost_some = true;
  Settle(inode, fates);
}

void DiskCrash::DecideSectors(const Inode& inode, const Write& write,
                              Fate& fate, uint64_t limit, uint64_t there_from,
                              std::set<uint64_t>& seen) {
  const uint64_t sector_size = image_.sector_size_;
  const uint64_t first = write.at / sector_size;
  std::vector<uint64_t> matter;
  bool some_must = false;
  auto must = [&](uint64_t sector) {
    return there_from != kNone && (sector + 1) * sector_size > there_from;
  };
  for (uint64_t k = 0; k < fate.sectors.size(); ++k) {
    const uint64_t sector = first + k;
    if (sector * sector_size >= limit || seen.count(sector) != 0) continue;
    matter.push_back(sector);
    some_must = some_must || must(sector);
  }
  if (matter.empty()) return;
  if (fate.how == How::kOpen) {
    fate.how = IsTorn(matter.size(), inode.path) ? How::kTorn : How::kWhole;
    if (fate.how == How::kWhole) {
      fate.whole = some_must || !Lost(write.order, inode.path);
    }
  } else if (fate.how == How::kWhole) {
    fate.whole = fate.size;
  }
  for (const uint64_t sector : matter) {
    const bool there = fate.how == How::kWhole
                           ? fate.whole
                           : must(sector) || !Lost(write.order, inode.path);
    if (!there) {
      fate.lost_some = true;
      continue;
    }
    fate.sectors[sector - first] = true;
    seen.insert(sector);
  }
  NoteTorn(fate);
}

void DiskCrash::NoteTorn(const Fate& fate) {
  const bool some =
      fate.size || std::find(fate.sectors.begin(), fate.sectors.end(), true) !=
                       fate.sectors.end();
  if (!some || !fate.lost_some) return;
  Fault& torn = draws_[DiskFault::kCrashTorn];
  // Where it can always happen, it has when it shows.
  if (draws_.chances().crash_torn.always() && !torn.Reach()) return;
  torn.HadEffect();
}

// ---- In order ---------------------------------------------------------------

void DiskCrash::DecidePrefix() {
  struct Entry {
    uint64_t order;
    size_t index;  // of the change, or of the write
    Inode* inode;  // null: a change
    Number number;
  };
  std::vector<Entry> entries;
  for (size_t i = 0; i < image_.changes_.size(); ++i) {
    entries.push_back({image_.changes_[i].order, i, nullptr, 0});
  }
  for (auto& [number, inode] : image_.inodes_) {
    prefix_[number] = NoFates(inode);
    for (size_t i = 0; i < inode.pending.size(); ++i) {
      entries.push_back({inode.pending[i].order, i, &inode, number});
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.order < b.order; });
  size_t next = 0;
  for (; next < entries.size(); ++next) {
    const Entry& entry = entries[next];
    const absl::string_view path = entry.inode != nullptr
                                       ? entry.inode->path
                                       : image_.changes_[entry.index].path;
    const bool lost = Lost(entry.order, path);
    if (entry.inode == nullptr) {
      kept_[entry.index] = !lost;
    } else {
      Fate& fate = prefix_[entry.number][entry.index];
      const Write& write = entry.inode->pending[entry.index];
      if (lost) {
        Tear(write, path, fate);
      } else {
        fate.sectors.assign(fate.sectors.size(), true);
        fate.size = write.cut || write.grows;
      }
    }
    if (lost) break;
  }
  for (; next < entries.size(); ++next) {
    const Entry& entry = entries[next];
    if (entry.inode != nullptr) {
      prefix_[entry.number][entry.index].lost_some = true;
    }
  }
}

// Of the first write that is lost a part may be there: some sectors from its
// beginning on, but not the last thing, which is the size if it has grown.
void DiskCrash::Tear(const Write& write, absl::string_view path, Fate& fate) {
  const size_t parts = fate.sectors.size() + (write.grows ? 1 : 0);
  fate.lost_some = true;
  if (parts < 2 || !draws_.MayHappen(DiskFault::kCrashTorn, path)) return;
  Fault& torn = draws_[DiskFault::kCrashTorn];
  const Chance chance = draws_.chances().crash_torn;
  size_t left = 0;
  if (chance.always()) {
    left = parts - 1 - torn.Pick(parts);
  } else if (torn.Happens(chance)) {
    left = parts - 1 - torn.Pick(parts - 1);
  }
  std::fill_n(fate.sectors.begin(), left, true);
  NoteTorn(fate);
}

// ---- What is left -----------------------------------------------------------

void DiskCrash::SettleNames() {
  bool lost = false;
  std::vector<DiskImage::Change> changes = std::move(image_.changes_);
  image_.changes_.clear();
  image_.pending_ -= changes.size();
  for (size_t i = 0; i < changes.size(); ++i) {
    if (kept_[i]) {
      image_.StoreNames(changes[i]);
    } else {
      lost = true;
    }
  }
  if (lost) draws_[DiskFault::kCrashLost].HadEffect();
}

void DiskCrash::Settle(Inode& inode, const std::vector<Fate>& fates) {
  std::string& stored = inode.stored;
  uint64_t size = stored.size();
  bool lost = false;
  for (size_t i = 0; i < inode.pending.size(); ++i) {
    const Write& write = inode.pending[i];
    const Fate& fate = fates[i];
    lost = lost || fate.lost_some;
    if (write.cut && fate.size) stored.resize(write.size);
    if (fate.size) size = write.size;
    const uint64_t first = write.at / image_.sector_size_;
    for (uint64_t k = 0; k < fate.sectors.size(); ++k) {
      if (!fate.sectors[k]) continue;
      const uint64_t end = (first + k + 1) * image_.sector_size_;
      if (stored.size() < end) stored.resize(end);
      image_.PutSector(stored, first + k, image_.SectorOf(write.bytes, k));
      inode.wrong.erase(first + k);
    }
  }
  stored.resize(size);
  if (lost && stored != inode.cached) {
    draws_[DiskFault::kCrashLost].HadEffect();
  }
  image_.pending_ -= inode.pending.size();
  inode.pending.clear();
}

void DiskCrash::Sweep() {
  std::set<Number> found = {DiskImage::kRoot};
  std::vector<Number> next = {DiskImage::kRoot};
  while (!next.empty()) {
    const Inode& inode = image_.Get(next.back());
    next.pop_back();
    for (const auto& [name, number] : inode.stored_names) {
      if (found.insert(number).second) next.push_back(number);
    }
  }
  for (auto i = image_.inodes_.begin(); i != image_.inodes_.end();) {
    if (found.count(i->first) != 0) {
      ++i;
    } else {
      image_.pending_ -= i->second.pending.size();
      i = image_.inodes_.erase(i);
    }
  }
}

// What is durable is all that memory knows now.
void DiskCrash::Remember() {
  image_.used_ = 0;
  for (auto& [number, inode] : image_.inodes_) {
    if (inode.directory) {
      inode.names = inode.stored_names;
      for (const auto& [name, child] : inode.names) {
        image_.Get(child).parent = number;
      }
    }
    inode.cached = inode.stored;
    image_.used_ += inode.cached.size();
    inode.links = inode.stored_links = 1;
    inode.claims = inode.opens = 0;
    const uint64_t end = image_.CountSectors(inode.stored);
    inode.wrong.erase(inode.wrong.lower_bound(end), inode.wrong.end());
    for (auto& [sector, wrong] : inode.wrong) wrong.hidden = false;
  }
}

}  // namespace orrery
