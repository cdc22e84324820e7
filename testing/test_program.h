// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TestProgram`: a simulated test as a program that the explorer can run again
// and again.

#ifndef ORRERY_TESTING_TEST_PROGRAM_H_
#define ORRERY_TESTING_TEST_PROGRAM_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_sink.h"
#include "orrery/explorer/run.h"
#include "orrery/explorer/run_recorder.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

// What a run tells beside its `RunReport`, of which it is the payload.
struct RunPayload {
  std::optional<TestRun> run;  // if it failed or was skipped
  // Recorded with GoogleTest's RecordProperty.
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<std::string> notes;  // lines for the report, about the trace
  std::string not_run;             // the reason, if it could not be run
  bool traced = false;             // there is a file with its trace
  std::string record;              // as `RunRecord::ToBytes`, if one was wanted
  std::vector<FaultCounts> faults;
  std::set<std::string> settings_asked;
};

std::string EncodePayload(const RunPayload& from);
RunPayload DecodePayload(const std::string& from);

class TestProgram {
 public:
  // `test` must outlive it. `isolated`: each run is called in a process of its
  // own. Then the process of the test has no last words, and each run has its
  // own, which leave the commands out: the report of the test names them.
  TestProgram(const CurrentTest& test, MakeSimTestBody make_body,
              bool isolated);

  // Runs the test once. If the request has no trace, the run is traced as the
  // configuration says, and a trace of a run that fails stands in the file
  // `CurrentTest::TracePath`. If it has one, nothing is written to any file.
  RunReport Run(const RunRequest& request);
  // The same as a function. It refers to this object.
  RunFunction Function() {
    return [this](const RunRequest& request) { return Run(request); };
  }

  // Runs the test once, and nothing else.
  TestRun Execute(const RunRequest& request) const;

  // From now on, runs with such seeds leave a record in their payload.
  void RecordIf(std::function<bool(Seed)> wanted) {
    is_recorded_ = std::move(wanted);
  }

  const CurrentTest& test() const { return test_; }
  bool isolated() const { return isolated_; }
  // The last words of this process; null if the runs have their own.
  CrashReport* crash() { return crash_.has_value() ? &*crash_ : nullptr; }
  // Returns the last words of a process of its own, for one run.
  CrashReport::Texts LastWords(Seed seed) const;

  // Returns what a report says where a trace could not be written.
  static std::string CannotTrace(const absl::Status& status);

 private:
  TestRun Traced(const RunRequest& request, CrashReport& crash,
                 RunPayload& payload);
  // Runs the test with `sink`, and keeps a record of it if one is wanted.
  TestRun Recorded(const RunRequest& request, TraceSink* sink,
                   RunPayload& payload);

  const CurrentTest& test_;
  MakeSimTestBody make_body_;
  const bool isolated_;
  TraceWriter writer_;
  std::function<bool(Seed)> is_recorded_;  // none: no run is
  RunRecorder recorder_;
  RunId running_;  // the latest run
  std::optional<CrashReport> crash_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_PROGRAM_H_
