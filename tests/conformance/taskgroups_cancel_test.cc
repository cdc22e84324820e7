// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: task groups that are cancelled from outside, groups within
// groups, and how many requests to cancel are left in the end.

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/thrown.h"

namespace orrery {
namespace {

using testing::ElementsAre;

using Words = std::vector<std::string>;

constexpr absl::Duration Ms(int64_t milliseconds) {
  return absl::Milliseconds(milliseconds);
}

Task<> Nap(absl::Duration delay) { co_await Sleep(delay); }

Task<> FailAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<> FailWhenCancelled(const char* what) {
  try {
    co_await Sleep(absl::Seconds(10));
  } catch (const Cancelled&) {
    throw std::runtime_error(what);
  }
}

Task<> SleepOrNote(absl::Duration delay, int& cancelled) {
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    ++cancelled;
    throw;
  }
}

struct Counts {
  int tasks = 0;
  int block = 0;
};

// Spawns five tasks, and then sleeps, or not.
Task<> SpawnFive(TaskGroup& group, bool sleeps, Counts& cancelled) {
  for (int i = 0; i < 5; ++i) {
    group.Spawn(SleepOrNote, absl::Seconds(5), std::ref(cancelled.tasks));
  }
  if (sleeps) co_await SleepOrNote(absl::Seconds(10), cancelled.block);
}

Task<> RunFive(bool sleeps, Counts& cancelled) {
  co_await WithTaskGroup(SpawnFive, sleeps, std::ref(cancelled));
}

// Cancels the task after 100 ms.
template <typename T>
Task<> CancelSoon(JoinHandle<T> task) {
  co_await Sleep(Ms(100));
  EXPECT_FALSE(task.Done());
  task.Cancel();
}

// Answers: test_taskgroups.py TestTaskGroup.test_cancellation
ANY_ORDER_SIM_TEST(TaskGroupCancelTest,
                   ACancelThatMeetsTheWaitForTasksCancelsThem) {
  Counts cancelled;
  JoinHandle<> runner = Spawn(RunFive, false, std::ref(cancelled));
  co_await CancelSoon(runner);
  EXPECT_THROW(co_await runner, Cancelled);
  EXPECT_EQ(cancelled.tasks, 5);
  EXPECT_EQ(Elapsed(), Ms(100));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_07
ANY_ORDER_SIM_TEST(TaskGroupCancelTest,
                   ACancelThatMeetsTheBlockCancelsTheTasksToo) {
  Counts cancelled;
  JoinHandle<> runner = Spawn(RunFive, true, std::ref(cancelled));
  co_await CancelSoon(runner);
  EXPECT_THROW(co_await runner, Cancelled);
  EXPECT_EQ(cancelled.tasks, 5);
  EXPECT_EQ(cancelled.block, 1);
  EXPECT_EQ(Elapsed(), Ms(100));
}

Task<> SpawnTwoSleepers(TaskGroup& group) {
  group.Spawn(Nap, absl::Seconds(1));
  group.Spawn(Nap, absl::Seconds(2));
  co_return;
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_22
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, ACancelIsThrownIfTheTasksGiveWay) {
  auto run = []() { return WithTaskGroup(SpawnTwoSleepers); };
  JoinHandle<> runner = Spawn(run);
  co_await Sleep(Ms(50));
  runner.Cancel();
  EXPECT_THROW(co_await runner, Cancelled);
  EXPECT_EQ(Elapsed(), Ms(50));
}

Task<> JustSleep(TaskGroup&, int& cancelled) {
  co_await SleepOrNote(absl::Seconds(10), cancelled);
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_17
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, ACancelIsThrownIfThereAreNoTasks) {
  int cancelled = 0;
  auto run = [&cancelled]() {
    return WithTaskGroup(JustSleep, std::ref(cancelled));
  };
  JoinHandle<> runner = Spawn(run);
  co_await CancelSoon(runner);
  EXPECT_THROW(co_await runner, Cancelled);
  EXPECT_EQ(cancelled, 1);
}

// ---- Errors because of a cancel ---------------------------------------------

Task<> SpawnFiveThatFail(TaskGroup& group) {
  for (int i = 0; i < 5; ++i) group.Spawn(FailWhenCancelled, "boom");
  co_await Sleep(absl::Seconds(10));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_08
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, ErrorsGoBeforeTheCancelThatCausedThem) {
  auto run = []() { return WithTaskGroup(SpawnFiveThatFail); };
  JoinHandle<> runner = Spawn(run);
  co_await CancelSoon(runner);
  const Words errors = co_await ErrorsThrownBy(runner);
  EXPECT_THAT(errors, ElementsAre("boom", "boom", "boom", "boom", "boom"));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_18
ANY_ORDER_SIM_TEST(TaskGroupCancelTest,
                   AnErrorThatTheBlockThrowsInsteadGoesFirst) {
  auto body = [](TaskGroup&) -> Task<> { co_await FailWhenCancelled("boom"); };
  auto run = [body]() { return WithTaskGroup(body); };
  JoinHandle<> runner = Spawn(run);
  co_await CancelSoon(runner);
  const Words errors = co_await ErrorsThrownBy(runner);
  EXPECT_THAT(errors, ElementsAre("boom"));
}

// When it is cancelled, takes half a second to give way.
Task<> GiveWaySlowly() {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(10));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) {
    co_await Sleep(Ms(500));
    throw Cancelled();
  }
}

Task<> RunOneThatFailsSoon() {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailAfter, Ms(300), "boom");
    co_await GiveWaySlowly();
  };
  co_await WithTaskGroup(body);
}

// The block still runs when the task fails, for which it is cancelled again.
// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_15
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, AnErrorWhileTheBlockGivesWayIsNotLost) {
  JoinHandle<> runner = Spawn(RunOneThatFailsSoon);
  co_await CancelSoon(runner);
  const Words errors = co_await ErrorsThrownBy(runner);
  EXPECT_THAT(errors, ElementsAre("boom"));
  EXPECT_EQ(Elapsed(), Ms(300));
}

Task<> RunInATaskOfItsOwn() {
  JoinHandle<> nested = Spawn(RunOneThatFailsSoon);
  co_await nested;
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_16
ANY_ORDER_SIM_TEST(TaskGroupCancelTest,
                   NorIfTheGroupIsThatOfATaskThatIsAwaited) {
  JoinHandle<> runner = Spawn(RunInATaskOfItsOwn);
  co_await CancelSoon(runner);
  const Words errors = co_await ErrorsThrownBy(runner);
  EXPECT_THAT(errors, ElementsAre("boom"));
  EXPECT_EQ(Elapsed(), Ms(300));
}

// ---- Groups within groups ---------------------------------------------------

Task<> SpawnFiveInInner(TaskGroup&) {
  co_await WithTaskGroup(SpawnFiveThatFail);
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_11
ANY_ORDER_SIM_TEST(TaskGroupCancelTest,
                   ErrorsOfAnInnerGroupAreAGroupOfTheOuter) {
  auto run = []() { return WithTaskGroup(SpawnFiveInInner); };
  JoinHandle<> runner = Spawn(run);
  co_await CancelSoon(runner);
  const Words errors = co_await ErrorsThrownBy(runner);
  EXPECT_THAT(errors, ElementsAre("[boom, boom, boom, boom, boom]"));
}

Task<> SpawnFiveInInnerBesideASleeper(TaskGroup& outer) {
  outer.Spawn(Nap, absl::Seconds(10));
  co_await WithTaskGroup(SpawnFiveThatFail);
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_12
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, TheyEndTheTasksOfTheOuterGroup) {
  auto run = []() { return WithTaskGroup(SpawnFiveInInnerBesideASleeper); };
  JoinHandle<> runner = Spawn(run);
  co_await CancelSoon(runner);
  const Words errors = co_await ErrorsThrownBy(runner);
  EXPECT_THAT(errors, ElementsAre("[boom, boom, boom, boom, boom]"));
  EXPECT_EQ(Elapsed(), Ms(100));
}

Task<> SpawnOneInEach(TaskGroup& outer, absl::Duration outer_fails,
                      absl::Duration inner_fails) {
  outer.Spawn(FailAfter, outer_fails, "outer");
  auto body = [inner_fails](TaskGroup& inner) -> Task<> {
    inner.Spawn(FailAfter, inner_fails, "inner");
    co_return;
  };
  co_await WithTaskGroup(body);
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_13
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, AnErrorInTheOuterGroupEndsTheInnerOne) {
  const Words errors = co_await ErrorsThrownBy(
      WithTaskGroup(SpawnOneInEach, Ms(100), absl::Seconds(10)));
  EXPECT_THAT(errors, ElementsAre("outer"));
  EXPECT_EQ(Elapsed(), Ms(100));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_14
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, AnErrorInTheInnerGroupEndsTheOuterOne) {
  const Words errors = co_await ErrorsThrownBy(
      WithTaskGroup(SpawnOneInEach, absl::Seconds(10), Ms(100)));
  EXPECT_THAT(errors, ElementsAre("[inner]"));
  EXPECT_EQ(Elapsed(), Ms(100));
}

// ---- How many requests are left ---------------------------------------------

// Answers: test_taskgroups.py TestTaskGroup.test_cancelling_level_preserved
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, TheGroupTakesBackWhatItHasAskedFor) {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailAfter, absl::ZeroDuration(), "boom");
    co_return;
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("boom"));
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

// Answers: test_taskgroups.py
// TestTaskGroup.test_taskgroup_context_manager_exit_raises
ANY_ORDER_SIM_TEST(TaskGroupCancelTest, AlsoIfTheBlockFailsAsItIsCancelled) {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailAfter, absl::ZeroDuration(), "the task");
    co_await FailWhenCancelled("the block");
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("the task", "the block"));
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Spawns in the inner group and the outer one; both tasks fail at once.
Task<> FailInBoth(TaskGroup& outer, bool& inner_threw) {
  auto body = [&outer](TaskGroup& inner) -> Task<> {
    inner.Spawn(FailAfter, absl::ZeroDuration(), "inner");
    outer.Spawn(FailAfter, absl::ZeroDuration(), "outer");
    co_return;
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("inner"));
  inner_threw = true;
  EXPECT_EQ(CurrentTask().CancelRequests(), 1) << "that of the outer group";
}

// Answers: test_taskgroups.py TestTaskGroup.test_nested_groups_both_cancelled
SIM_TEST(TaskGroupCancelTest, OfTwoGroupsEachTakesBackItsOwn) {
  bool inner_threw = false;
  const Words errors =
      co_await ErrorsThrownBy(WithTaskGroup(FailInBoth, std::ref(inner_threw)));
  EXPECT_THAT(errors, ElementsAre("outer"));
  EXPECT_TRUE(inner_threw);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

Task<> SetThenFail(Event& event) {
  event.Set();
  co_await Yield();
  throw std::runtime_error("boom");
}

// Its group fails just when it is cancelled. The error comes first, and the
// cancel after it.
Task<> FailAndBeCancelled(Event& event, int& caught) {
  auto body = [&event](TaskGroup& group) -> Task<> {
    group.Spawn(SetThenFail, std::ref(event));
    co_await Sleep(absl::Seconds(1));
    ADD_FAILURE() << "the sleep in the group was not cancelled";
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("boom"));
  ++caught;
  EXPECT_EQ(CurrentTask().CancelRequests(), 1);
  co_await Sleep(absl::Seconds(1));
  ADD_FAILURE() << "the sleep after the group was not cancelled";
}

// Answers: test_taskgroups.py TestTaskGroup.test_error_and_cancel
SIM_TEST(TaskGroupCancelTest, ACancelThatMeetsAnErrorIsNotLost) {
  Event event;
  int caught = 0;
  JoinHandle<> task =
      Spawn(FailAndBeCancelled, std::ref(event), std::ref(caught));
  co_await event.Wait();
  EXPECT_EQ(task.CancelRequests(), 0);
  task.Cancel();
  EXPECT_EQ(task.CancelRequests(), 1);
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(task.Cancelled());
  EXPECT_EQ(caught, 1);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

}  // namespace
}  // namespace orrery
