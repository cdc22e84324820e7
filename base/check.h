// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ORRERY_CHECK`: a broken rule of ours, or of the caller against our contract,
// stops the process and says which rule and what to do. What a program could
// meet in production is an `absl::Status` instead.

#ifndef ORRERY_BASE_CHECK_H_
#define ORRERY_BASE_CHECK_H_

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"

namespace orrery {

// Prints `message` with the place, runs the hooks that save what has been
// recorded, and aborts.
[[noreturn]] void FailCheck(absl::string_view condition,
                            absl::string_view message, SourceSite site);

// Registers a function that is called before a failed check aborts, or replaces
// it. Null removes it. The hook must not fail a check itself.
using CheckFailureHook = void (*)(absl::string_view text);
void SetCheckFailureHook(CheckFailureHook hook);

}  // namespace orrery

// Example: ORRERY_CHECK(n > 0, "Choose() needs at least one alternative");
#define ORRERY_CHECK(condition, message)                    \
  do {                                                      \
    if (!(condition)) [[unlikely]] {                        \
      ::orrery::FailCheck(#condition, (message),            \
                          ::orrery::SourceSite::current()); \
    }                                                       \
  } while (false)

#endif  // ORRERY_BASE_CHECK_H_
