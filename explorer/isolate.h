// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Isolation`: a process of its own for each run. A run that aborts, uses up
// the stack, is killed, calls exit(), leaks, never ends or changes a global
// touches no other run, and what it chose until then is known all the same.
//
// The process is forked from this one, which does nothing meanwhile: so a run
// begins with the memory that it would have here, whatever ran before it. That
// costs a few hundred microseconds a run, more where this process is large.
// Only the calling thread exists in the new one, as fork() has it: do not hold
// locks that other threads need.

#ifndef ORRERY_EXPLORER_ISOLATE_H_
#define ORRERY_EXPLORER_ISOLATE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "orrery/explorer/choice_log.h"
#include "orrery/explorer/run.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

struct IsolateOptions {
  // A run that takes longer in real time is stopped: it is sent a SIGTERM, for
  // its last words, and a SIGKILL if it does not go.
  absl::Duration real_time_limit = absl::Seconds(60);
  // Drops what runs print. Otherwise standard output goes where ours goes, at
  // once, and standard error as well, when the run is over.
  bool quiet = false;
  // Looks for leaks at the end of each run, in a program that is built with
  // LeakSanitizer; a run that leaks has failed. Takes many milliseconds.
  bool check_leaks = false;
};

// What came of a run in a process of its own.
struct IsolatedRun {
  // The run's own report. Where the process died, a report made up for it:
  // failed, with the outcome kUnknown, a message that says how it died, and the
  // time and step of its latest choice.
  RunReport report;
  bool died = false;  // before it could report
  // How: "SIGSEGV", "exit code 7", "no end within 60s". Empty unless `died`.
  std::string died_of;
  // The end of what it wrote to standard error; empty unless `died`, since it
  // has been passed on then.
  std::string last_words;
  // The policy that made the choices: `Scheduler::SpecOfRun`.
  std::string policy;
  // What the policy said about another run; none if the run did not end.
  std::optional<NextRun> next;
};

// Not thread-safe, and one `Run` at a time in a process: it watches for a
// SIGTERM, which it passes on to the run before it dies of it.
class Isolation {
 public:
  // Of standard error, so much is kept for `IsolatedRun::last_words`.
  static constexpr size_t kLastWords = size_t{64} << 10;

  explicit Isolation(IsolateOptions options = {}) : options_(options) {}

  IsolateOptions& options() { return options_; }

  // Runs the program once, in another process, and waits for its end. There,
  // `request.trace` is null; here it is handed all choices afterwards, if it
  // wants choices. What the policy learns in a profile run or a search is
  // handed over to `request.scheduler`.
  IsolatedRun Run(const RunFunction& run, const RunRequest& request);

  // Returns the choices of the latest run, until the next begins.
  const ChoiceLog& choices() const { return log_; }

 private:
  class Child;

  IsolateOptions options_;
  ChoiceLog log_;
};

// Returns the same program, each run of it in a process of its own. A run whose
// process dies has failed, and its report says how.
RunFunction Isolated(RunFunction run, IsolateOptions options = {});

}  // namespace orrery

#endif  // ORRERY_EXPLORER_ISOLATE_H_
