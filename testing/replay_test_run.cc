// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/replay_test_run.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/lenient_replay.h"
#include "orrery/testing/prefix_replay.h"
#include "orrery/testing/replay_mode.h"
#include "orrery/testing/replayed_run.h"
#include "orrery/testing/run_settings.h"
#include "orrery/testing/shrink_replay.h"
#include "orrery/testing/strict_replay.h"
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

// Says what is the matter if the trace is not of this test.
bool IsOfThisTest(const CurrentTest& test, const Trace& trace) {
  const TraceHeader& header = trace.header;
  const std::string recorded = absl::StrCat(header.suite, ".", header.test);
  if (recorded == test.full_name()) return true;
  const std::string what =
      absl::StrCat(test.config().replay.source, " is a trace of ", recorded);
  const testing::TestInfo* other = FindTest(header.suite, header.test);
  if (other == nullptr) {
    test.Fail(absl::StrCat(
        what, ", and this program has no such test",
        header.target.empty()
            ? ""
            : absl::StrCat("; it was recorded in ", header.target)));
  } else if (other->should_run() || other->is_in_another_shard()) {
    test.Skip(what);
  } else {
    test.Fail(absl::StrCat(what, ", not of ", test.full_name(),
                           "; run it with --gtest_filter=", recorded));
  }
  return false;
}

// Strict where the same program runs again: then every difference is worth
// knowing. An edited one differs somewhere, and what counts is the failure.
ReplayMode ModeFor(const ReplayedRun& replayed) {
  const TestConfig& config = replayed.test().config();
  if (config.replay_mode.has_value()) return *config.replay_mode;
  return {.kind = replayed.recorded_by() == RecordedBy::kAnotherBuild
                      ? ReplayKind::kLenient
                      : ReplayKind::kStrict};
}

std::string ModeName(const ReplayMode& mode) {
  switch (mode.kind) {
    case ReplayKind::kStrict:
      return "strict";
    case ReplayKind::kLenient:
      return "lenient";
    case ReplayKind::kPrefix:
      break;
  }
  return absl::StrCat("prefix:", mode.prefix);
}

// Tells what is not as it was recorded before anything is run. Where all is,
// and nothing else was asked for, there is nothing to tell.
void Announce(const ReplayedRun& replayed, const ReplayMode& mode) {
  const std::vector<std::string> differences = replayed.Differences();
  const RecordedBy by = replayed.recorded_by();
  if (mode.kind == ReplayKind::kStrict && differences.empty() &&
      by == RecordedBy::kThisBuild) {
    return;
  }
  const char* who = by == RecordedBy::kAnotherBuild
                        ? "another build recorded it"
                    : by == RecordedBy::kThisBuild
                        ? "this build recorded it"
                        : "it does not say which build recorded it";
  std::printf("[  ORRERY  ] replaying %s, mode %s: %s\n",
              replayed.test().config().replay.value.c_str(),
              ModeName(mode).c_str(), who);
  for (const std::string& difference : differences) {
    std::printf("[  ORRERY  ]   %s\n", difference.c_str());
  }
  std::fflush(stdout);
}

}  // namespace

void ReplayTestRun(const SimTestOptions& options, MakeSimTestBody make_body,
                   const TestConfig& config) {
  const absl::StatusOr<Trace>& trace = GetTrace(config.replay.value);
  TestConfig recorded = config;
  absl::Status fixed;
  if (trace.ok()) {
    absl::StatusOr<Settings> settings = SettingsOf(trace->header);
    fixed = settings.status();
    if (settings.ok()) recorded.settings = *std::move(settings);
  }
  const CurrentTest test(options, recorded);
  if (!trace.ok() || !fixed.ok()) {
    test.Fail(CannotRead(config, trace.ok() ? fixed : trace.status()));
    return;
  }
  if (!IsOfThisTest(test, *trace)) return;
  const ReplayedRun replayed(test, make_body, *trace);
  // Shrinking follows choices as it needs to.
  if (config.shrink.value_or(0) > 0) {
    ShrinkReplay(test, make_body, *trace);
    return;
  }
  const ReplayMode mode = ModeFor(replayed);
  Announce(replayed, mode);
  switch (mode.kind) {
    case ReplayKind::kStrict:
      ReplayStrictly(replayed);
      break;
    case ReplayKind::kLenient:
      ReplayLeniently(replayed);
      break;
    case ReplayKind::kPrefix:
      ReplayPrefix(replayed, mode.prefix);
      break;
  }
}

}  // namespace orrery
