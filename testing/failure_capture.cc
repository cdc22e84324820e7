// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/failure_capture.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/scoped_trace.h"

namespace orrery {
namespace {

thread_local FailureCapture* current = nullptr;

absl::string_view FileOf(const testing::TestPartResult& result) {
  return result.file_name() == nullptr ? "" : result.file_name();
}

// GoogleTest's own results of what runs now: a test, what a suite sets up, or
// an environment.
const testing::TestResult& UncapturedResults() {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  if (all.current_test_info() != nullptr) {
    return *all.current_test_info()->result();
  }
  if (all.current_test_suite() != nullptr) {
    return all.current_test_suite()->ad_hoc_test_result();
  }
  return all.ad_hoc_test_result();
}

}  // namespace

FailureCapture::FailureCapture()
    : ScopedFakeTestPartResultReporter(INTERCEPT_ONLY_CURRENT_THREAD, this),
      outer_(std::exchange(current, this)) {}

FailureCapture::~FailureCapture() { current = outer_; }

FailureCapture* FailureCapture::Current() { return current; }

void FailureCapture::ReportTestPartResult(
    const testing::TestPartResult& result) {
  const std::string file(CleanFile(FileOf(result)));
  if (result.skipped()) {
    if (skip_.has_value()) return;
    // GoogleTest puts a word of its own before the reason.
    absl::string_view reason = result.message();
    absl::ConsumePrefix(&reason, "Skipped\n");
    skip_ = {file, result.line_number(), std::string(reason)};
    return;
  }
  if (!result.failed()) return;  // SUCCEED()
  ++count_;
  if (result.fatally_failed()) fatal_ = true;
  last_file_ = std::string(FileOf(result));
  last_line_ = result.line_number();
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation != nullptr) {
    simulation->RecordFailure(result.message(), file,
                              static_cast<uint32_t>(result.line_number()));
  }
  if (failures_.size() == kMaxKept) return;
  CapturedFailure& failure = failures_.emplace_back();
  failure.file = file;
  failure.line = result.line_number();
  failure.message = result.message();
  if (simulation == nullptr) return;
  failure.time = simulation->now();
  failure.step = simulation->steps();
  failure.task = simulation->current_task_id();
  failure.task_name = simulation->CurrentTaskName();
  failure.closing = simulation->closing();
  failure.scoped_traces = ScopedTraces();
}

FailureMark::FailureMark() {
  if (current != nullptr) {
    count_ = current->count();
    return;
  }
  count_ = static_cast<uint64_t>(UncapturedResults().total_part_count());
}

bool FailureMark::FailedSince(const char* file, int line) const {
  if (current != nullptr) {
    return current->count_ != count_ && current->last_line_ == line &&
           current->last_file_ == file;
  }
  const testing::TestResult& results = UncapturedResults();
  const int parts = results.total_part_count();
  if (static_cast<uint64_t>(parts) == count_) return false;
  const testing::TestPartResult& last = results.GetTestPartResult(parts - 1);
  return last.failed() && last.line_number() == line && FileOf(last) == file;
}

}  // namespace orrery
