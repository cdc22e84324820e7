// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskImage`: what is on a disk, what readers see, and how the one becomes the
// other: the operations that are pending. It takes no time; docs/disk.md says
// what it is to do, and disk_crash.h does the rest of that.

#ifndef ORRERY_SIM_DISK_DISK_IMAGE_H_
#define ORRERY_SIM_DISK_DISK_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/disk/disk_draws.h"

namespace orrery {

class DiskImage {
 public:
  // A file or a directory, whatever it is called.
  using Number = uint32_t;
  static constexpr Number kRoot = 1;

  // What has been done to the bytes of a file and may not be durable.
  struct Write {
    uint64_t order = 0;  // among all that is pending on the disk
    bool cut = false;    // made the file shorter
    bool grows = false;  // made it longer
    uint64_t size = 0;   // its size from here on, if one of the two
    // Whole sectors, as readers saw them then; the last one may end before its
    // end, where the file did.
    uint64_t at = 0;
    std::string bytes = {};
  };
  // Why a sector of the platter is not what it should be. `hidden`: memory
  // knows better.
  struct Wrong {
    DiskFault by = DiskFault::kLostWrite;
    bool hidden = true;
  };
  using Names = std::map<std::string, Number, std::less<>>;
  struct Inode {
    bool directory = false;
    std::string path;    // by which it was last made, opened or renamed
    std::string cached;  // as readers see it
    std::string stored;  // what is durable
    std::vector<Write> pending;
    std::map<uint64_t, Wrong> wrong;  // by the number of the sector
    // Of a directory, as readers see it: where it is, and what is in it.
    Number parent = 0;
    Names names;
    Names stored_names;
    // What keeps it: its name, its durable name, changes that are pending, and
    // open handles.
    uint32_t links = 0;
    uint32_t stored_links = 0;
    uint32_t claims = 0;
    uint32_t opens = 0;
  };
  // A change of names that may not be durable: `inode` loses the one in
  // `from_directory`, or gets the one in `to_directory`, or both. 0: neither.
  struct Change {
    uint64_t order = 0;
    Number inode = 0;
    Number from_directory = 0;
    std::string from = {};
    Number to_directory = 0;
    std::string to = {};
    Number replaced = 0;
    std::string path = {};
    // It is not there unless these are, if they are pending: their orders.
    std::vector<uint64_t> needs = {};
  };
  // Where a path leads to.
  struct Place {
    std::string path;  // in its shortest form
    Number directory = 0;
    std::string name;
    Number inode = 0;  // 0: nothing is there
  };

  DiskImage(uint32_t sector_size, bool journaled);

  // ---- Names ----------------------------------------------------------------

  // Errors of these are as `Disk` says.
  absl::StatusOr<Place> Find(absl::string_view path) const;
  // The same, but there must be something; a directory, or a file.
  absl::StatusOr<Number> FindDirectory(absl::string_view path) const;
  absl::StatusOr<Number> FindFile(absl::string_view path) const;
  // Makes a file or a directory where there is nothing.
  Number Make(const Place& place, bool directory);
  absl::Status MakeDirectory(absl::string_view path);
  absl::Status Unlink(absl::string_view path);
  absl::Status RemoveDirectory(absl::string_view path);
  absl::Status Rename(absl::string_view from, absl::string_view to);

  Inode& Get(Number number) { return inodes_.at(number); }
  const Inode& Get(Number number) const { return inodes_.at(number); }
  void AddOpen(Number number) { ++Get(number).opens; }
  void DropOpen(Number number);
  void DropAllOpens();

  // ---- Bytes ----------------------------------------------------------------

  void WriteAt(Number file, uint64_t offset, absl::string_view bytes);
  void Resize(Number file, uint64_t size);
  // Tells the faults that a program has seen what they did to these bytes.
  void NoteRead(Number file, uint64_t offset, uint64_t n,
                const DiskDraws& draws);
  // Whether memory knows more of the file than is on the platter or pending.
  bool KnowsBetter(Number file) const;
  void Evict(Number file);
  void DropCaches();
  // Returns the ranges [begin, end) among these bytes that are on the platter
  // and not pending.
  std::vector<std::pair<uint64_t, uint64_t>> CleanRanges(Number file,
                                                         uint64_t offset,
                                                         uint64_t n) const;
  void FlipBit(Number file, uint64_t bit);

  // ---- Durability -----------------------------------------------------------

  // What is done from now on has this order, or a greater one.
  uint64_t next_order() const { return next_order_; }
  // Makes durable what was done to a file, or to the names in a directory,
  // before `until`, and whatever comes with it.
  void Sync(Number file, uint64_t until, const DiskDraws& draws);
  void SyncDirectory(Number directory, uint64_t until);
  void StoreAll();
  // Forgets that the bytes written before `until` are pending, as a sync does
  // that fails.
  void ForgetWrites(Number file, uint64_t until);
  size_t CountPending() const;
  // The same, but a write counts once: it costs nothing to ask.
  size_t pending() const { return pending_; }

  uint64_t used() const { return used_; }
  uint32_t sector_size() const { return sector_size_; }
  bool journaled() const { return journaled_; }
  // Calls `f(path, inode)` for all that has a name, sorted by path. Directories
  // come before what is in them.
  void ForEach(
      const std::function<void(const std::string&, const Inode&)>& f) const;

 private:
  friend class DiskCrash;
  using Sectors = std::map<uint64_t, DiskFault>;

  // A name is gone or there as `change` says: it is pending now.
  void Add(Change change);
  std::vector<uint64_t> NeedsOf(const Change& change) const;
  void Claim(const Change& change);
  void Unclaim(const Change& change);
  bool IsDirectory(Number number) const {
    return number != 0 && Get(number).directory;
  }
  // A change that takes something to another directory.
  static bool Moves(const Change& change) {
    return change.from_directory != 0 && change.to_directory != 0 &&
           change.from_directory != change.to_directory;
  }
  void SetName(Number directory, const std::string& name, Number inode);
  void ClearName(Number directory, const std::string& name);
  void StoreNames(const Change& change);
  // Stores the changes for which `which` is true, and forgets them.
  void StoreChanges(const std::vector<bool>& which);
  void StoreJournal(uint64_t until);
  // Without `draws` nothing goes wrong.
  void StoreWrites(Inode& inode, uint64_t until, const DiskDraws* draws);
  // Stores all of a write but the sectors in `but`.
  void StoreWrite(Inode& inode, const Write& write, const Sectors& but);
  // Decides what goes wrong with the first `count` writes that are pending: of
  // which sectors nothing gets to where it should.
  Sectors DrawMishaps(const Inode& inode, size_t count,
                      const DiskDraws& draws) const;
  void Misdirect(const Inode& inode, uint64_t sector, absl::string_view bytes,
                 const DiskDraws& draws);
  void Forget(Number number);
  bool IsPending(const Inode& inode, uint64_t sector) const;
  uint64_t CountSectors(absl::string_view bytes) const {
    return (bytes.size() + sector_size_ - 1) / sector_size_;
  }
  // Returns a sector of `bytes`, which begin at sector 0, without the zeros at
  // its end: two that are equal read the same.
  absl::string_view SectorOf(absl::string_view bytes, uint64_t sector) const;
  // Puts `bytes` where `sector` is, as far as that lies within `into`, and
  // zeros into the rest of it.
  void PutSector(std::string& into, uint64_t sector,
                 absl::string_view bytes) const;
  uint32_t sector_size_;
  bool journaled_;
  uint64_t next_order_ = 1;
  Number next_number_ = kRoot + 1;
  uint64_t used_ = 0;
  size_t pending_ = 0;
  std::map<Number, Inode> inodes_;
  std::vector<Change> changes_;  // in order
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_IMAGE_H_
