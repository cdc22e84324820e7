// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The records of a log, as bytes: a checksum of all that follows, the length of
// what is told, a number that is one more than that of the record before, and
// what is told.

#ifndef ORRERY_TESTS_STORAGE_WAL_RECORD_H_
#define ORRERY_TESTS_STORAGE_WAL_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace orrery::storage {

struct WalRecord {
  uint64_t number = 0;
  absl::string_view text;
};

// What stands at the beginning of some bytes.
enum class WalBytes : uint8_t {
  kRecord,   // a record
  kEnd,      // nothing: there are no bytes
  kCutOff,   // fewer bytes than a record has
  kCorrupt,  // a record whose checksum is another
};

inline constexpr size_t kWalHeaderBytes = 16;

// Returns the bytes of a record.
std::string EncodeWalRecord(uint64_t number, absl::string_view text);

// Takes a record off the front of `bytes`, also one whose checksum is wrong.
// `bytes` is left as it is where no record is there as a whole.
WalBytes TakeWalRecord(absl::string_view& bytes, WalRecord& record);

}  // namespace orrery::storage

#endif  // ORRERY_TESTS_STORAGE_WAL_RECORD_H_
