// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/properties.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/property.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

// Another library's function of that name is left alone.
namespace other_library {
inline int Unreachable() { return 42; }
}  // namespace other_library

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Returns the number of the property with this name; fails if there is none.
size_t Find(const std::string& name) {
  for (const size_t number : PropertiesByName()) {
    if (RegisteredProperties()[number].name == name) return number;
  }
  ADD_FAILURE() << "there is no property \"" << name << "\"";
  return 0;
}

// Runs `body` once and returns how it went; the coverage is then that of this
// run alone.
template <typename Body, typename... Arguments>
RunResult RunFresh(Body body, Arguments... arguments) {
  PropertyCoverage::Take();
  Simulation simulation;
  return simulation.Run(body, arguments...);
}

Task<> Evaluate(bool always, bool sometimes) {
  Always(always, "properties_test always");
  Sometimes(sometimes, "properties_test sometimes");
  if (sometimes) Reachable("properties_test reachable");
  co_await Sleep(absl::Seconds(1));
}

[[maybe_unused]] void NobodyCallsThis() {
  Reachable("properties_test never called");
}

TEST(PropertiesTest, ArePartOfTheProgramBeforeAnythingRuns) {
  const Property& property =
      RegisteredProperties()[Find("properties_test never called")];
  EXPECT_EQ(property.kind, PropertyKind::kReachable);
  EXPECT_THAT(PlaceOf(property), StartsWith("sim/properties_test.cc:"));
}

TEST(PropertiesTest, CountEvaluationsAndHowManyHeld) {
  const RunResult result = RunFresh([]() -> Task<> {
    for (int i = 0; i < 10; ++i) Sometimes(i % 3 == 0, "properties_test third");
    co_await Yield();
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(PropertyCoverage::Take().count(Find("properties_test third")),
            (PropertyCount{10, 4}));
}

TEST(PropertiesTest, HoldingPropertiesChangeNothing) {
  const RunResult result = RunFresh(Evaluate, true, true);
  EXPECT_TRUE(result.ok());
  const PropertyCoverage coverage = PropertyCoverage::Take();
  EXPECT_EQ(coverage.count(Find("properties_test always")),
            (PropertyCount{1, 1}));
  EXPECT_EQ(coverage.count(Find("properties_test sometimes")),
            (PropertyCount{1, 1}));
  EXPECT_EQ(coverage.count(Find("properties_test reachable")),
            (PropertyCount{1, 1}));
}

TEST(PropertiesTest, ASometimesThatIsFalseDoesNotFailTheRun) {
  EXPECT_TRUE(RunFresh(Evaluate, true, false).ok());
  const PropertyCoverage coverage = PropertyCoverage::Take();
  EXPECT_EQ(coverage.count(Find("properties_test sometimes")),
            (PropertyCount{1, 0}));
  EXPECT_EQ(coverage.count(Find("properties_test reachable")), PropertyCount());
}

TEST(PropertiesTest, AnAlwaysThatIsViolatedFailsTheRunWithNameAndPlace) {
  const RunResult result = RunFresh(Evaluate, false, true);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "Always \"properties_test always\" does not hold");
  EXPECT_THAT(result.failure->site, HasSubstr("sim/properties_test.cc:"));
  // The run ends with the step in which it happened.
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_EQ(PropertyCoverage::Take().count(Find("properties_test always")),
            (PropertyCount{1, 0}));
}

TEST(PropertiesTest, AnUnreachableThatIsReachedFailsTheRunWithNameAndPlace) {
  const RunResult result = RunFresh([]() -> Task<> {
    Unreachable("properties_test unreachable");
    co_await Yield();
  });
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "Unreachable \"properties_test unreachable\" was reached");
  EXPECT_EQ(PropertyCoverage::Take().count(Find("properties_test unreachable")),
            (PropertyCount{1, 0}));
}

TEST(PropertiesTest, CanBeCheckedInCallbacks) {
  const RunResult result = RunFresh([]() -> Task<> {
    PostAfter(absl::Seconds(1),
              [] { Always(false, "properties_test in a callback"); });
    co_await Sleep(absl::Seconds(2));
  });
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
}

TEST(PropertiesTest, OutsideOfASimulationTheyDoNothing) {
  PropertyCoverage::Take();
  int evaluated = 0;
  Always(++evaluated < 0, "properties_test outside");
  Unreachable("properties_test unreachable outside");
  EXPECT_EQ(evaluated, 1);
  EXPECT_TRUE(PropertyCoverage::Take().empty());
}

TEST(PropertiesTest, FramesOfARunThatIsOverAreNotCounted) {
  struct Guard {
    ~Guard() { Sometimes(true, "properties_test closing"); }
  };
  const RunResult result = RunFresh([]() -> Task<> {
    Spawn([]() -> Task<> {
      const Guard guard;
      co_await Sleep(absl::InfiniteDuration());
    });
    co_await Yield();
    throw std::runtime_error("over");
  });
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(PropertyCoverage::Take().count(Find("properties_test closing")),
            PropertyCount());
}

template <typename T>
void MentionedByTwo() {
  Reachable("properties_test mentioned by two");
}

TEST(PropertiesTest, InstancesOfATemplateAreOneProperty) {
  const RunResult result = RunFresh([]() -> Task<> {
    MentionedByTwo<int>();
    MentionedByTwo<long>();
    co_await Yield();
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(
      PropertyCoverage::Take().count(Find("properties_test mentioned by two")),
      (PropertyCount{2, 2}));
}

Task<bool> Answer(bool answer) {
  co_await Yield();
  co_return answer;
}

TEST(PropertiesTest, AConditionMayAwait) {
  const RunResult result = RunFresh([]() -> Task<> {
    Always(co_await Answer(true), "properties_test awaits");
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(PropertyCoverage::Take().count(Find("properties_test awaits")),
            (PropertyCount{1, 1}));
}

TEST(PropertiesTest, OtherFunctionsOfTheNameAreLeftAlone) {
  EXPECT_EQ(other_library::Unreachable(), 42);
}

// ---- EventuallyWithin -------------------------------------------------------

Task<> SetAfter(absl::Duration delay, bool* flag) {
  co_await Sleep(delay);
  *flag = true;
}

// Awaits that a flag, which is set after `delay`, is set within `duration`.
Task<> AwaitFlag(absl::Duration delay, absl::Duration duration) {
  bool flag = false;
  Spawn("setter", SetAfter, delay, &flag);
  co_await EventuallyWithin(
      duration, [&flag] { return flag; }, "the flag is set");
}

TEST(EventuallyWithinTest, ReturnsSoonAfterThePredicateIsTrue) {
  const RunResult result =
      RunFresh(AwaitFlag, absl::Milliseconds(995), absl::Seconds(100));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.elapsed, absl::Seconds(1));  // the first hundredth
}

TEST(EventuallyWithinTest, ReturnsAtOnceIfItIsTrueAlready) {
  int asked = 0;
  const RunResult result = RunFresh(
      [](int* count) -> Task<> {
        co_await EventuallyWithin(absl::Seconds(1), [&count] {
          ++*count;
          return true;
        });
      },
      &asked);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_EQ(asked, 1);
}

TEST(EventuallyWithinTest, FailsTheRunWhenTheTimeIsOver) {
  const RunResult result =
      RunFresh(AwaitFlag, absl::Seconds(7), absl::Seconds(5));
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "EventuallyWithin \"the flag is set\" did not come true within 5s");
  EXPECT_THAT(result.failure->site, HasSubstr("sim/properties_test.cc:"));
  EXPECT_EQ(result.elapsed, absl::Seconds(5));
}

TEST(EventuallyWithinTest, AsksForTheLastTimeAtTheVeryEnd) {
  std::vector<absl::Duration> asked_at;
  const RunResult result = RunFresh(
      [](std::vector<absl::Duration>* times) -> Task<> {
        co_await EventuallyWithin(absl::Nanoseconds(250), [&times] {
          const SimTime now = Simulation::Current("test").now();
          times->push_back(absl::Nanoseconds(now.ns));
          return false;
        });
      },
      &asked_at);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.failure->message,
            "EventuallyWithin did not come true within 250ns");
  ASSERT_FALSE(asked_at.empty());
  EXPECT_EQ(asked_at.front(), absl::ZeroDuration());
  EXPECT_EQ(asked_at.back(), absl::Nanoseconds(250));
  EXPECT_LE(asked_at.size(), 102);
  EXPECT_GE(asked_at.size(), 51);
}

TEST(EventuallyWithinTest, WithNoTimeAtAllItAsksOnce) {
  EXPECT_FALSE(
      RunFresh(AwaitFlag, absl::Seconds(1), absl::ZeroDuration()).ok());
  EXPECT_TRUE(RunFresh([]() -> Task<> {
                co_await EventuallyWithin(absl::ZeroDuration(),
                                          [] { return true; });
              }).ok());
}

TEST(EventuallyWithinTest, NothingBehindItRunsAfterAFailure) {
  bool went_on = false;
  const RunResult result = RunFresh(
      [](bool* reached) -> Task<> {
        co_await EventuallyWithin(absl::Seconds(1), [] { return false; });
        *reached = true;
      },
      &went_on);
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(went_on);
}

TEST(EventuallyWithinTest, TheSameSeedGivesTheSameRun) {
  DigestPair digests[2];
  for (DigestPair& digest : digests) {
    RandomScheduler scheduler;
    Simulation simulation({.seed = Seed(9), .scheduler = &scheduler});
    digest =
        simulation.Run(AwaitFlag, absl::Milliseconds(995), absl::Seconds(100))
            .digests;
  }
  EXPECT_EQ(digests[0], digests[1]);
}

}  // namespace
}  // namespace orrery
