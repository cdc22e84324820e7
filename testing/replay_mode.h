// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayMode`: how closely a replay follows its trace.

#ifndef ORRERY_TESTING_REPLAY_MODE_H_
#define ORRERY_TESTING_REPLAY_MODE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace orrery {

enum class ReplayKind : uint8_t {
  // To the letter; the first difference ends the run.
  kStrict,
  // As far as it fits: choices are found again by who makes them.
  kLenient,
  // To one of its choices; from there on runs are explored.
  kPrefix,
};

struct ReplayMode {
  ReplayKind kind = ReplayKind::kStrict;
  uint64_t prefix = 0;  // choices, for kPrefix
};

// Returns what `text` means, one of "strict", "lenient" and "prefix:N"; nothing
// if it is none of them.
inline std::optional<ReplayMode> ParseReplayMode(absl::string_view text) {
  if (text == "strict") return ReplayMode{ReplayKind::kStrict, 0};
  if (text == "lenient") return ReplayMode{ReplayKind::kLenient, 0};
  ReplayMode mode{ReplayKind::kPrefix, 0};
  if (!absl::ConsumePrefix(&text, "prefix:") ||
      !absl::SimpleAtoi(text, &mode.prefix)) {
    return std::nullopt;
  }
  return mode;
}

}  // namespace orrery

#endif  // ORRERY_TESTING_REPLAY_MODE_H_
