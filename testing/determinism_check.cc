// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/determinism_check.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "orrery/base/check.h"
#include "orrery/explorer/check_jobs.h"
#include "orrery/explorer/determinism.h"
#include "orrery/explorer/memory_scrambler.h"
#include "orrery/sim/settings.h"
#include "orrery/sim/simulation_options.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/run_settings.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_run.h"

extern char** environ;

namespace orrery {
namespace {

constexpr size_t kMaxRuns = 64;
constexpr size_t kMaxBytes = 16 * 1024 * 1024;

// What steers GoogleTest, or is a file that it writes. The other process runs
// one test, and is nobody's shard.
constexpr const char* kNotInherited[] = {
    "TEST_PREMATURE_EXIT_FILE", "TEST_SHARD_INDEX",
    "TEST_SHARD_STATUS_FILE",   "TEST_TOTAL_SHARDS",
    "TESTBRIDGE_TEST_ONLY",     "TEST_WARNINGS_OUTPUT_FILE",
    "XML_OUTPUT_FILE",
};

bool IsInherited(absl::string_view entry) {
  if (absl::StartsWith(entry, "GTEST_")) return false;
  for (absl::string_view name : kNotInherited) {
    if (absl::StartsWith(entry, absl::StrCat(name, "="))) return false;
  }
  return true;
}

DeterminismOptions OptionsFor(const std::string& full_name) {
  DeterminismOptions options;
  const std::vector<std::string>& words = CommandLine();
  options.words = {words.front(), absl::StrCat("--gtest_filter=", full_name),
                   "--gtest_also_run_disabled_tests"};
  for (size_t i = 1; i < words.size(); ++i) {
    if (!absl::StartsWith(words[i], "--gtest_") &&
        !absl::StartsWith(words[i], "-gtest_")) {
      options.words.push_back(words[i]);
    }
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (IsInherited(*entry)) options.environment.push_back(*entry);
  }
  static int count = 0;
  options.scratch = absl::StrCat(testing::TempDir(),
                                 testing::TempDir().ends_with('/') ? "" : "/",
                                 "orrery_check.", ::getpid(), ".", ++count);
  return options;
}

void AddLines(absl::string_view text, absl::string_view indent,
              std::vector<std::string>* lines) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    lines->push_back(absl::StrCat(indent, line));
  }
}

}  // namespace

DeterminismCheck::DeterminismCheck(std::string full_name, CheckDeterminism mode,
                                   bool shared)
    : full_name_(std::move(full_name)), mode_(mode), shared_(shared) {}

bool DeterminismCheck::Wants(Seed seed) const {
  switch (mode_) {
    case CheckDeterminism::kOff:
      return false;
    case CheckDeterminism::kSample:
      return IsSampled(full_name_, seed);
    case CheckDeterminism::kAll:
      return true;
  }
  return false;
}

void DeterminismCheck::Add(CheckedRun run, RunRecord record) {
  bytes_ += record.choices.size() + record.events.size();
  added_.push_back(std::move(run));
  records_.push_back(std::move(record));
}

bool DeterminismCheck::full() const {
  return records_.size() >= kMaxRuns || bytes_ >= kMaxBytes;
}

std::optional<DeterminismFinding> DeterminismCheck::Run() {
  if (records_.empty()) return std::nullopt;
  const std::vector<CheckedRun> added = std::exchange(added_, {});
  std::vector<RunRecord> records = std::exchange(records_, {});
  bytes_ = 0;
  DeterminismOptions options = OptionsFor(full_name_);
  options.sharing = shared_ ? CheckSharing::kShared : CheckSharing::kApart;
  DeterminismChecker checker(std::move(options));
  absl::StatusOr<std::optional<Nondeterminism>> found = checker.Check(records);
  DeterminismFinding finding;
  if (!found.ok()) {
    static_cast<CheckedRun&>(finding) = added.front();
    finding.checked = false;
    AddLines(absl::StrCat("cannot check that this test is deterministic: ",
                          found.status().message(),
                          "\n  ORRERY_CHECK_DETERMINISM=off goes without"),
             "", &finding.lines);
    return finding;
  }
  if (!found->has_value()) return std::nullopt;
  Nondeterminism& difference = **found;
  static_cast<CheckedRun&>(finding) = added[difference.record];
  finding.lines.push_back(
      "NOT DETERMINISTIC: with the same choices, this test has gone another "
      "way in another process");
  AddLines(difference.diff, "  ", &finding.lines);
  AddLines(difference.cause, "  ", &finding.lines);
  finding.lines.push_back("  docs/determinism.md tells how to find the cause");
  finding.first = std::move(records[difference.record].events);
  finding.second = std::move(difference.second);
  return finding;
}

bool IsDeterminismCheck() { return !CheckFolder().empty(); }

void MakeRunsForDeterminismCheck(const SimTestOptions& options,
                                 MakeSimTestBody make_body) {
  ScrambleMemoryIfAsked();
  const testing::TestInfo& info =
      *testing::UnitTest::GetInstance()->current_test_info();
  const std::string name =
      absl::StrCat(info.test_suite_name(), ".", info.name());
  CrashReport crash(name, [&](Seed seed) {
    return CrashReport::Texts{
        "", "",
        RerunCommand(name, seed, std::nullopt,
                     GetTestConfig()->settings.ToString()),
        ""};
  });
  const absl::Status status =
      MakeCheckedRuns(CheckFolder(), [&](const CheckRun& run) {
        crash.SetWriter(run.writer);
        // Its own header says what was fixed.
        const absl::StatusOr<Settings> settings = SettingsOf(*run.header);
        ORRERY_CHECK(settings.ok(), settings.status().message());
        const TestRun made =
            RunOnce({.seed = run.header->seed,
                     .run_index = run.header->run,
                     .scheduler = run.scheduler,
                     .trace = run.trace,
                     .settings = &*settings,
                     .max_steps = options.max_steps,
                     .max_steps_per_instant = options.max_steps_per_instant,
                     .max_time = options.max_time,
                     .slow_step = options.slow_step},
                    make_body);
        crash.SetWriter(nullptr);
        return CheckedEnd{FooterOf(made), made.result.tasks};
      });
  std::printf("checked: %s\n", status.ToString().c_str());
  std::fflush(stdout);
  // At once: what the program does when it ends is not the matter here.
  ::_exit(status.ok() ? 0 : 1);
}

}  // namespace orrery
