// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The first difference between two runs that should have been the same.

#ifndef ORRERY_EXPLORER_RECORD_DIFF_H_
#define ORRERY_EXPLORER_RECORD_DIFF_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns `text` with addresses ("0x7ffe12ab") and the bytes of objects that
// cannot be printed ("8-byte object <2A-00 ...>") left out.
std::string WithoutAddresses(absl::string_view text);

// Returns the first difference in words, event by event with all that an event
// says, then how they ended; nothing if there is none. What acted there is told
// with where it was spawned.
//
// In messages of failed assertions, addresses do not count: GoogleTest prints
// pointers by itself. In all that the program itself says, they do.
//
// O(events). Changes the messages in both traces.
std::optional<std::string> DiffRecords(Trace& first, Trace& second);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_RECORD_DIFF_H_
