// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The corpus: programs with a known bug, and their fixed twins.

#ifndef ORRERY_TESTS_CORPUS_CORPUS_H_
#define ORRERY_TESTS_CORPUS_CORPUS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/task.h"

namespace orrery::corpus {

struct Program {
  const char* name;  // "dining_5"
  // What a run of `buggy` comes to when the bug shows itself: kFailed or
  // kDeadlock; kCompleted if there is no bug and the program is there for
  // counting, or as a control. Then `fixed` is the same program.
  Outcome failure;
  Task<> (*buggy)();
  Task<> (*fixed)();
  // It has more than 200 steps.
  bool large = false;
};

// All of them, in the order of the table in docs/exploration_results.md.
absl::Span<const Program> Programs();

// Returns the one with that name, or null.
const Program* FindProgram(absl::string_view name);

}  // namespace orrery::corpus

#endif  // ORRERY_TESTS_CORPUS_CORPUS_H_
