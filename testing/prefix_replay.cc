// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/prefix_replay.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/prefix_scheduler.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/test_campaign.h"
#include "orrery/testing/test_config.h"

namespace orrery {

void ReplayPrefix(const ReplayedRun& replayed, uint64_t choices) {
  const Trace& trace = replayed.trace();
  const SimTestOptions& options = replayed.test().options();
  TestConfig config = replayed.test().config();
  if (!config.runs.has_value() && options.runs < 2) config.runs = kPrefixRuns;
  CurrentTest test(options, config);
  absl::StatusOr<std::unique_ptr<Scheduler>> policy =
      MakeScheduler(test.scheduler(), config.seed);
  if (!policy.ok()) {
    test.Fail(absl::StrCat(config.scheduler.source.empty()
                               ? "the options of this test"
                               : config.scheduler.source,
                           ": ", policy.status().message()));
    return;
  }
  if ((*policy)->traits().searches && (*policy)->traits().observes_steps) {
    test.Fail(absl::StrCat("the policy ", (*policy)->Spec(),
                           " looks at whole runs, and cannot go on in the "
                           "middle of one; use dfs, or a policy that samples"));
    return;
  }
  Schedule schedule = trace.schedule;
  schedule.ordered = trace.header.ordered;
  const size_t length =
      static_cast<size_t>(std::min<uint64_t>(choices, schedule.choices.size()));
  std::printf(
      "[  ORRERY  ] replay of %s: %zu of %zu choices, then %s, %d runs\n",
      config.replay.value.c_str(), length, schedule.choices.size(),
      test.scheduler().c_str(), test.runs());
  std::fflush(stdout);
  // A run is repeated from its trace; no seed alone names it.
  test.set_searches();
  TestCampaign(test, replayed.make_body(),
               std::make_unique<PrefixScheduler>(std::move(schedule), length,
                                                 *std::move(policy)))
      .Run();
}

}  // namespace orrery
