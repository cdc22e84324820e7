// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What has to hold of whatever bytes a reader of traces is given.

#ifndef ORRERY_TESTS_FUZZ_CHECK_READER_H_
#define ORRERY_TESTS_FUZZ_CHECK_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace orrery {

// Reads `bytes` in every way, puts what is there into words, verifies it and
// compares it with itself. Ends the process if anything contradicts anything.
void CheckReader(absl::string_view bytes);

// A record within the bytes of what may be a trace.
struct RecordPlace {
  uint64_t number = 0;
  size_t begin = 0;
  size_t payload = 0;  // where it begins
  size_t end = 0;
};

// Returns the records that `bytes` begin with, the magic apart, up to where
// there are none.
std::vector<RecordPlace> RecordPlaces(absl::string_view bytes);

// Returns `bytes` with each checksum right, so that nothing but the reader's
// own care stands between it and what is in the records. Bytes that are no
// records stay as they are.
std::string WithGoodChecksums(absl::string_view bytes);

}  // namespace orrery

#endif  // ORRERY_TESTS_FUZZ_CHECK_READER_H_
