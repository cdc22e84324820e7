// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CheckDeterminism`: which runs of a simulated test are made once more, in
// another process, to see whether they are the same.

#ifndef ORRERY_TESTING_CHECK_DETERMINISM_H_
#define ORRERY_TESTING_CHECK_DETERMINISM_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace orrery {

enum class CheckDeterminism : uint8_t {
  kOff,     // none
  kSample,  // one in twenty, picked by test and seed, and every one that fails
  kAll,
};

// Reads "off", "sample" or "all"; returns nothing for other texts.
inline std::optional<CheckDeterminism> ParseCheckDeterminism(
    absl::string_view text) {
  if (text == "off") return CheckDeterminism::kOff;
  if (text == "sample") return CheckDeterminism::kSample;
  if (text == "all") return CheckDeterminism::kAll;
  return std::nullopt;
}

}  // namespace orrery

#endif  // ORRERY_TESTING_CHECK_DETERMINISM_H_
