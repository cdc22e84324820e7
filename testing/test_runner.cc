// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_runner.h"

#include <cstdio>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/determinism_check.h"
#include "orrery/testing/escapes.h"
#include "orrery/testing/replay_test_run.h"
#include "orrery/testing/test_campaign.h"
#include "orrery/testing/test_config.h"

namespace orrery {

void RunSimTest(const SimTestOptions& options, MakeSimTestBody make_body) {
  const absl::StatusOr<TestConfig>& config = GetTestConfig();
  if (!config.ok()) {
    const testing::TestInfo& info =
        *testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE_AT(info.file(), info.line()) << config.status().message();
    return;
  }
  absl::StatusOr<EscapeSet> escapes = EscapeSet::Parse(options.allow_escapes);
  if (!escapes.ok()) {
    const testing::TestInfo& info =
        *testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE_AT(info.file(), info.line())
        << "{.allow_escapes = \"" << options.allow_escapes
        << "\"}: " << escapes.status().message();
    return;
  }
  escapes->Add(*EscapeSet::Parse(config->allow_escapes.value));
  const AllowedEscapes allowed(*std::move(escapes));
  if (IsDeterminismCheck()) MakeRunsForDeterminismCheck(options, make_body);
  if (!config->replay.value.empty()) {
    ReplayTestRun(options, make_body, *config);
    return;
  }
  CurrentTest test(options, *config);
  if (test.runs() < 1) {
    test.Fail(absl::StrCat("{.runs = ", test.runs(),
                           "}: expected a number of runs, at least 1"));
    return;
  }
  if (options.keep_going < 1) {
    test.Fail(absl::StrCat("{.keep_going = ", options.keep_going,
                           "}: expected a number of failures, at least 1"));
    return;
  }
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(test.scheduler(), config->seed);
  if (!made.ok()) {
    test.Fail(absl::StrCat(config->scheduler.source.empty()
                               ? "the options of this test"
                               : config->scheduler.source,
                           ": ", made.status().message()));
    return;
  }
  if (config->stops.any() && options.runs > 1) {
    std::fprintf(
        stderr,
        "[  ORRERY  ] one run for a stop, and not the %d that this test makes: "
        "that with seed %llu and policy %s\n",
        options.runs, static_cast<unsigned long long>(config->seed.value),
        test.scheduler().c_str());
  }
  TestCampaign(test, make_body, *std::move(made)).Run();
}

}  // namespace orrery
