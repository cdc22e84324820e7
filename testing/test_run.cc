// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_run.h"

#include <exception>
#include <memory>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/exception_text.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/settings.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

// Ends a run that never began.
void FailBeforeRun(RunResult& result) {
  result.outcome = Outcome::kFailed;
  result.failure.emplace();
}

}  // namespace

TestRun RunOnce(const SimulationOptions& wanted, MakeSimTestBody make_body) {
  TestRun run;
  FailureCapture capture;
  // A copy, to see what this run asks for.
  SimulationOptions options = wanted;
  Settings settings;
  if (options.settings != nullptr) settings = *options.settings;
  options.settings = settings.empty() ? nullptr : &settings;
  {
    Simulation simulation(options);
    Simulation::Scope scope(simulation);
    capture.set_simulation(&simulation);
    std::unique_ptr<SimTestBody> body;
    try {
      body = make_body();
    } catch (...) {
      FailBeforeRun(run.result);
      run.result.failure->exception = std::current_exception();
      run.result.failure->message =
          absl::StrCat("uncaught exception in the fixture's constructor: ",
                       ExceptionText(run.result.failure->exception));
    }
    if (body == nullptr) {
      // It has thrown.
    } else if (capture.fatal()) {
      FailBeforeRun(run.result);
      run.result.failure->message =
          "a fatal assertion failed in the fixture's constructor";
    } else if (capture.skip().has_value()) {
      run.result.outcome = Outcome::kCompleted;
    } else {
      run.result = simulation.Run([](SimTestBody* b) { return b->OrreryRun(); },
                                  body.get());
    }
    if (const Faults* faults = simulation.FindAttached<Faults>();
        faults != nullptr) {
      run.faults = faults->counts();
    }
  }
  run.settings_asked = settings.asked();
  run.failures = capture.failures();
  run.failure_count = capture.count();
  run.skip = capture.skip();
  run.stopped_by_skip = capture.stopped_by_skip();
  return run;
}

TraceFooter FooterOf(const TestRun& run) {
  TraceFooter footer;
  footer.steps = run.result.steps;
  footer.elapsed = SimTime(ToNanoseconds(run.result.elapsed));
  footer.outcome = run.result.outcome;
  footer.digests = run.result.digests;
  if (run.result.failure.has_value()) {
    const RunFailure& failure = *run.result.failure;
    footer.failure = {failure.message, failure.time, failure.step,
                      failure.task_name, failure.site};
  }
  if (run.failures.empty()) return footer;
  if (footer.outcome == Outcome::kCompleted) footer.outcome = Outcome::kFailed;
  if (footer.outcome == Outcome::kFailed) {
    const CapturedFailure& first = run.failures.front();
    footer.failure = {first.message, first.time, first.step, first.task_name,
                      absl::StrCat(first.file, ":", first.line)};
  }
  return footer;
}

}  // namespace orrery
