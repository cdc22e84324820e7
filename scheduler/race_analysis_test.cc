// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/race_analysis.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/scheduler/touch.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr ObjectKey kX(1001);
constexpr ObjectKey kY(1002);
constexpr EntityId kA(1);
constexpr EntityId kB(2);
constexpr EntityId kC(3);
constexpr EntityId kLoop(99);

constexpr Access Read(ObjectKey object) { return {object, AccessKind::kRead}; }
constexpr Access Write(ObjectKey object) {
  return {object, AccessKind::kWrite};
}
constexpr Access Lock(ObjectKey object) { return {object, AccessKind::kLock}; }
constexpr Access Unlock(ObjectKey object) {
  return {object, AccessKind::kUnlock};
}
constexpr Access EndOf(EntityId id) {
  return {ObjectKey(id.value), AccessKind::kSignal};
}
constexpr Access JoinOf(EntityId id) {
  return {ObjectKey(id.value), AccessKind::kWait};
}
constexpr Access CancelOf(EntityId id) {
  return {ObjectKey(id.value), AccessKind::kWrite};
}

// Adds steps, and keeps the races of the latest one.
class Steps {
 public:
  // Returns the number of the step, from 0.
  size_t Add(EntityId id, std::vector<Access> accesses,
             std::vector<Readied> readied = {}) {
    return Add({.id = id, .task = {}, .time = {}}, accesses, readied);
  }
  size_t AddForced(uint64_t cause, std::vector<Access> accesses,
                   std::vector<Readied> readied = {}) {
    StepInfo step = {.id = kLoop, .task = {}, .time = {}};
    step.forced = true;
    step.cause = cause;
    return Add(step, accesses, readied);
  }
  void MoveClock() { ++instant_; }

  std::vector<size_t> firsts() const {
    std::vector<size_t> firsts;
    for (const Race& race : races) firsts.push_back(race.first);
    return firsts;
  }
  bool Before(size_t a, size_t b) const { return analysis.HappensBefore(a, b); }

  RaceAnalysis analysis;
  std::vector<Race> races;

 private:
  size_t Add(StepInfo step, const std::vector<Access>& accesses,
             const std::vector<Readied>& readied) {
    step.accesses = accesses;
    step.readied = readied;
    step.instant = instant_;
    races = analysis.Add(step, /*races=*/true);
    return analysis.size() - 1;
  }

  uint64_t instant_ = 0;
};

// ---- What happens before what -----------------------------------------------

TEST(RaceAnalysisTest, StepsOfATaskComeOneAfterTheOther) {
  Steps steps;
  const size_t first = steps.Add(kA, {});
  const size_t other = steps.Add(kB, {});
  const size_t second = steps.Add(kA, {});
  EXPECT_TRUE(steps.Before(first, second));
  EXPECT_FALSE(steps.Before(second, first));
  EXPECT_FALSE(steps.Before(first, other));
  EXPECT_FALSE(steps.Before(other, second));
  EXPECT_TRUE(steps.Before(first, first));
}

TEST(RaceAnalysisTest, WhatAStepMakesReadyComesAfterIt) {
  Steps steps;
  const size_t spawn = steps.Add(kA, {}, {{kB, /*created=*/true}});
  const size_t other = steps.Add(kC, {});
  const size_t begin = steps.Add(kB, {});
  EXPECT_TRUE(steps.Before(spawn, begin));
  EXPECT_FALSE(steps.Before(other, begin));
}

TEST(RaceAnalysisTest, DependentStepsStayInOrderAndReadsAreNot) {
  Steps steps;
  const size_t write = steps.Add(kA, {Write(kX)});
  const size_t read_b = steps.Add(kB, {Read(kX)});
  const size_t read_c = steps.Add(kC, {Read(kX)});
  const size_t again = steps.Add(kA, {Read(kY), Write(kX)});
  EXPECT_TRUE(steps.Before(write, read_b));
  EXPECT_TRUE(steps.Before(write, read_c));
  EXPECT_FALSE(steps.Before(read_b, read_c));
  EXPECT_TRUE(steps.Before(read_b, again));
}

TEST(RaceAnalysisTest, AllBeforeTheClockMovesHappensBeforeAllAfterIt) {
  Steps steps;
  steps.Add(kA, {Write(kX)});
  steps.MoveClock();
  steps.Add(kB, {Write(kX)});
  EXPECT_THAT(steps.races, IsEmpty()) << "the clock stands between them";
  steps.Add(kC, {Write(kX)});
  EXPECT_THAT(steps.firsts(), ElementsAre(1));
}

TEST(RaceAnalysisTest, WorkOfTheLoopComesAfterItsCauseOnly) {
  Steps steps;
  const size_t cause = steps.Add(kA, {});
  const size_t other = steps.Add(kB, {});
  const size_t forced = steps.AddForced(1, {}, {{kC, /*created=*/false}});
  const size_t later = steps.AddForced(2, {});
  const size_t woken = steps.Add(kC, {});
  EXPECT_TRUE(steps.Before(cause, forced));
  EXPECT_FALSE(steps.Before(other, forced));
  EXPECT_FALSE(steps.Before(forced, later));
  EXPECT_TRUE(steps.Before(other, later));
  EXPECT_TRUE(steps.Before(forced, woken));
}

// ---- Races ------------------------------------------------------------------

TEST(RaceAnalysisTest, TwoWritesRaceAndTheLaterTaskCanGoFirst) {
  Steps steps;
  steps.Add(kA, {Write(kX)});
  steps.Add(kB, {Write(kX)});
  ASSERT_THAT(steps.firsts(), ElementsAre(0));
  EXPECT_THAT(steps.races[0].initials, ElementsAre(kB));
}

TEST(RaceAnalysisTest, WhatHasToComeFirstIsAnInitialToo) {
  Steps steps;
  steps.Add(kA, {Write(kX)});
  steps.Add(kC, {Write(kY)});
  steps.Add(kB, {Read(kY)});  // needs C's step before it
  steps.Add(kB, {Read(kX)});
  ASSERT_THAT(steps.firsts(), ElementsAre(0));
  EXPECT_THAT(steps.races[0].initials, ElementsAre(kC));
}

TEST(RaceAnalysisTest, AllThatAreIndependentAreInitials) {
  Steps steps;
  steps.Add(kA, {Write(kX)});
  steps.Add(kC, {Write(kY)});
  steps.Add(kB, {Read(kX)});
  EXPECT_THAT(steps.races[0].initials, UnorderedElementsAre(kB, kC));
}

TEST(RaceAnalysisTest, OrderedPairsAreNoRace) {
  Steps steps;
  steps.Add(kA, {Write(kX)}, {{kB, /*created=*/true}});
  steps.Add(kB, {Write(kX)});
  EXPECT_THAT(steps.races, IsEmpty()) << "the first has made the second ready";
}

TEST(RaceAnalysisTest, OnlyTheLatestOfAChainIsARace) {
  Steps steps;
  steps.Add(kA, {Write(kX)});
  steps.Add(kB, {Write(kX)});
  steps.Add(kC, {Write(kX)});
  EXPECT_THAT(steps.firsts(), ElementsAre(1));
}

TEST(RaceAnalysisTest, WorkOfTheLoopRacesAndSoDoesItsCause) {
  Steps steps;
  const size_t cause = steps.Add(kA, {Write(kX)});
  steps.Add(kC, {Write(kY)});
  const size_t forced = steps.AddForced(1, {Write(ObjectKey(kC.value))});
  EXPECT_THAT(steps.firsts(), ElementsAre(1)) << "it tells C something";
  steps.Add(kC, {});
  ASSERT_THAT(steps.firsts(), ElementsAre(forced, cause));
  EXPECT_THAT(steps.races[1].initials, ElementsAre(kC));
}

// ---- Locks ------------------------------------------------------------------

TEST(RaceAnalysisTest, TwoRequestsForALockRaceAcrossTheRelease) {
  Steps steps;
  steps.Add(kA, {Lock(kX)});
  const size_t unlock = steps.Add(kA, {Unlock(kX)});
  const size_t lock = steps.Add(kB, {Lock(kX)});
  EXPECT_THAT(steps.firsts(), ElementsAre(0));
  EXPECT_THAT(steps.races[0].initials, ElementsAre(kB));
  EXPECT_TRUE(steps.Before(unlock, lock));
}

TEST(RaceAnalysisTest, ARequestThatHasToWaitDoesNotComeBeforeTheRelease) {
  Steps steps;
  steps.Add(kA, {Lock(kX)});
  const size_t write = steps.Add(kB, {Write(kY)});
  const size_t request = steps.Add(kB, {Lock(kX)});
  EXPECT_THAT(steps.firsts(), ElementsAre(0)) << "it is a request all the same";
  const size_t unlock = steps.Add(kA, {Unlock(kX)}, {{kB, false}});
  EXPECT_FALSE(steps.Before(request, unlock));
  steps.Add(kA, {Read(kY)});
  EXPECT_THAT(steps.firsts(), ElementsAre(write));
  const size_t received = steps.Add(kB, {});
  EXPECT_TRUE(steps.Before(unlock, received));
}

// ---- Tasks ------------------------------------------------------------------

TEST(RaceAnalysisTest, ATasksEndComesBeforeThoseWhoFindItOverOnly) {
  Steps steps;
  steps.Add(kC, {}, {{kA, /*created=*/true}});
  const size_t early = steps.Add(kB, {JoinOf(kA)});
  const size_t end = steps.Add(kA, {EndOf(kA)}, {{kB, false}});
  const size_t late = steps.Add(kC, {JoinOf(kA)});
  EXPECT_THAT(steps.races, IsEmpty());
  EXPECT_FALSE(steps.Before(early, end));
  EXPECT_TRUE(steps.Before(end, late));
}

TEST(RaceAnalysisTest, AStepThatGoesOnSinceATaskIsOverRacesWithItsEnd) {
  Steps steps;
  steps.Add(kC, {}, {{kA, /*created=*/true}});
  const size_t end = steps.Add(kA, {EndOf(kA)});
  steps.Add(kC, {Write(kX), JoinOf(kA), Write(kY)});
  EXPECT_THAT(steps.firsts(), ElementsAre(end))
      << "before that, it would have let others in between the writes";
}

TEST(RaceAnalysisTest, WhatAStepDoesBeforeItWaitsIsNotLaterThanTheEnd) {
  Steps steps;
  steps.Add(kC, {}, {{kA, /*created=*/true}});
  const size_t end = steps.Add(kA, {EndOf(kA)});
  const size_t step = steps.Add(kC, {Write(kX), JoinOf(kA)});
  EXPECT_THAT(steps.races, IsEmpty());
  EXPECT_FALSE(steps.Before(end, step));
  const size_t next = steps.Add(kC, {});
  EXPECT_TRUE(steps.Before(end, next));
}

TEST(RaceAnalysisTest, CancelingRacesWithTheStepsOfTheTask) {
  Steps steps;
  steps.Add(kA, {Write(kX)});
  steps.Add(kB, {CancelOf(kA)});
  EXPECT_THAT(steps.firsts(), ElementsAre(0));
  steps.Add(kA, {Write(kX)});
  EXPECT_THAT(steps.firsts(), ElementsAre(1));
}

TEST(RaceAnalysisTest, CancelingRacesWithWhatWakesTheTask) {
  Steps steps;
  steps.Add(kA, {Lock(kX)});
  steps.Add(kB, {Lock(kX)});
  const size_t unlock = steps.Add(kA, {Unlock(kX)}, {{kB, false}});
  steps.Add(kC, {CancelOf(kB)});
  EXPECT_THAT(steps.firsts(), ElementsAre(unlock, 1));
}

TEST(RaceAnalysisTest, AStepThatPassesTimeRacesWithEveryOther) {
  Steps steps;
  const size_t first = steps.Add(kA, {});
  const size_t passes = steps.Add(kB, {Write(kClockKey)});
  EXPECT_THAT(steps.firsts(), ElementsAre(first));
  steps.Add(kC, {});
  EXPECT_THAT(steps.firsts(), ElementsAre(passes));
}

// ---- Touches ----------------------------------------------------------------

TEST(TouchTest, StepsThatCanBeExchangedAreIndependent) {
  const auto touches = [](TouchKind kind) {
    Touches result;
    result.Add({kX, kind});
    return result;
  };
  using enum TouchKind;
  EXPECT_TRUE(Independent(touches(kRead), touches(kRead)));
  EXPECT_FALSE(Independent(touches(kRead), touches(kWrite)));
  EXPECT_FALSE(Independent(touches(kLock), touches(kLock)));
  EXPECT_TRUE(Independent(touches(kLock), touches(kUnlock)));
  EXPECT_FALSE(Independent(touches(kWrite), touches(kUnlock))) << "TryLock";
  EXPECT_TRUE(Independent(touches(kEnd), touches(kAwait)));
  EXPECT_FALSE(Independent(touches(kStep), touches(kTell)));
  EXPECT_TRUE(Independent(touches(kStep), touches(kAwait)));
  Touches all;
  all.everything = true;
  EXPECT_FALSE(Independent(all, {}));
  EXPECT_TRUE(Independent({}, {}));
}

TEST(TouchTest, WhetherAPairIsReversibleDoesNotDependOnItsOrder) {
  for (int a = 0; a <= static_cast<int>(kLastTouchKind); ++a) {
    for (int b = 0; b <= static_cast<int>(kLastTouchKind); ++b) {
      const auto x = static_cast<TouchKind>(a);
      const auto y = static_cast<TouchKind>(b);
      EXPECT_EQ(OrderOf(x, y) == TouchOrder::kReversible,
                OrderOf(y, x) == TouchOrder::kReversible)
          << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace orrery
