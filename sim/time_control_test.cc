// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/time_control.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/future.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

using Words = std::vector<std::string>;

// Runs `body` first in, first out, and under random orders.
template <typename Body>
void InAnyOrder(Body body) {
  for (uint64_t seed = 0; seed <= 30; ++seed) {
    RandomScheduler random;
    Words said;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(body, std::ref(said));
    EXPECT_TRUE(result.ok())
        << "seed " << seed << ": " << FormatRunResult(result);
  }
}

Task<> YieldOften(Words& said, int times) {
  for (int i = 0; i < times; ++i) co_await Yield();
  said.push_back(std::to_string(times));
}

Task<> SayAfter(Words& said, absl::Duration delay) {
  co_await Sleep(delay);
  said.push_back(absl::FormatDuration(Elapsed()));
}

// ---- Settle -----------------------------------------------------------------

// It spawns, posts and sets timers for this very instant.
Task<> KeepBusy(Words& said) {
  co_await YieldOften(said, 10);
  Spawn(YieldOften, std::ref(said), 20);
  Post([&said] {
    PostAfter(absl::ZeroDuration(), [&said] { said.push_back("timer"); });
  });
  Spawn(SayAfter, std::ref(said), absl::Nanoseconds(1));
}

Task<> SettleOnce(Words& said) {
  Spawn(KeepBusy, std::ref(said));
  co_await Settle();
  EXPECT_THAT(said, UnorderedElementsAre("10", "20", "timer"));
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  co_await Settle();
  co_await Settle();
  EXPECT_EQ(said.size(), 3) << "there was nothing left to do";
}

TEST(SettleTest, EverythingElseHasRunThatCanAtThisInstant) {
  InAnyOrder(SettleOnce);
}

Task<> SettleInTurn(Words& said, std::string name) {
  for (int i = 0; i < 3; ++i) {
    co_await Settle();
    said.push_back(name);
    co_await Yield();
    co_await Yield();
    said.push_back(name);
  }
}

Task<> SettleFromThree(Words& said) {
  JoinHandle<> a = Spawn(SettleInTurn, std::ref(said), "a");
  co_await Yield();
  JoinHandle<> b = Spawn(SettleInTurn, std::ref(said), "b");
  co_await a;
  co_await b;
  // Whichever goes on comes to rest before the other one does.
  for (size_t i = 0; i < said.size(); i += 2) EXPECT_EQ(said[i], said[i + 1]);
  EXPECT_EQ(said.size(), 12);
}

TEST(SettleTest, OfSeveralOneGoesOnAtATime) { InAnyOrder(SettleFromThree); }

Task<> SettleAndSay(Words& said) {
  try {
    co_await Settle();
    said.push_back("settled");
  } catch (const Cancelled&) {
    said.push_back("cancelled");
  }
}

Task<> CancelSettler(Words& said) {
  JoinHandle<> settler = Spawn(SettleAndSay, std::ref(said));
  co_await Yield();
  settler.Cancel();
  co_await settler;
  EXPECT_THAT(said, ElementsAre("cancelled"));
  co_await Settle();
}

TEST(SettleTest, CanBeCancelled) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelSettler, std::ref(said)).ok());
}

Task<> CancelWokenSettler(Words& said) {
  JoinHandle<> settler = Spawn(SettleAndSay, std::ref(said));
  co_await Yield();
  // It is woken when this task has come to rest, at the latest; a timer at the
  // same instant cancels it either before or after that.
  Post([settler] { settler.Cancel(); });
  try {
    co_await settler;
    EXPECT_EQ(said.size(), 1);
  } catch (const Cancelled&) {
    EXPECT_THAT(said, IsEmpty()) << "it had not begun";
  }
}

TEST(SettleTest, CancelledInAnyOrderItEndsOnce) {
  InAnyOrder(CancelWokenSettler);
}

Task<> LeaveSettler() {
  Spawn("settler", [] { return []() -> Task<> { co_await Settle(); }(); });
  co_await Yield();
}

TEST(SettleTest, OneThatIsLeftIsCancelledWithTheRun) {
  EXPECT_TRUE(Simulation().Run(LeaveSettler).ok());
}

// ---- Advance ----------------------------------------------------------------

Task<> AdvanceStepwise(Words& said) {
  for (int i = 4; i >= 1; --i) {
    Spawn(SayAfter, std::ref(said), absl::Seconds(i));
  }
  co_await Advance(absl::Milliseconds(999));
  EXPECT_THAT(said, IsEmpty());
  EXPECT_EQ(Elapsed(), absl::Milliseconds(999));
  co_await Advance(absl::Milliseconds(1));
  EXPECT_THAT(said, ElementsAre("1s"));
  co_await Advance(absl::Seconds(2));
  EXPECT_THAT(said, ElementsAre("1s", "2s", "3s")) << "each at its own time";
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
}

TEST(AdvanceTest, EachTimerFiresAtItsOwnTimeTheEndIncluded) {
  InAnyOrder(AdvanceStepwise);
}

Task<> AdvanceFrozen(Words& said) {
  const FreezeTime frozen;
  co_await AdvanceStepwise(said);
}

TEST(AdvanceTest, MovesAFrozenClock) { InAnyOrder(AdvanceFrozen); }

// What a timer brings about has happened before the next one fires.
Task<> Relay(Words& said) {
  for (int i = 0; i < 3; ++i) {
    co_await Sleep(absl::Milliseconds(10));
    co_await YieldOften(said, i);
    EXPECT_EQ(Elapsed(), absl::Milliseconds(10 * (i + 1)));
  }
}

Task<> AdvanceOverRelay(Words& said) {
  Spawn(Relay, std::ref(said));
  PostAfter(absl::Milliseconds(20), [&said] { said.push_back("due at 20"); });
  co_await Advance(absl::Milliseconds(30));
  EXPECT_EQ(said.size(), 4) << "the continuation at 30 ms too";
}

TEST(AdvanceTest, GoesStepByStep) { InAnyOrder(AdvanceOverRelay); }

Task<> AdvanceFromTwo(Words& said) {
  auto advance = [](Words& words, absl::Duration by) -> Task<> {
    co_await Advance(by);
    words.push_back(absl::FormatDuration(Elapsed()));
  };
  const FreezeTime frozen;
  JoinHandle<> far = Spawn(advance, std::ref(said), absl::Seconds(5));
  JoinHandle<> near = Spawn(advance, std::ref(said), absl::Seconds(2));
  co_await near;
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
  co_await far;
  EXPECT_THAT(said, ElementsAre("2s", "5s"));
}

TEST(AdvanceTest, OfTwoTheNearerComesFirst) { InAnyOrder(AdvanceFromTwo); }

Task<> AdvanceNotAtAll() {
  co_await Advance(-absl::Seconds(1));
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

TEST(AdvanceTest, ZeroOrLessSettles) {
  EXPECT_TRUE(Simulation().Run(AdvanceNotAtAll).ok());
}

Task<> AdvanceBy(absl::Duration duration) { co_await Advance(duration); }

TEST(AdvanceTest, NotBeyondTheTimeLimit) {
  const RunResult result = Simulation({.max_time = absl::Seconds(5)})
                               .Run(AdvanceBy, absl::Seconds(6));
  EXPECT_EQ(result.outcome, Outcome::kTimeLimit);
  EXPECT_EQ(result.elapsed, absl::Seconds(5));
}

TEST(AdvanceTest, ForEverIsADeadlock) {
  const RunResult result =
      Simulation().Run(AdvanceBy, absl::InfiniteDuration());
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
}

TEST(AdvanceBusyTest, TimePassesWithinTheStepAndTimersAreLate) {
  auto body = [](Words& said) -> Task<> {
    Spawn(SayAfter, std::ref(said), absl::Seconds(1));
    co_await Yield();
    AdvanceBusy(absl::Seconds(3));
    EXPECT_THAT(said, IsEmpty());
    co_await Settle();
    EXPECT_THAT(said, ElementsAre("3s"));
  };
  Words said;
  EXPECT_TRUE(Simulation().Run(body, std::ref(said)).ok());
}

// ---- FreezeTime -------------------------------------------------------------

Task<> SleepFrozen() {
  const FreezeTime frozen;
  co_await Sleep(absl::Seconds(3));
}

TEST(FreezeTimeTest, ADeadlockNamesWhoHasFrozenIt) {
  const RunResult result = Simulation().Run(SleepFrozen);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_THAT(
      result.failure->message,
      MatchesRegex("deadlock: nothing can run, time is frozen by FreezeTime "
                   "at sim/time_control_test.cc:[0-9]+ SleepFrozen, in task "
                   "main#1 \\(the next timer is due at 3.000s; `co_await "
                   "Advance` moves the clock\\), and the main task is not "
                   "done"));
}

Task<> FreezeForAWhile(Words& said) {
  Spawn(SayAfter, std::ref(said), absl::Seconds(1));
  {
    const FreezeTime outer;
    {
      const FreezeTime inner;
      co_await Settle();
    }
    co_await Settle();
    EXPECT_THAT(said, IsEmpty()) << "one is left";
    EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  }
  co_await Sleep(absl::Seconds(1));
  co_await Settle();
  EXPECT_THAT(said, ElementsAre("1s"));
}

TEST(FreezeTimeTest, TheClockGoesOnWhenTheLastOneIsGone) {
  InAnyOrder(FreezeForAWhile);
}

TEST(FreezeTimeTest, FromOutsideTheClockCanBeMoved) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SayAfter, std::ref(said), absl::Seconds(1));
  {
    const FreezeTime frozen;
    EXPECT_EQ(simulation.RunUntilIdle().reason, StopReason::kClockHeld);
    EXPECT_THAT(said, IsEmpty());
    EXPECT_EQ(simulation.RunFor(absl::Seconds(1)).reason,
              StopReason::kTimeReached);
    EXPECT_THAT(said, ElementsAre("1s"));
    EXPECT_EQ(simulation.RunUntilIdle().reason, StopReason::kIdle)
        << "no timer waits for the clock";
  }
}

TEST(FreezeTimeTest, MayOutliveTheSimulation) {
  std::unique_ptr<FreezeTime> frozen;
  std::unique_ptr<HoldTime> held;
  {
    Simulation simulation;
    Simulation::Scope scope(simulation);
    frozen = std::make_unique<FreezeTime>();
    held = std::make_unique<HoldTime>("disk");
  }
  held->Release();
}

// ---- HoldTime ---------------------------------------------------------------

Task<> AskOutside(Future<int> answer, Words& said) {
  HoldTime hold("recorded disk");
  const int got = co_await answer;
  hold.Release();
  said.push_back(std::to_string(got));
  co_await Sleep(absl::Seconds(1));
}

TEST(HoldTimeTest, TheClockWaitsForTheOutside) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Promise<int> promise;
  JoinHandle<> asker =
      Spawn("asker", AskOutside, promise.GetFuture(), std::ref(said));
  Spawn(SayAfter, std::ref(said), absl::Seconds(1));
  EXPECT_EQ(simulation.RunUntilComplete(asker).reason, StopReason::kClockHeld);
  EXPECT_EQ(simulation.RunFor(absl::Hours(1)).reason, StopReason::kClockHeld);
  EXPECT_EQ(simulation.Step().reason, StopReason::kClockHeld);
  EXPECT_EQ(simulation.now(), SimTime());
  promise.Set(7);
  EXPECT_EQ(simulation.RunUntilComplete(asker).reason, StopReason::kCompleted);
  EXPECT_THAT(said, ElementsAre("7", "1s"));
  EXPECT_EQ(simulation.now(), SimTime(1'000'000'000));
}

Task<> HoldAndSleep() {
  const HoldTime disk("recorded disk");
  const HoldTime net("recorded net");
  co_await Sleep(absl::Seconds(1));
}

TEST(HoldTimeTest, InARunThatNobodyDrivesItIsADeadlock) {
  const RunResult result = Simulation().Run(HoldAndSleep);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_THAT(
      result.failure->message,
      MatchesRegex("deadlock: nothing can run, the clock is held by HoldTime "
                   "\"recorded disk\" at sim/time_control_test.cc:[0-9]+ "
                   "HoldAndSleep, in task main#1 and 1 more \\(the next timer "
                   "is due at 1.000s\\), and the main task is not done"));
}

Task<> HoldAndAdvance() {
  const HoldTime hold("disk");
  co_await Settle();
  co_await Advance(absl::Seconds(1));
}

TEST(HoldTimeTest, NobodyMovesAClockThatIsHeld) {
  const RunResult result = Simulation().Run(HoldAndAdvance);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_THAT(FormatRunResult(result),
              AllOf(HasSubstr("the clock is held by HoldTime \"disk\""),
                    HasSubstr("main#1 waits for Advance#")));
}

TEST(TimeControlDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(FreezeTime(), "FreezeTime was used outside of a simulation");
  EXPECT_DEATH(HoldTime("x"), "HoldTime was used outside of a simulation");
}

}  // namespace
}  // namespace orrery
