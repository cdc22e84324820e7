// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/choice.h"

namespace orrery {

absl::string_view ChoiceName(ChoiceKind kind) {
  switch (kind) {
    case ChoiceKind::kNextEntity:
      return "next task";
    case ChoiceKind::kData:
      return "data";
    case ChoiceKind::kRandom:
      return "random";
    case ChoiceKind::kWake:
      return "wake";
    case ChoiceKind::kLatency:
      return "latency";
    case ChoiceKind::kFault:
      return "fault";
  }
  return "unknown";
}

}  // namespace orrery
