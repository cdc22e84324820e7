// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/current_test.h"

#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "orrery/base/sim_time.h"
#include "orrery/testing/failure_report.h"
#include "orrery/testing/repeat_commands.h"

namespace orrery {

CurrentTest::CurrentTest(const SimTestOptions& options,
                         const TestConfig& config)
    : options_(options),
      config_(config),
      info_(*testing::UnitTest::GetInstance()->current_test_info()),
      full_name_(absl::StrCat(info_.test_suite_name(), ".", info_.name())),
      scheduler_(!config.scheduler.value.empty() ? config.scheduler.value
                 : options.scheduler == nullptr  ? ""
                                                 : options.scheduler),
      runs_(config.runs.value_or(options.runs)) {}

TraceHeader CurrentTest::HeaderFor(Seed seed, int run_index, TraceLevel level,
                                   bool ordered) const {
  TraceHeader header;
  header.level = level;
  if (const char* target = std::getenv("TEST_TARGET"); target != nullptr) {
    header.target = target;
  }
  header.suite = info_.test_suite_name();
  header.test = info_.name();
  if (info_.value_param() != nullptr) header.param = info_.value_param();
  header.run = static_cast<uint64_t>(run_index);
  header.seed = seed;
  header.scheduler = scheduler_;
  header.ordered = ordered;
  header.max_steps = options_.max_steps;
  header.max_time = SimTime(ToNanoseconds(options_.max_time));
  return header;
}

std::string CurrentTest::TracePath(Seed seed) const {
  return absl::StrCat(config_.trace_dir, "/",
                      absl::StrReplaceAll(full_name_, {{"/", "-"}}), ".",
                      seed.value, ".orrery");
}

std::string CurrentTest::Rerun(Seed seed) const {
  std::optional<std::string> scheduler;
  if (options_.scheduler == nullptr || scheduler_ != options_.scheduler) {
    scheduler = scheduler_;
  }
  return RerunCommand(full_name_, seed, scheduler);
}

void CurrentTest::Report(const TestRun& run,
                         const ReportContext& context) const {
  RecordSeed(context.seed);
  FailureReportInput input;
  input.run = &run;
  input.events = context.events;
  input.seed = context.seed;
  input.run_index = context.run_index;
  input.runs = static_cast<uint64_t>(runs_);
  input.scheduler = scheduler_;
  input.notes = context.notes;
  input.rerun = Rerun(context.seed);
  if (!context.trace_path.empty()) {
    RecordTrace(context.trace_path);
    input.trace_file = LastingPath(context.trace_path);
    input.replay = ReplayCommand(full_name_, context.trace_path);
  }
  const std::string report = FormatFailureReport(input);
  if (run.failures.empty() || run.failures.front().file.empty()) {
    Fail(report);
  } else {
    const CapturedFailure& first = run.failures.front();
    ADD_FAILURE_AT(first.file.c_str(), first.line) << report;
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

}  // namespace orrery
