// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/failure_capture.h"

#include <utility>

#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/scoped_trace.h"

namespace orrery {
namespace {

thread_local FailureCapture* current = nullptr;

}  // namespace

FailureCapture::FailureCapture()
    : ScopedFakeTestPartResultReporter(INTERCEPT_ONLY_CURRENT_THREAD, this),
      outer_(std::exchange(current, this)) {}

FailureCapture::~FailureCapture() { current = outer_; }

void FailureCapture::ReportTestPartResult(
    const testing::TestPartResult& result) {
  if (!result.failed()) return;
  CapturedFailure& failure = failures_.emplace_back();
  if (result.file_name() != nullptr) {
    failure.file = std::string(CleanFile(result.file_name()));
  }
  failure.line = result.line_number();
  failure.message = result.message();
  if (Simulation* simulation = Simulation::CurrentOrNull();
      simulation != nullptr) {
    failure.time = simulation->now();
    failure.step = simulation->steps();
    failure.task = simulation->current_task_id();
    failure.task_name = simulation->CurrentTaskName();
    failure.scoped_traces = ScopedTracesOf(failure.task);
    simulation->RecordFailure(failure.message, failure.file,
                              static_cast<uint32_t>(failure.line));
  }
}

uint64_t FailureCapture::CountOnThisThread() {
  if (current != nullptr) return current->failures_.size();
  const testing::TestInfo* test =
      testing::UnitTest::GetInstance()->current_test_info();
  if (test == nullptr) return 0;
  uint64_t failed = 0;
  for (int i = 0; i < test->result()->total_part_count(); ++i) {
    if (test->result()->GetTestPartResult(i).failed()) ++failed;
  }
  return failed;
}

}  // namespace orrery
