// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SIM_SCOPED_TRACE`: what SCOPED_TRACE is for plain tests. GoogleTest's own
// keeps one stack for the thread, so in a coroutine it names whichever task was
// entered last; this one belongs to the task that made it, and to those that it
// spawns meanwhile, for as long as they live.
//
//   SIM_SCOPED_TRACE(absl::StrCat("round ", round));

#ifndef ORRERY_TESTING_SCOPED_TRACE_H_
#define ORRERY_TESTING_SCOPED_TRACE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/task_local.h"

namespace orrery {

// Adds a line to every failure that the current task reports while it lives.
class ScopedTaskTrace {
 public:
  explicit ScopedTaskTrace(absl::string_view message,
                           SourceSite site = SourceSite::current());

 private:
  TaskLocal<std::vector<std::string>>::Scope scope_;
};

// Returns the lines of the task or callback that runs, innermost first:
// "bank_test.cc:31: round 2".
std::vector<std::string> ScopedTraces();

}  // namespace orrery

#define ORRERY_CONCAT_INNER_(a, b) a##b
#define ORRERY_CONCAT_(a, b) ORRERY_CONCAT_INNER_(a, b)

#define SIM_SCOPED_TRACE(message)                                      \
  const ::orrery::ScopedTaskTrace ORRERY_CONCAT_(orrery_scoped_trace_, \
                                                 __LINE__)((message))

#endif  // ORRERY_TESTING_SCOPED_TRACE_H_
