// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CurrentTest`: the GoogleTest test that runs, as simulated tests report to
// it.

#ifndef ORRERY_TESTING_CURRENT_TEST_H_
#define ORRERY_TESTING_CURRENT_TEST_H_

#include <optional>
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

// What a report says beside what the run itself says.
struct ReportContext {
  Seed seed;
  uint64_t run_index = 0;             // from 0
  const EventTail* events = nullptr;  // null: not known
  std::vector<std::string> notes;     // lines
  std::string trace_path;             // empty: there is none
};

class CurrentTest {
 public:
  // Both must outlive it.
  CurrentTest(const SimTestOptions& options, const TestConfig& config);

  const std::string& full_name() const { return full_name_; }
  const std::string& scheduler() const { return scheduler_; }
  void set_scheduler(const std::string& spec) { scheduler_ = spec; }
  int runs() const { return runs_; }

  // Returns a trace's header for a run of this test.
  TraceHeader HeaderFor(Seed seed, int run_index, TraceLevel level,
                        bool ordered) const;
  // Returns the file for the trace of a run.
  std::string TracePath(Seed seed) const;
  std::string Rerun(Seed seed) const;

  // Fails the test with a report.
  void Report(const TestRun& run, const ReportContext& context) const;
  // Fails the test without one: it was not run.
  void Fail(const std::string& message) const;
  // Skips the test, because of what was captured in a run.
  void Skip(const CapturedSkip& skip, Seed seed, uint64_t run_index) const;
  void Skip(const std::string& reason) const;

  // Puts these into the XML; the latest values stay.
  static void RecordSeed(Seed seed);
  static void RecordTrace(const std::string& path);

 private:
  const SimTestOptions& options_;
  const TestConfig& config_;
  const testing::TestInfo& info_;
  std::string full_name_;
  std::string scheduler_;
  int runs_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_CURRENT_TEST_H_
