// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FailureCapture`: takes GoogleTest's results while a simulation runs and adds
// what the simulation knows at that moment. They are reported later, once a
// failing run has been run again in full detail.

#ifndef ORRERY_TESTING_FAILURE_CAPTURE_H_
#define ORRERY_TESTING_FAILURE_CAPTURE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest-spi.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"

namespace orrery {

class Simulation;

// One EXPECT_ or ASSERT_ that failed.
struct CapturedFailure {
  std::string file;
  int line = 0;
  std::string message;
  SimTime time;
  uint64_t step = 0;
  TaskId task;            // none: outside of all tasks, in a fixture say
  std::string task_name;  // "client#7"
  bool closing = false;   // the run was over, and frames were being destroyed
  std::vector<std::string> scoped_traces;  // innermost first
};

// A CO_SKIP or GTEST_SKIP.
struct CapturedSkip {
  std::string file;
  int line = 0;
  std::string reason;
};

// Lives on the stack of the thread whose results it takes.
class FailureCapture : private testing::TestPartResultArray,
                       public testing::ScopedFakeTestPartResultReporter {
 public:
  // This many failures are kept; the rest are counted.
  static constexpr size_t kMaxKept = 1000;

  FailureCapture();
  ~FailureCapture() override;

  void ReportTestPartResult(const testing::TestPartResult& result) override;

  const std::vector<CapturedFailure>& failures() const { return failures_; }
  // How many there were, those included that were not kept.
  uint64_t count() const { return count_; }
  // Whether one of them was fatal: an ASSERT_ or a CO_ASSERT_.
  bool fatal() const { return fatal_; }
  void NoteFatal() { fatal_ = true; }
  // The first skip, if there was one.
  const std::optional<CapturedSkip>& skip() const { return skip_; }

  // Notes that a skip has ended the run, and that the run's own failure says no
  // more than that.
  void NoteStoppedBySkip() { stopped_by_skip_ = true; }
  bool stopped_by_skip() const { return stopped_by_skip_; }

  // The simulation of the test. Another one may run within it, and be the one
  // that the thread is in.
  void set_simulation(Simulation* simulation) { simulation_ = simulation; }
  Simulation* simulation() const { return simulation_; }

  // Returns the innermost one on this thread, or null.
  static FailureCapture* Current();

 private:
  friend class FailureMark;

  FailureCapture* outer_;
  Simulation* simulation_ = nullptr;
  std::vector<CapturedFailure> failures_;
  std::optional<CapturedSkip> skip_;
  uint64_t count_ = 0;
  bool fatal_ = false;
  bool stopped_by_skip_ = false;
  std::string last_file_;  // as GoogleTest gave it
  int last_line_ = 0;
};

// A moment in the current test: afterwards it can tell whether the assertion at
// one place has failed since, in captured results or in GoogleTest's own.
class FailureMark {
 public:
  FailureMark();

  // Whether a failure was reported since, and the latest one is at `file` and
  // `line`. An assertion's own failure is the latest one just after it.
  bool FailedSince(const char* file, int line) const;

 private:
  uint64_t count_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_FAILURE_CAPTURE_H_
