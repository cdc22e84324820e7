// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/replay_test_run.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/shrink_replay.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/replay_checker.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

// Returns the trace; read once per process, however many tests ask for it.
const absl::StatusOr<Trace>& GetTrace(const std::string& path) {
  static const auto* const trace =
      new absl::StatusOr<Trace>(ReadTrace(path, {.allow_incomplete = true}));
  return *trace;
}

const testing::TestInfo* FindTest(const std::string& suite,
                                  const std::string& name) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& in = *all.GetTestSuite(i);
    if (in.name() != suite) continue;
    for (int j = 0; j < in.total_test_count(); ++j) {
      if (in.GetTestInfo(j)->name() == name) return in.GetTestInfo(j);
    }
  }
  return nullptr;
}

std::string CannotRead(const TestConfig& config, const absl::Status& status) {
  std::string text = absl::StrCat(config.replay.source, ": ", status.message());
  if (absl::IsNotFound(status) &&
      std::filesystem::path(config.replay.value).is_relative()) {
    std::error_code ignored;
    absl::StrAppend(&text, "\n  a relative path starts at ",
                    std::filesystem::current_path(ignored).string());
  }
  return text;
}

class Replay {
 public:
  Replay(const SimTestOptions& options, const TestConfig& config,
         const Trace& trace)
      : options_(options),
        config_(config),
        trace_(trace),
        test_(options, config) {}

  void Run(MakeSimTestBody make_body) {
    if (!IsOfThisTest()) return;
    if (config_.shrink.value_or(0) > 0) {
      ShrinkReplay(test_, make_body, trace_);
      return;
    }
    const TraceHeader& header = trace_.header;
    ReplayScheduler scheduler(trace_.schedule);
    // Only of a run whose length is known can the end be told beforehand.
    const uint64_t steps =
        trace_.footer.has_value() ? trace_.footer->steps : UINT64_MAX;
    EventTail tail(steps, nullptr);
    ReplayChecker checker(&trace_, &tail, [](std::string difference) {
      Simulation::Current("a replay").Diverge(std::move(difference));
    });
    CrashReport crash(test_.full_name(), [this](Seed seed) {
      return CrashReport::Texts{"", "", test_.Rerun(IdOf(seed)), ""};
    });
    // The limits, too, are those of the recorded run.
    TestRun run = RunOnce(
        {.seed = header.seed,
         .scheduler = &scheduler,
         .trace = &checker,
         .max_steps =
             header.max_steps != 0 ? header.max_steps : options_.max_steps,
         .max_steps_per_instant = options_.max_steps_per_instant,
         .max_time = header.max_time.ns != 0 ? ToDuration(header.max_time)
                                             : options_.max_time},
        make_body);
    Check(checker, run);
    if (WentPast(scheduler, run)) {
      run.result.outcome = Outcome::kDiverged;
      if (!run.result.failure.has_value()) run.result.failure.emplace();
      run.result.failure->message = absl::StrCat(
          "the trace ends early, after ", scheduler.followed(),
          " choices, which were all followed; what came after that was not "
          "recorded: ",
          trace_.damage);
    }
    SayHowItWent(scheduler, run);
    CurrentTest::RecordSeed(header.seed);
    CurrentTest::RecordTrace(config_.replay.value);
    if (run.failed()) {
      ReportContext context;
      context.id = IdOf(header.seed);
      context.events = trace_.footer.has_value() ? &tail : nullptr;
      context.trace_path = config_.replay.value;
      test_.Report(run, context);
    } else if (run.skip.has_value()) {
      test_.Skip(*run.skip, header.seed, header.run);
    }
  }

 private:
  RunId IdOf(Seed seed) const {
    return {.seed = seed,
            .index = trace_.header.run,
            .policy = trace_.header.scheduler};
  }

  // Says what is the matter if not.
  bool IsOfThisTest() {
    const TraceHeader& header = trace_.header;
    const std::string recorded = absl::StrCat(header.suite, ".", header.test);
    if (recorded == test_.full_name()) return true;
    const std::string what =
        absl::StrCat(config_.replay.source, " is a trace of ", recorded);
    const testing::TestInfo* other = FindTest(header.suite, header.test);
    if (other == nullptr) {
      test_.Fail(absl::StrCat(
          what, ", and this program has no such test",
          header.target.empty()
              ? ""
              : absl::StrCat("; it was recorded in ", header.target)));
    } else if (other->should_run() || other->is_in_another_shard()) {
      test_.Skip(what);
    } else {
      test_.Fail(absl::StrCat(what, ", not of ", test_.full_name(),
                              "; run it with --gtest_filter=", recorded));
    }
    return false;
  }

  // Looks for what was recorded and did not happen.
  void Check(ReplayChecker& checker, TestRun& run) const {
    if (run.result.outcome == Outcome::kDiverged) return;
    const std::string difference = checker.CheckEnd(run.result.digests);
    if (difference.empty()) return;
    RunFailure failure;
    failure.message = difference;
    failure.time = SimTime(ToNanoseconds(run.result.elapsed));
    failure.step = run.result.steps;
    run.result.outcome = Outcome::kDiverged;
    run.result.failure = std::move(failure);
  }

  // Whether the run has gone on after the end of a trace that is cut short, or
  // of a process that died. Such a run repeats nothing any more.
  bool WentPast(const ReplayScheduler& scheduler, const TestRun& run) const {
    if (trace_.footer.has_value()) return false;
    return run.result.outcome != Outcome::kDiverged ||
           scheduler.followed() == trace_.schedule.choices.size();
  }

  void SayHowItWent(const ReplayScheduler& scheduler,
                    const TestRun& run) const {
    std::string text = absl::StrCat("followed ", scheduler.followed(), " of ",
                                    trace_.schedule.choices.size(), " choices");
    if (!trace_.footer.has_value()) {
      absl::StrAppend(&text, ", as far as they were saved");
    } else if (run.result.outcome == Outcome::kDiverged) {
      absl::StrAppend(&text, ", then it diverged");
    } else {
      absl::StrAppend(&text, ", exactly as recorded");
    }
    std::printf("[  ORRERY  ] replay of %s: %s\n", config_.replay.value.c_str(),
                text.c_str());
  }

  const SimTestOptions& options_;
  const TestConfig& config_;
  const Trace& trace_;
  CurrentTest test_;
};

}  // namespace

void ReplayTestRun(const SimTestOptions& options, MakeSimTestBody make_body,
                   const TestConfig& config) {
  const absl::StatusOr<Trace>& trace = GetTrace(config.replay.value);
  if (!trace.ok()) {
    CurrentTest(options, config).Fail(CannotRead(config, trace.status()));
    return;
  }
  Replay(options, config, *trace).Run(make_body);
}

}  // namespace orrery
