// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Any edit of a recorded run is a run: it comes to a regular end, and what it
// chose can be followed to the letter.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/prng.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/explorer/detailed_run.h"
#include "orrery/explorer/run.h"
#include "orrery/explorer/run_log.h"
#include "orrery/scheduler/deviation_scheduler.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/lenient_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/shrink/shrink_corpus.h"

namespace orrery {
namespace {

constexpr int kEdits = 400;

class EditedScheduleTest : public testing::TestWithParam<const char*> {
 protected:
  EditedScheduleTest()
      : run_(BuggyRuns(*corpus::FindProgram(GetParam()))), prng_(7) {}

  RunReport Run(Scheduler& policy) {
    WatchedScheduler watched(&policy, &log_);
    RunRequest request;
    request.scheduler = &watched;
    return run_(request);
  }

  // A random walk, other each time.
  DetailedRun Walk() {
    RandomScheduler random;
    WatchedScheduler watched(&random, &log_);
    RunRequest request;
    request.seed = Seed(prng_.Next());
    request.scheduler = &watched;
    run_(request);
    return log_.Read(/*ordered=*/true);
  }

  // Runs under `policy`, and once more under what that has done.
  void CheckRun(Scheduler& policy) {
    const RunReport first = Run(policy);
    EXPECT_NE(first.outcome, Outcome::kUnknown);
    EXPECT_NE(first.outcome, Outcome::kDiverged);
    ReplayScheduler replay(log_.Read(/*ordered=*/true).schedule);
    const RunReport second = Run(replay);
    EXPECT_EQ(replay.Explain(), "");
    EXPECT_EQ(second.outcome, first.outcome);
    EXPECT_EQ(second.signature, first.signature);
    EXPECT_EQ(second.digests, first.digests);
  }

  RunFunction run_;
  Prng prng_;
  RunLog log_;
};

TEST_P(EditedScheduleTest, AnyListOfChoicesIsARun) {
  for (int i = 0; i < kEdits; ++i) {
    Schedule schedule = Walk().schedule;
    std::vector<ScheduledChoice>& choices = schedule.choices;
    for (uint64_t edits = prng_.Below(5); edits > 0 && !choices.empty();
         --edits) {
      const size_t at = prng_.Below(choices.size());
      switch (prng_.Below(5)) {
        case 0:
          choices.erase(choices.begin() + static_cast<ptrdiff_t>(at));
          break;
        case 1:
          choices[at].chosen = prng_.Next();
          break;
        case 2:
          choices[at].chosen = prng_.Below(4);
          break;
        case 3:
          choices[at].kind = ChoiceKind::kFault;
          break;
        default:
          std::swap(choices[at], choices[prng_.Below(choices.size())]);
      }
    }
    LenientScheduler policy(schedule);
    CheckRun(policy);
  }
}

TEST_P(EditedScheduleTest, AnySetOfDeviationsIsARun) {
  for (int i = 0; i < kEdits; ++i) {
    Deviations deviations = Walk().ToDeviations();
    std::vector<Deviation>& order = deviations.order;
    for (uint64_t edits = prng_.Below(5); edits > 0 && !order.empty();
         --edits) {
      const size_t at = prng_.Below(order.size());
      switch (prng_.Below(4)) {
        case 0:
          order.erase(order.begin() + static_cast<ptrdiff_t>(at));
          break;
        case 1:
          order[at].runs = EntityId(prng_.Next());
          break;
        case 2:
          order[at].step = prng_.Below(9);
          break;
        default:
          std::swap(order[at].runs, order[prng_.Below(order.size())].before);
      }
    }
    DeviationScheduler policy(deviations);
    CheckRun(policy);
  }
}

TEST_P(EditedScheduleTest, ARunIsTheSetOfItsDeviations) {
  for (int i = 0; i < kEdits; ++i) {
    const DetailedRun walk = Walk();
    DeviationScheduler policy(walk.ToDeviations());
    Run(policy);
    const DetailedRun again = log_.Read(/*ordered=*/true);
    EXPECT_EQ(again.schedule.choices, walk.schedule.choices);
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, EditedScheduleTest,
                         testing::Values("bluetooth", "dining_3",
                                         "bounded_buffer_any",
                                         "raft_duplicated"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

}  // namespace
}  // namespace orrery
