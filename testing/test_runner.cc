// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_runner.h"

#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/failure_capture.h"
#include "orrery/testing/failure_report.h"
#include "orrery/testing/skip.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/replay_checker.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using MakeBody = std::unique_ptr<SimTestBody> (*)();

// How one run went.
struct RunReport {
  RunResult result;
  std::vector<CapturedFailure> failures;

  bool failed() const { return !result.ok() || !failures.empty(); }
};

TraceFooter FooterOf(const RunReport& run) {
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
  if (!run.failures.empty()) {
    // An assertion says more than that one failed.
    const CapturedFailure& first = run.failures.front();
    if (footer.outcome == Outcome::kCompleted) {
      footer.outcome = Outcome::kFailed;
    }
    if (footer.outcome == Outcome::kFailed) {
      footer.failure = {first.message, first.time, first.step, first.task_name,
                        absl::StrCat(first.file, ":", first.line)};
    }
  }
  return footer;
}

class TestRunner {
 public:
  TestRunner(const SimTestOptions& options, MakeBody make_body,
             TestConfig config)
      : options_(options),
        make_body_(make_body),
        config_(std::move(config)),
        info_(*testing::UnitTest::GetInstance()->current_test_info()),
        full_name_(absl::StrCat(info_.test_suite_name(), ".", info_.name())),
        scheduler_spec_(config_.scheduler.value_or(options.scheduler)),
        runs_(config_.runs.value_or(options.runs)) {}

  void RunAll() {
    if (!config_.replay.empty()) {
      Replay();
      return;
    }
    absl::StatusOr<std::unique_ptr<Scheduler>> made =
        MakeScheduler(scheduler_spec_, config_.seed);
    if (!made.ok()) {
      FailWithoutRun(std::string(made.status().message()));
      return;
    }
    scheduler_ = *std::move(made);
    for (int run = 0; run < runs_; ++run) {
      const Seed seed = config_.seed.ForRun(static_cast<uint64_t>(run));
      if (config_.trace_level == TraceLevel::kEvents) {
        if (!RunTraced(seed, run)) return;
      } else if (!RunOnce(seed, run)) {
        return;
      }
    }
  }

 private:
  TraceHeader Header(Seed seed, int run, TraceLevel level) const {
    TraceHeader header;
    header.level = level;
    if (const char* target = std::getenv("TEST_TARGET"); target != nullptr) {
      header.target = target;
    }
    header.suite = info_.test_suite_name();
    header.test = info_.name();
    if (info_.value_param() != nullptr) header.param = info_.value_param();
    header.run = static_cast<uint64_t>(run);
    header.seed = seed;
    header.scheduler = scheduler_spec_;
    header.ordered =
        scheduler_ != nullptr ? scheduler_->traits().orders : false;
    header.max_steps = options_.max_steps;
    header.max_time = SimTime(ToNanoseconds(options_.max_time));
    return header;
  }

  // Runs the test once, with results held back.
  RunReport Execute(Seed seed, Scheduler* scheduler, TraceSink* trace,
                    ReplayChecker* checker = nullptr,
                    Simulation** running = nullptr) {
    RunReport report;
    FailureCapture capture;
    {
      Simulation simulation({.seed = seed,
                             .scheduler = scheduler,
                             .trace = trace,
                             .max_steps = options_.max_steps,
                             .max_time = options_.max_time});
      if (running != nullptr) *running = &simulation;
      Simulation::Scope scope(simulation);
      std::unique_ptr<SimTestBody> body = make_body_();
      report.result =
          simulation.Run([](SimTestBody* b) { return b->Run(); }, body.get());
    }
    if (checker != nullptr && report.result.outcome != Outcome::kDiverged) {
      const std::string difference = checker->CheckEnd(report.result.digests);
      if (!difference.empty()) {
        report.result.outcome = Outcome::kDiverged;
        report.result.failure.emplace().message = difference;
      }
    }
    report.failures = capture.failures();
    return report;
  }

  // Returns whether the next run may follow.
  bool RunOnce(Seed seed, int run) {
    TraceWriter writer;
    TraceSink* sink = nullptr;
    if (config_.trace_level == TraceLevel::kChoices) {
      writer.Begin(Header(seed, run, TraceLevel::kChoices));
      sink = &writer;
    }
    CrashReport crash(full_name_, TracePath(seed),
                      RerunCommand(full_name_, seed, SchedulerToName()),
                      sink != nullptr ? &writer : nullptr);
    RunReport report = Execute(seed, scheduler_.get(), sink);
    if (Skipped()) return false;
    if (!report.failed()) return true;
    if (config_.trace_level == TraceLevel::kOff) {
      Report(report, seed, run, nullptr, "", {});
      return false;
    }
    RunAgain(seed, run, report);
    return false;
  }

  // Runs a failing run again to see every event.
  void RunAgain(Seed seed, int run, const RunReport& first) {
    const std::string path = TracePath(seed);
    std::vector<std::string> notes;
    TraceWriter writer;
    absl::Status status =
        writer.BeginFile(path, Header(seed, run, TraceLevel::kEvents));
    if (!status.ok()) {
      Report(first, seed, run, nullptr, "",
             {absl::StrCat("trace:  none: ", status.message())});
      return;
    }
    const RunReport second = Execute(seed, scheduler_.get(), &writer);
    TakeSkipRequest();
    status = writer.Finish(FooterOf(second));
    if (!status.ok()) {
      notes.push_back(absl::StrCat("trace:  incomplete: ", status.message()));
    }
    if (second.result.outcome != first.result.outcome ||
        second.result.digests != first.result.digests ||
        second.failures.size() != first.failures.size()) {
      notes.push_back(absl::StrCat(
          "NOT DETERMINISTIC: a second run with the same seed ended as ",
          OutcomeName(second.result.outcome), " after ", second.result.steps,
          " steps, the first as ", OutcomeName(first.result.outcome), " after ",
          first.result.steps, "; see docs/determinism.md"));
    }
    ReportTrace(first, seed, run, path, std::move(notes));
  }

  bool RunTraced(Seed seed, int run) {
    const std::string path = TracePath(seed);
    TraceWriter writer;
    absl::Status status =
        writer.BeginFile(path, Header(seed, run, TraceLevel::kEvents));
    if (!status.ok()) {
      FailWithoutRun(std::string(status.message()));
      return false;
    }
    CrashReport crash(full_name_, path,
                      RerunCommand(full_name_, seed, SchedulerToName()),
                      &writer);
    RunReport report = Execute(seed, scheduler_.get(), &writer);
    status = writer.Finish(FooterOf(report));
    if (!status.ok()) {
      FailWithoutRun(std::string(status.message()));
      return false;
    }
    if (Skipped()) return false;
    testing::Test::RecordProperty("orrery_trace", path);
    if (!report.failed()) return true;
    ReportTrace(report, seed, run, path, {});
    return false;
  }

  void Replay() {
    absl::StatusOr<Trace> read =
        ReadTrace(config_.replay, {.allow_incomplete = true});
    if (!read.ok()) {
      FailWithoutRun(absl::StrCat("--orrery_replay: ",
                                  std::string(read.status().message())));
      return;
    }
    const Trace trace = *std::move(read);
    const TraceHeader& header = trace.header;
    const std::string recorded = absl::StrCat(header.suite, ".", header.test);
    if (recorded != full_name_) {
      FailWithoutRun(absl::StrCat(
          "--orrery_replay: ", config_.replay, " is a trace of ", recorded,
          ", not of ", full_name_, "; add --gtest_filter=", recorded));
      return;
    }
    scheduler_spec_ = header.scheduler;
    ReplayScheduler scheduler(trace.schedule);
    Simulation* simulation = nullptr;
    ReplayChecker checker(&trace, nullptr, [&](std::string difference) {
      simulation->Diverge(std::move(difference));
    });
    CrashReport crash(full_name_, "", "", nullptr);
    RunReport report =
        Execute(header.seed, &scheduler, &checker, &checker, &simulation);
    // A trace whose process died ends where it died.
    if (!trace.damage.empty() && report.result.outcome == Outcome::kDiverged &&
        scheduler.followed() == trace.schedule.choices.size()) {
      FailWithoutRun(
          absl::StrCat("all ", scheduler.followed(),
                       " choices that were saved were "
                       "followed; what came after was not recorded: ",
                       trace.damage));
      return;
    }
    if (Skipped()) return;
    std::printf("[ ORRERY ] replayed %s: %llu of %llu choices, %s\n",
                config_.replay.c_str(),
                static_cast<unsigned long long>(scheduler.followed()),
                static_cast<unsigned long long>(trace.schedule.choices.size()),
                report.result.outcome == Outcome::kDiverged
                    ? "then it diverged"
                    : "exactly as recorded");
    if (report.failed()) {
      Report(report, header.seed, static_cast<int>(header.run), &trace,
             config_.replay, {});
    }
  }

  void ReportTrace(const RunReport& report, Seed seed, int run,
                   const std::string& path, std::vector<std::string> notes) {
    absl::StatusOr<Trace> trace = ReadTrace(path, {.allow_incomplete = true});
    if (!trace.ok()) {
      notes.push_back(absl::StrCat("trace:  ", trace.status().message()));
      Report(report, seed, run, nullptr, path, std::move(notes));
      return;
    }
    Report(report, seed, run, &*trace, path, std::move(notes));
  }

  void Report(const RunReport& report, Seed seed, int run, const Trace* trace,
              const std::string& path, std::vector<std::string> notes) {
    testing::Test::RecordProperty("orrery_seed", absl::StrCat(seed.value));
    FailureReportInput input;
    input.result = &report.result;
    input.failures = &report.failures;
    if (trace != nullptr && trace->header.level == TraceLevel::kEvents) {
      input.trace = trace;
    }
    input.seed = seed;
    input.run = static_cast<uint64_t>(run);
    input.runs = static_cast<uint64_t>(runs_);
    input.scheduler = scheduler_spec_;
    input.notes = std::move(notes);
    input.trace_file = path;
    input.rerun = RerunCommand(full_name_, seed, SchedulerToName());
    if (!path.empty()) {
      testing::Test::RecordProperty("orrery_trace", path);
      input.replay = ReplayCommand(full_name_, path);
    }
    if (report.failures.empty()) {
      ADD_FAILURE_AT(info_.file(), info_.line()) << FormatFailureReport(input);
    } else {
      const CapturedFailure& first = report.failures.front();
      ADD_FAILURE_AT(first.file.c_str(), first.line)
          << FormatFailureReport(input);
    }
  }

  void FailWithoutRun(const std::string& message) {
    ADD_FAILURE_AT(info_.file(), info_.line()) << message;
  }

  bool Skipped() {
    std::optional<std::string> reason = TakeSkipRequest();
    if (!reason.has_value()) return false;
    SkipNow(*reason);
    return true;
  }
  static void SkipNow(const std::string& reason) { GTEST_SKIP() << reason; }

  // The policy, if the command has to name it: not if the test does.
  std::optional<std::string> SchedulerToName() const {
    if (scheduler_spec_ == options_.scheduler) return std::nullopt;
    return scheduler_spec_;
  }

  // In the trace directory, named by test and seed.
  std::string TracePath(Seed seed) const {
    ::mkdir(config_.trace_dir.c_str(), 0777);  // if it is not there
    return absl::StrCat(config_.trace_dir, "/",
                        absl::StrReplaceAll(full_name_, {{"/", "-"}}), ".",
                        seed.value, ".orrery");
  }

  const SimTestOptions& options_;
  MakeBody make_body_;
  TestConfig config_;
  const testing::TestInfo& info_;
  std::string full_name_;
  std::string scheduler_spec_;
  int runs_;
  std::unique_ptr<Scheduler> scheduler_;
};

}  // namespace

void RunSimTest(const SimTestOptions& options, MakeBody make_body) {
  absl::StatusOr<TestConfig> config = GetTestConfig();
  if (!config.ok()) {
    ADD_FAILURE() << config.status().message();
    return;
  }
  TestRunner(options, make_body, *std::move(config)).RunAll();
}

}  // namespace orrery
