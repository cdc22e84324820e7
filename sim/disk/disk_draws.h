// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskDraws`: whether what can go wrong on a disk does, here and now.

#ifndef ORRERY_SIM_DISK_DISK_DRAWS_H_
#define ORRERY_SIM_DISK_DISK_DRAWS_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/sim/disk/disk_faults.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"

namespace orrery {

enum class DiskFault : uint8_t {
  kReadError,
  kWriteError,
  kSyncError,
  kShortRead,
  kShortWrite,
  kLostWrite,
  kMisdirectedWrite,
  kBitRot,
  kEviction,
  kStall,
  kHang,
  kCrashLost,
  kCrashTorn,
  kCrashReordered,
  kFull,  // has no chance: it is the capacity
};

// Belongs to one simulation.
class DiskDraws {
 public:
  // `chances` may change, and must outlive this.
  explicit DiskDraws(const DiskFaults& chances) : chances_(chances) {}

  const DiskFaults& chances() const { return chances_; }
  Fault& operator[](DiskFault fault) const {
    Fault* known = faults_[static_cast<size_t>(fault)];
    return known != nullptr ? *known : Find(fault);
  }
  Chance ChanceOf(DiskFault fault) const;
  // Whether what is done to `path` goes wrong at all.
  bool Concerns(absl::string_view path) const;
  // Whether it could happen to `path`.
  bool MayHappen(DiskFault fault, absl::string_view path) const {
    return !ChanceOf(fault).never() && !(*this)[fault].off() && Concerns(path);
  }
  // Whether it happens now.
  bool Happens(DiskFault fault, absl::string_view path) const {
    return MayHappen(fault, path) && (*this)[fault].Happens(ChanceOf(fault));
  }
  // The same where it is known at once that a program can tell.
  bool HappensForAll(DiskFault fault, absl::string_view path) const {
    const bool happens = Happens(fault, path);
    if (happens) (*this)[fault].HadEffect();
    return happens;
  }

 private:
  static constexpr size_t kCount = static_cast<size_t>(DiskFault::kFull) + 1;

  Fault& Find(DiskFault fault) const;

  const DiskFaults& chances_;
  // Null until first needed: as a rule few of them are.
  mutable std::array<Fault*, kCount> faults_ = {};
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_DRAWS_H_
