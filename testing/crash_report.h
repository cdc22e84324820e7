// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CrashReport`: the last words of a process that dies in the middle of a
// simulated test. What was recorded is saved, and the commands that repeat the
// run are printed, also after an abort, a wild pointer, a stack overflow, a
// sanitizer's finding, or a call of exit().

#ifndef ORRERY_TESTING_CRASH_REPORT_H_
#define ORRERY_TESTING_CRASH_REPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "orrery/base/seed.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

// While it lives, the signals of a process that dies (SIGABRT, SIGSEGV, SIGBUS,
// SIGFPE, SIGILL, SIGTRAP), and SIGTERM, which Bazel sends to a test that takes
// too long, print the test's name, the simulated time, step, task and seed,
// save the trace, say what each task is up to, and then do what they did
// before.
//
// One at a time, on the thread that runs the simulation.
class CrashReport {
 public:
  // What is said about the run. Asked for only if the process dies. What is
  // empty is not said.
  struct Texts {
    std::string trace_path;    // where the trace goes
    std::string lasting_path;  // where it is found afterwards
    std::string rerun;         // commands
    std::string replay;
  };

  CrashReport(std::string test, std::function<Texts(Seed)> texts);
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;
  ~CrashReport();

  // Names what records the run that is about to begin; null if nothing does.
  void SetWriter(TraceWriter* writer);
  // Says that the trace has been written: the run is being repeated.
  void SetSaved();

  struct Current;

 private:
  std::unique_ptr<Current> current_;
  std::unique_ptr<char[]> stack_;  // for handlers, when the stack is used up
};

}  // namespace orrery

#endif  // ORRERY_TESTING_CRASH_REPORT_H_
