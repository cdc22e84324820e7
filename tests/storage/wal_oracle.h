// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WalOracle`: knows what a log was asked to keep, and which of that it has
// told to be sure. It stands outside of the machine, and fails the run if the
// log has something else when it is opened: a record that was sure is gone, or
// there is one that was not asked for, twice or out of order.

#ifndef ORRERY_TESTS_STORAGE_WAL_ORACLE_H_
#define ORRERY_TESTS_STORAGE_WAL_ORACLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/tests/storage/wal.h"

namespace orrery::storage {

class WalOracle {
 public:
  // `text` is about to be appended; the log has said that it will not be there.
  void Append(std::string text) { asked_.push_back(std::move(text)); }
  void NotAppended() { asked_.pop_back(); }
  // The log has told that all that was appended is sure.
  void Sure() { sure_ = asked_.size(); }
  // The log has been opened.
  void Opened(const Wal& wal);
  // Fails the run, for another reason.
  void Fail(absl::string_view why) const;

  // Returns a snapshot for a checkpoint, which stands for all that was asked.
  std::string Snapshot() const { return SnapshotOf(asked_.size()); }
  size_t asked() const { return asked_.size(); }
  size_t sure() const { return sure_; }
  // Returns how often it was opened.
  size_t opened() const { return opened_; }

 private:
  // Returns a text that tells the first `n` records from all others.
  std::string SnapshotOf(size_t n) const;
  // Returns what is wrong with `wal`; "" if nothing is.
  std::string Judge(const Wal& wal) const;

  // In order. What an earlier incarnation has lost is not among them.
  std::vector<std::string> asked_;
  size_t sure_ = 0;  // so many of them
  size_t opened_ = 0;
};

}  // namespace orrery::storage

#endif  // ORRERY_TESTS_STORAGE_WAL_ORACLE_H_
