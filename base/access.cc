// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/access.h"

namespace orrery {

absl::string_view AccessVerb(AccessKind kind) {
  switch (kind) {
    case AccessKind::kNone:
      return "does nothing to";
    case AccessKind::kRead:
      return "reads";
    case AccessKind::kWrite:
      return "writes";
    case AccessKind::kAcquire:
      return "acquires";
    case AccessKind::kRelease:
      return "releases";
    case AccessKind::kWait:
      return "has waited for";
    case AccessKind::kSignal:
      return "signals";
    case AccessKind::kLock:
      return "locks";
    case AccessKind::kUnlock:
      return "unlocks";
  }
  return "unknown";
}

}  // namespace orrery
