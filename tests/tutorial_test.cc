// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The main job: the programs of the tutorial take exactly the times that they
// are said to take.

#include <string>

#include "orrery/examples/programs.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr absl::Duration kZero = absl::ZeroDuration();

SIM_TEST(TutorialTest, SequentialTakesThreeSeconds) {
  co_await Sequential();
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(3), "Monde"), At(absl::Seconds(3), "Terminé")));
}

SIM_TEST(TutorialTest, ConcurrentTakesTwoSeconds) {
  co_await Concurrent();
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(2), "Monde"), At(absl::Seconds(2), "Terminé")));
  EXPECT_THAT(Timeline(), CompletesAt("hello", absl::Seconds(1)));
  EXPECT_THAT(Timeline(), CompletesWithin("world", absl::Seconds(2)));
  EXPECT_THAT(Timeline(), HappensBefore("hello", "world"));
}

SIM_TEST(TutorialTest, TrapTakesThreeSeconds) {
  co_await Trap();
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(3), "Monde"), At(absl::Seconds(3), "Terminé")));
}

SIM_TEST(TutorialTest, BlockingSleepStopsTheTicker) {
  co_await Synchronous();
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(3), "Monde"),
              At(absl::Seconds(3), "tick, 2.5s late"),
              At(absl::Seconds(3), "tick, 2s late"),
              At(absl::Seconds(3), "tick, 1.5s late"),
              At(absl::Seconds(3), "tick, 1s late"),
              At(absl::Seconds(3), "tick, 500ms late"),
              At(absl::Seconds(3), "tick"), At(absl::Seconds(3), "Terminé")));
}

SIM_TEST(TutorialTest, TickerIsOnTimeBesideTasks) {
  co_await ConcurrentWithTicker();
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Milliseconds(500), "tick"),
              At(absl::Seconds(1), "Bonjour"), At(absl::Seconds(1), "tick"),
              At(absl::Milliseconds(1500), "tick"),
              At(absl::Seconds(2), "Monde"), At(absl::Seconds(2), "tick"),
              At(absl::Seconds(2), "Terminé")));
}

// Ties apart, the order does not depend on the schedule, and the times never
// do.
constexpr SimTestOptions kThousand = {
    .runs = 1000, .scheduler = "random", .isolate = false};

SIM_TEST(TutorialTest, SequentialUnderAThousandSchedules, kThousand) {
  co_await Sequential();
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(3), "Monde"), At(absl::Seconds(3), "Terminé")));
}

SIM_TEST(TutorialTest, ConcurrentUnderAThousandSchedules, kThousand) {
  co_await Concurrent();
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(2), "Monde"), At(absl::Seconds(2), "Terminé")));
}

SIM_TEST(TutorialTest, TrapUnderAThousandSchedules, kThousand) {
  co_await Trap();
  EXPECT_THAT(
      Logs(),
      LogsAre(At(kZero, "Démarré"), At(absl::Seconds(1), "Bonjour"),
              At(absl::Seconds(3), "Monde"), At(absl::Seconds(3), "Terminé")));
}

SIM_TEST(TutorialTest, SynchronousUnderAThousandSchedules, kThousand) {
  co_await Synchronous();
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
  // Which of the two blocks first is the scheduler's choice.
  EXPECT_THAT(Logs(), Contains(At(absl::Seconds(3), "Terminé")));
}

Task<> SleepTwoWeeks() { co_await Sleep(absl::Seconds(1'000'000)); }

TEST(MillionSecondsTest, TakeTwoSteps) {
  const RunResult result = Simulation().Run(SleepTwoWeeks);
  EXPECT_THAT(result, CompletesAt(absl::Seconds(1'000'000)));
  EXPECT_EQ(result.steps, 2);
}

}  // namespace
}  // namespace orrery
