// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/access.h"

namespace orrery {

absl::string_view AccessName(AccessKind kind) {
  switch (kind) {
    case AccessKind::kNone:
      return "none";
    case AccessKind::kRead:
      return "read";
    case AccessKind::kWrite:
      return "write";
    case AccessKind::kAcquire:
      return "acquire";
    case AccessKind::kRelease:
      return "release";
    case AccessKind::kWait:
      return "wait";
    case AccessKind::kSignal:
      return "signal";
  }
  return "unknown";
}

}  // namespace orrery
