// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/runner.h"

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"

namespace orrery {

RunError::RunError(RunResult result)
    : std::runtime_error(FormatRunResult(result)),
      result_(std::make_shared<const RunResult>(std::move(result))) {}

Runner::Runner(SimulationOptions options) : simulation_(std::move(options)) {
  Simulation::CheckNothingRuns("Runner");
}

Runner::~Runner() {
  if (result_.has_value()) return;
  if (Close().ok()) return;
  const std::string text = absl::StrCat(
      "orrery: a Runner that was not closed has failed in the "
      "end: ",
      FormatRunResult(*result_), "\n");
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Runner::CheckOpen() const {
  Simulation::CheckNothingRuns("Runner::Run");
  if (!result_.has_value()) return;
  if (!result_->ok()) throw RunError(*result_);
  ORRERY_CHECK(!result_.has_value(), "Runner::Run was called after Close");
}

void Runner::Throw() { throw RunError(Close()); }

const RunResult& Runner::Close() {
  if (!result_.has_value()) result_ = simulation_.Finish();
  return *result_;
}

void runner_internal::CloseOrThrow(Runner& runner) {
  const RunResult& result = runner.Close();
  if (!result.ok()) throw RunError(result);
}

}  // namespace orrery
