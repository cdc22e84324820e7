// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Choice`: one answer given by the scheduler. The list of a run's choices is
// all that is needed to repeat it.

#ifndef ORRERY_BASE_CHOICE_H_
#define ORRERY_BASE_CHOICE_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"

namespace orrery {

// What is being decided. The numbers are written into traces: never reuse one.
enum class ChoiceKind : uint8_t {
  kNextEntity = 1,  // which of the ready tasks and callbacks runs next
  kData = 2,        // the program's own `Choose`
  kRandom = 3,      // the program's own `Random`
  kWake = 4,        // which waiter is woken
  kLatency = 5,     // how long something takes
  kFault = 6,       // whether and how something goes wrong
};

// Returns "next task", "data", ...
absl::string_view ChoiceName(ChoiceKind kind);

struct Choice {
  ChoiceKind kind = ChoiceKind::kNextEntity;
  uint64_t n = 0;       // how many alternatives there were; at least 2
  uint64_t chosen = 0;  // in [0, n); 0 is always the simplest
  // A label, not a line number: "retry jitter". Empty for kNextEntity.
  absl::string_view site = {};
  SpanId span = {};
};

}  // namespace orrery

#endif  // ORRERY_BASE_CHOICE_H_
