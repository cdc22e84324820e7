// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FailureCapture`: takes GoogleTest's results while a simulation runs and adds
// what the simulation knows at that moment. They are reported later, once a
// failing run has been run again in full detail.

#ifndef ORRERY_TESTING_FAILURE_CAPTURE_H_
#define ORRERY_TESTING_FAILURE_CAPTURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest-spi.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"

namespace orrery {

// One EXPECT_ or ASSERT_ that failed.
struct CapturedFailure {
  std::string file;
  int line = 0;
  std::string message;
  SimTime time;
  uint64_t step = 0;
  TaskId task;
  std::string task_name;                   // "client#7"
  std::vector<std::string> scoped_traces;  // innermost first
};

class FailureCapture : private testing::TestPartResultArray,
                       public testing::ScopedFakeTestPartResultReporter {
 public:
  FailureCapture();
  ~FailureCapture() override;

  void ReportTestPartResult(const testing::TestPartResult& result) override;

  const std::vector<CapturedFailure>& failures() const { return failures_; }

  // Returns how many failures this thread has seen in the current test, whether
  // they are captured or not.
  static uint64_t CountOnThisThread();

 private:
  FailureCapture* outer_;
  std::vector<CapturedFailure> failures_;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_FAILURE_CAPTURE_H_
