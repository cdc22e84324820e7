// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CurrentTest`: the GoogleTest test that runs, as simulated tests report to
// it.

#ifndef ORRERY_TESTING_CURRENT_TEST_H_
#define ORRERY_TESTING_CURRENT_TEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/failure_capture.h"
#include "orrery/testing/sim_test_options.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/format.h"

namespace orrery {

// Which run of a test it is.
struct RunId {
  Seed seed;
  uint64_t index = 0;  // from 0
  // The run that the policy learns from. It is the same, whatever the seed of
  // the first run is.
  bool profile = false;
  // The policy that made its choices; empty: the test's.
  std::string policy = {};
};

// What a report says beside what the run itself says.
struct ReportContext {
  RunId id;
  const EventTail* events = nullptr;  // null: not known
  std::vector<std::string> notes;     // lines
  std::string trace_path;             // empty: there is none
  std::string report_path;            // the same
  std::string replay_flags;           // beside the trace; empty: none
};

// A report, ready to be printed.
struct ReportText {
  std::string file;  // where it failed; empty: not known, say at the test
  int line = 0;
  std::string text;
  std::string report_path = {};  // of the page about it; empty: there is none
};

class CurrentTest {
 public:
  // Both must outlive it.
  CurrentTest(const SimTestOptions& options, const TestConfig& config);

  const std::string& full_name() const { return full_name_; }
  // The source that it stands in.
  const char* file() const { return info_.file(); }
  const SimTestOptions& options() const { return options_; }
  const TestConfig& config() const { return config_; }
  // The policy: what was asked for, what the test names, or the default.
  const std::string& scheduler() const { return scheduler_; }
  int runs() const { return runs_; }
  // Says that no seed names a run: the policy is systematic, or goes on where a
  // recorded run has come to.
  void set_searches() { searches_ = true; }

  // Returns a trace's header for a run of this test.
  TraceHeader HeaderFor(const RunId& run, TraceLevel level, bool ordered) const;
  // Returns the file for the trace of a run.
  std::string TracePath(Seed seed) const;
  // Returns the command that repeats a run by its seed; "" if there is none,
  // but from its trace.
  std::string Rerun(const RunId& run) const;

  // Writes a page about the run beside its trace, if there is one with events
  // and pages are wanted, and says in `context` where, or why there is none.
  void WriteReport(ReportContext& context) const;
  // Returns what is to be said about a run that has failed.
  ReportText Format(const TestRun& run, const ReportContext& context) const;
  // Fails the test with that.
  void Publish(const ReportText& report, const ReportContext& context) const;
  void Report(const TestRun& run, const ReportContext& context) const {
    Publish(Format(run, context), context);
  }
  // Fails the test without one: it was not run.
  void Fail(const std::string& message) const;
  // Skips the test, because of what was captured in a run.
  void Skip(const CapturedSkip& skip, Seed seed, uint64_t run_index) const;
  void Skip(const std::string& reason) const;

  // Puts these into the XML; the latest values stay.
  static void RecordSeed(Seed seed);
  static void RecordTrace(const std::string& path);
  static void RecordReport(const std::string& path);

 private:
  const SimTestOptions& options_;
  const TestConfig& config_;
  const testing::TestInfo& info_;
  std::string full_name_;
  int runs_;
  std::string scheduler_;
  bool searches_ = false;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_CURRENT_TEST_H_
