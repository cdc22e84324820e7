// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/scoped_timer.h"

#include <optional>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<> SetOne(Words* words) {
  ScopedTimer timer;
  Post([words] { words->push_back("posted before"); });
  timer.StartSoon([words] { words->push_back("soon"); }, SourceSite::current());
  Post([words] { words->push_back("posted after"); });
  EXPECT_TRUE(timer.pending());
  co_await Yield();
  EXPECT_FALSE(timer.pending());
  timer.StartAt(
      SimTime(1'000'000'000), [words] { words->push_back("at 1s"); },
      SourceSite::current());
  PostAfter(absl::Seconds(1), [words] { words->push_back("set later"); });
  co_await Sleep(absl::Seconds(2));
  EXPECT_FALSE(timer.pending());
  timer.Cancel();  // does nothing
}

TEST(ScopedTimerTest, RunsInItsTurnAndCanBeSetAgain) {
  EXPECT_THAT(RunAndNote(SetOne),
              ElementsAre("posted before", "soon", "posted after", "at 1s",
                          "set later"));
}

Task<> CancelOne(Words* words) {
  ScopedTimer timer;
  auto say = [words] { words->push_back("never"); };
  timer.StartSoon(say, SourceSite::current());
  timer.Cancel();
  timer.StartAt(SimTime(5), say, SourceSite::current());
  timer.Cancel();
  EXPECT_FALSE(timer.pending());
  {
    ScopedTimer goes;
    goes.StartAt(SimTime(5), say, SourceSite::current());
  }
  co_await Sleep(absl::Seconds(1));
}

TEST(ScopedTimerTest, CancelledOrGoneItDoesNotRun) {
  EXPECT_THAT(RunAndNote(CancelOne), IsEmpty());
}

Task<> Nothing() { co_return; }

TEST(ScopedTimerTest, MayOutliveTheSimulation) {
  ScopedTimer timer;
  std::optional<Simulation> simulation(std::in_place);
  {
    Simulation::Scope scope(*simulation);
    timer.StartAt(SimTime(5), [] { ADD_FAILURE(); }, SourceSite::current());
    EXPECT_TRUE(simulation->Run(Nothing).ok());
  }
  simulation.reset();
  EXPECT_FALSE(timer.pending());
}

}  // namespace
}  // namespace orrery
