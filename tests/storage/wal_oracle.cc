// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/storage/wal_oracle.h"

#include <zlib.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/simulation.h"
#include "orrery/tests/storage/wal.h"

namespace orrery::storage {

void WalOracle::Opened(const Wal& wal) {
  ++opened_;
  const std::string wrong = Judge(wal);
  if (!wrong.empty()) {
    Fail(wrong);
    return;
  }
  // What it has is sure now, and what it has not will not come back.
  asked_.resize(wal.number());
  sure_ = asked_.size();
}

std::string WalOracle::Judge(const Wal& wal) const {
  if (wal.number() < sure_) {
    return absl::StrCat("record ", wal.number() + 1, " of ", sure_,
                        " that were sure is gone");
  }
  if (wal.number() != wal.snapshot_number() + wal.records().size()) {
    return "records are not numbered one by one";
  }
  if (wal.number() > asked_.size()) {
    return absl::StrCat("record ", asked_.size() + 1,
                        " was not asked for, or was lost before");
  }
  const size_t before = wal.snapshot_number();
  if (before > 0 && wal.snapshot() != SnapshotOf(before)) {
    return absl::StrCat("the snapshot of ", before, " records is another");
  }
  for (size_t i = 0; i < wal.records().size(); ++i) {
    if (wal.records()[i] != asked_[before + i]) {
      return absl::StrCat("record ", before + i + 1, " is another");
    }
  }
  return "";
}

std::string WalOracle::SnapshotOf(size_t n) const {
  uLong checksum = 0;
  for (size_t i = 0; i < n; ++i) {
    checksum = crc32(checksum, reinterpret_cast<const Bytef*>(asked_[i].data()),
                     static_cast<uInt>(asked_[i].size()));
  }
  return absl::StrCat(n, " records, ", checksum);
}

void WalOracle::Fail(absl::string_view why) const {
  Simulation::Current("WalOracle")
      .Fail(std::string(why), SourceSite::current());
}

}  // namespace orrery::storage
