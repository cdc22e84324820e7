// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CrashReport`: the last words of a process that dies in the middle of a
// simulated test. What was recorded is saved, and the command that repeats the
// run is printed, also after an abort or a wild pointer.

#ifndef ORRERY_TESTING_CRASH_REPORT_H_
#define ORRERY_TESTING_CRASH_REPORT_H_

#include <string>

#include "orrery/traces/trace_writer.h"

namespace orrery {

// While it lives, SIGABRT, SIGSEGV, SIGBUS, SIGFPE and SIGILL print the test's
// name, step and seed, save the trace, and then do what they did before.
class CrashReport {
 public:
  // `writer` may be null: nothing was recorded. The trace goes to `trace_path`.
  CrashReport(std::string test, std::string trace_path, std::string rerun,
              TraceWriter* writer);
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;
  ~CrashReport();
};

}  // namespace orrery

#endif  // ORRERY_TESTING_CRASH_REPORT_H_
