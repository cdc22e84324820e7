// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayedRun`: a recorded run of a test that is to be made again. What the
// modes of a replay have in common.

#ifndef ORRERY_TESTING_REPLAYED_RUN_H_
#define ORRERY_TESTING_REPLAYED_RUN_H_

#include <optional>
#include <string>
#include <vector>

#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/divergence_text.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

class ReplayedRun {
 public:
  // `test` and `trace` must outlive it. `trace` is one of that test.
  ReplayedRun(const CurrentTest& test, MakeSimTestBody make_body,
              const Trace& trace);

  const CurrentTest& test() const { return test_; }
  MakeSimTestBody make_body() const { return make_body_; }
  const Trace& trace() const { return trace_; }
  RunId id() const;
  // Whether the trace has its end, and no damage.
  bool is_whole() const {
    return trace_.footer.has_value() && trace_.damage.empty();
  }

  // Returns whether this program has recorded the trace.
  RecordedBy recorded_by() const { return recorded_by_; }

  // Returns in words, a line each, what is not as it was when the trace was
  // recorded: the build, the compiler, the arguments, the parameter; and what
  // was asked for, and gives way to what the trace says: policy and limits.
  std::vector<std::string> Differences() const;

  // Runs the test once with the recorded seed and limits.
  TestRun Execute(Scheduler& scheduler, TraceSink* trace) const;

  // Prints "[  ORRERY  ] replay of FILE: TEXT", and leaves TEXT in the XML.
  void SayHowItWent(const std::string& text) const;

 private:
  const CurrentTest& test_;
  MakeSimTestBody make_body_;
  const Trace& trace_;
  RecordedBy recorded_by_;
};

// A trace, with all events, of a replay. It goes into the folder for traces,
// beside the one that is replayed, which stays.
class ReplayTrace {
 public:
  // Begins the file if the command line asks for traces with events, or if
  // `wanted`, and traces are not switched off. If it cannot be written, `note`
  // says why.
  ReplayTrace(const ReplayedRun& run, const Scheduler& scheduler, bool wanted);

  // Returns what takes the run down; null: nothing does.
  TraceWriter* writer() { return path_.empty() ? nullptr : &writer_; }
  // The file; empty: there is none.
  const std::string& path() const { return path_; }
  const std::string& note() const { return note_; }

  // Ends the file. It is removed if it was not asked for and the run is not
  // worth it: `keep` is false. Otherwise it is said where it is.
  void Finish(const TestRun& run, bool keep);

 private:
  std::string path_;
  std::string note_;
  bool asked_for_ = false;
  TraceWriter writer_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_REPLAYED_RUN_H_
