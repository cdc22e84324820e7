// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskCrash`: what a power cut leaves of what was pending on a disk.

#ifndef ORRERY_SIM_DISK_DISK_CRASH_H_
#define ORRERY_SIM_DISK_DISK_CRASH_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/sim/disk/disk_draws.h"
#include "orrery/sim/disk/disk_image.h"

namespace orrery {

// Decides for each pending operation whether it is there, which a draw of 0
// says, in such an order that nothing is drawn for what cannot matter any more:
// names first; then, file by file, cuts and writes from the newest to the
// oldest. So different draws are different states, as a rule, and a search has
// no more to try than there is.
class DiskCrash {
 public:
  DiskCrash(DiskImage& image, const DiskDraws& draws)
      : image_(image), draws_(draws) {}

  // Leaves what is durable now, and nothing pending.
  void Run();

 private:
  using Number = DiskImage::Number;
  using Inode = DiskImage::Inode;
  using Write = DiskImage::Write;
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  // What is there of a write; whether that is decided for the whole of it.
  enum class How : uint8_t { kOpen, kWhole, kTorn };
  struct Fate {
    std::vector<bool> sectors;
    bool size = false;  // or the cut
    How how = How::kOpen;
    bool whole = false;
    bool lost_some = false;
  };

  // ---- Any order ------------------------------------------------------------
  void DecideChanges();
  void DecideJournal();
  void DecideFile(Inode& inode);
  bool IsTorn(size_t parts, absl::string_view path);
  size_t DecideSize(const Inode& inode, size_t end, std::vector<Fate>& fates);
  // `limit`: where the file ends, or ended once since; `there_from`: what lies
  // behind that is there for sure.
  void DecideSectors(const Inode& inode, const Write& write, Fate& fate,
                     uint64_t limit, uint64_t there_from,
                     std::set<uint64_t>& seen);
  // Returns how many of the file's writes are not lost with a cut.
  size_t DecideCuts(const Inode& inode, std::vector<Fate>& fates);
  // ---- A prefix -------------------------------------------------------------
  void DecidePrefix();
  void Tear(const Write& write, absl::string_view path, Fate& fate);

  bool Lost(uint64_t order, absl::string_view path);
  void Kept(uint64_t order);
  std::vector<Fate> NoFates(const Inode& inode) const;
  void Settle(Inode& inode, const std::vector<Fate>& fates);
  void NoteTorn(const Fate& fate);
  void SettleNames();
  // Removes what nothing leads to any more, and marks what is left.
  void Sweep();
  void Remember();

  DiskImage& image_;
  const DiskDraws& draws_;
  std::vector<bool> kept_;  // for each change of names
  uint64_t first_lost_cut_ = kNone;
  uint64_t oldest_lost_ = kNone;
  uint64_t newest_kept_ = 0;
  std::map<Number, std::vector<Fate>> prefix_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_CRASH_H_
