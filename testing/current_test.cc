// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/current_test.h"

#include <cstdlib>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "orrery/base/sim_time.h"
#include "orrery/testing/failure_report.h"
#include "orrery/testing/program_build.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/report_file.h"
#include "orrery/testing/run_settings.h"

namespace orrery {
namespace {

// What a test is run with that names no policy.
constexpr char kDefaultForOne[] = "fifo";
constexpr char kDefaultForMany[] = "portfolio";

// Returns the policy of a test that is asked for no other.
std::string OwnPolicy(const SimTestOptions& options, int runs) {
  if (options.scheduler != nullptr) return options.scheduler;
  return runs > 1 ? kDefaultForMany : kDefaultForOne;
}

}  // namespace

CurrentTest::CurrentTest(const SimTestOptions& options,
                         const TestConfig& config)
    : options_(options),
      config_(config),
      info_(*testing::UnitTest::GetInstance()->current_test_info()),
      full_name_(absl::StrCat(info_.test_suite_name(), ".", info_.name())),
      runs_(config.swarm_seeds.value_or(config.runs.value_or(options.runs))),
      scheduler_(!config.scheduler.value.empty() ? config.scheduler.value
                                                 : OwnPolicy(options, runs_)) {
  ProgramBuild();  // here, not in each of the processes that runs may have
}

TraceHeader CurrentTest::HeaderFor(const RunId& run, TraceLevel level,
                                   bool ordered) const {
  TraceHeader header;
  header.level = level;
  if (const char* target = std::getenv("TEST_TARGET"); target != nullptr) {
    header.target = target;
  }
  header.suite = info_.test_suite_name();
  header.test = info_.name();
  if (info_.value_param() != nullptr) header.param = info_.value_param();
  header.run = run.index;
  header.seed = run.seed;
  header.scheduler = run.policy.empty() ? scheduler_ : run.policy;
  header.ordered = ordered;
  header.max_steps = options_.max_steps;
  header.max_time = SimTime(ToNanoseconds(options_.max_time));
  header.build = ProgramBuild();
  header.arguments = OtherArguments();
  if (!config_.settings.empty()) {
    header.arguments.push_back(SettingsWord(config_.settings));
  }
  return header;
}

std::string CurrentTest::TracePath(Seed seed) const {
  return absl::StrCat(config_.trace_dir, "/",
                      absl::StrReplaceAll(full_name_, {{"/", "-"}}), ".",
                      seed.value, ".orrery");
}

std::string CurrentTest::Rerun(const RunId& run) const {
  if (searches_) return "";
  std::string policy = run.policy.empty() ? scheduler_ : run.policy;
  Seed seed = run.seed;
  if (run.profile) {  // comes before the first run of whatever seed
    policy = scheduler_;
    seed = config_.seed;
  }
  std::optional<std::string> named;
  if (policy != OwnPolicy(options_, options_.runs)) named = policy;
  return RerunCommand(full_name_, seed, named, config_.settings.ToString());
}

void CurrentTest::WriteReport(ReportContext& context) const {
  if (!config_.report || context.trace_path.empty()) return;
  RemoveReportBeside(context.trace_path);
  const absl::StatusOr<std::string> path = WriteReportBeside(
      context.trace_path,
      {.rerun = Rerun(context.id),
       .replay = ReplayCommand(full_name_, context.trace_path)});
  if (path.ok()) {
    context.report_path = *path;
  } else {
    context.notes.push_back(absl::StrCat("report: ", path.status().message()));
  }
}

ReportText CurrentTest::Format(const TestRun& run,
                               const ReportContext& context) const {
  FailureReportInput input;
  input.run = &run;
  input.events = context.events;
  input.seed = context.id.seed;
  input.run_index = context.id.index;
  input.profile = context.id.profile;
  input.runs = static_cast<uint64_t>(runs_);
  input.scheduler = context.id.policy.empty() ? scheduler_ : context.id.policy;
  input.notes = context.notes;
  input.rerun = Rerun(context.id);
  if (!context.trace_path.empty()) {
    input.trace_file = LastingPath(context.trace_path);
    if (!context.report_path.empty()) {
      input.report_file = LastingPath(context.report_path);
    }
    input.replay = ReplayCommand(full_name_, context.trace_path);
    if (!context.replay_flags.empty()) {
      absl::StrAppend(&input.replay, " ", context.replay_flags);
    }
  }
  ReportText report;
  report.text = FormatFailureReport(input);
  report.report_path = context.report_path;
  if (!run.failures.empty()) {
    report.file = run.failures.front().file;
    report.line = run.failures.front().line;
  }
  return report;
}

void CurrentTest::Publish(const ReportText& report,
                          const ReportContext& context) const {
  RecordSeed(context.id.seed);
  if (!context.trace_path.empty()) RecordTrace(context.trace_path);
  if (!report.report_path.empty()) RecordReport(report.report_path);
  if (report.file.empty()) {
    Fail(report.text);
  } else {
    ADD_FAILURE_AT(report.file.c_str(), report.line) << report.text;
  }
}

void CurrentTest::Fail(const std::string& message) const {
  ADD_FAILURE_AT(info_.file(), info_.line()) << message;
}

void CurrentTest::Skip(const CapturedSkip& skip, Seed seed,
                       uint64_t run_index) const {
  // GoogleTest can be told the reason, but not the place.
  std::string text = absl::StrCat(skip.reason, skip.reason.empty() ? "" : "\n",
                                  "  at ", skip.file, ":", skip.line);
  if (runs_ > 1) {
    absl::StrAppend(&text, ", seed ", seed.value, " (run ", run_index + 1,
                    " of ", runs_, ")");
  }
  Skip(text);
}

void CurrentTest::Skip(const std::string& reason) const {
  GTEST_SKIP() << reason;
}

void CurrentTest::RecordSeed(Seed seed) {
  testing::Test::RecordProperty("orrery_seed", absl::StrCat(seed.value));
}

void CurrentTest::RecordTrace(const std::string& path) {
  testing::Test::RecordProperty("orrery_trace", LastingPath(path));
}

void CurrentTest::RecordReport(const std::string& path) {
  testing::Test::RecordProperty("orrery_report", LastingPath(path));
}

}  // namespace orrery
