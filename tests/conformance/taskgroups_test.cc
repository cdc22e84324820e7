// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: task groups: what they wait for, and what becomes of errors.

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_local.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/thrown.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

using Words = std::vector<std::string>;

constexpr absl::Duration Ms(int64_t milliseconds) {
  return absl::Milliseconds(milliseconds);
}

Task<> Nap(absl::Duration delay) { co_await Sleep(delay); }

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<> FailAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<> SleepOrNote(absl::Duration delay, int& cancelled) {
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    ++cancelled;
    throw;
  }
}

// ---- Without errors ---------------------------------------------------------

struct TwoResults {
  JoinHandle<int> first;
  JoinHandle<int> second;
};

Task<> SpawnTwo(TaskGroup& group, absl::Duration between, TwoResults& results) {
  results.first = group.Spawn(ReturnAfter, Ms(100), 42);
  if (between > absl::ZeroDuration()) co_await Sleep(between);
  results.second = group.Spawn(ReturnAfter, Ms(200), 11);
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_01
ANY_ORDER_SIM_TEST(TaskGroupTest, ItWaitsForAllItsTasks) {
  TwoResults results;
  co_await WithTaskGroup(SpawnTwo, absl::ZeroDuration(), std::ref(results));
  EXPECT_EQ(results.first.Result(), 42);
  EXPECT_EQ(results.second.Result(), 11);
  EXPECT_EQ(Elapsed(), Ms(200));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_02
ANY_ORDER_SIM_TEST(TaskGroupTest, ATaskMayBeOverBeforeTheNextOneIsSpawned) {
  TwoResults results;
  co_await WithTaskGroup(SpawnTwo, Ms(150), std::ref(results));
  EXPECT_EQ(results.first.Result(), 42);
  EXPECT_EQ(results.second.Result(), 11);
  EXPECT_EQ(Elapsed(), Ms(350));
}

Task<> CancelTheFirst(TaskGroup& group, TwoResults& results) {
  results.first = group.Spawn(ReturnAfter, absl::Seconds(1), 42);
  co_await Sleep(Ms(150));
  results.first.Cancel();
  results.second = group.Spawn(ReturnAfter, Ms(200), 11);
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_03
ANY_ORDER_SIM_TEST(TaskGroupTest, ATaskThatIsCancelledIsNoError) {
  TwoResults results;
  co_await WithTaskGroup(CancelTheFirst, std::ref(results));
  EXPECT_TRUE(results.first.Cancelled());
  EXPECT_EQ(results.second.Result(), 11);
  EXPECT_EQ(Elapsed(), Ms(350));
}

Task<> SpawnOneByOne(TaskGroup& group) {
  for (int count = 0; count < 10; ++count) {
    co_await Sleep(Ms(100));
    group.Spawn(Nap, Ms(300));
    if (count == 5) {
      EXPECT_LE(AllTasks().size(), 5u) << "the main task included";
    }
  }
  EXPECT_TRUE(group.HasChildren());
  co_await Sleep(Ms(1350));
  EXPECT_FALSE(group.HasChildren());
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_23
ANY_ORDER_SIM_TEST(TaskGroupTest, ItForgetsTasksThatAreOver) {
  co_await WithTaskGroup(SpawnOneByOne);
  EXPECT_EQ(Elapsed(), Ms(2350));
}

Task<> SpawnTwoMore(TaskGroup& group) {
  co_await Sleep(Ms(100));
  group.Spawn(Nap, Ms(100));
  group.Spawn(Nap, Ms(200));
}

Task<> SpawnSpawner(TaskGroup& group) {
  group.Spawn(SpawnTwoMore, std::ref(group));
  co_return;
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_24
ANY_ORDER_SIM_TEST(TaskGroupTest, ATaskMaySpawnMoreWhenTheBlockIsOver) {
  co_await WithTaskGroup(SpawnSpawner);
  EXPECT_EQ(Elapsed(), Ms(300));
}

Task<> SpawnNamed(TaskGroup& group) {
  JoinHandle<> task = group.Spawn("yolo", Nap, absl::ZeroDuration());
  EXPECT_THAT(task.Name(), StartsWith("yolo#"));
  co_return;
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_task_name
ANY_ORDER_SIM_TEST(TaskGroupTest, TasksMayHaveNames) {
  co_await WithTaskGroup(SpawnNamed);
}

const TaskLocal<int> local(0);

Task<> ExpectThenSet(int expected, int value) {
  EXPECT_EQ(local.Get(), expected);
  co_await Yield();
  local.Set(value);
}

Task<> SpawnWithLocal(TaskGroup& group) {
  local.Set(1);
  group.Spawn(ExpectThenSet, 1, 10);
  local.Set(2);
  JoinHandle<> second = group.Spawn(ExpectThenSet, 2, 20);
  co_await second;
  EXPECT_EQ(local.Get(), 2) << "what a task sets is its own";
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_task_context
ANY_ORDER_SIM_TEST(TaskGroupTest, ATaskHasTheValuesOfWhoSpawnedIt) {
  co_await WithTaskGroup(SpawnWithLocal);
}

// ---- Errors of tasks --------------------------------------------------------

struct Seen {
  JoinHandle<> sibling;
  int sibling_cancelled = 0;
  int block_cancelled = 0;
  bool went_on = false;
};

Task<> SpawnOneThatFails(TaskGroup& group, Seen& seen) {
  group.Spawn(FailAfter, Ms(100), "boom");
  seen.sibling = group.Spawn(SleepOrNote, absl::Seconds(1),
                             std::ref(seen.sibling_cancelled));
  co_return;
}

Task<> RunOneThatFails(Seen& seen) {
  co_await WithTaskGroup(SpawnOneThatFails, std::ref(seen));
  seen.went_on = true;
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_04
ANY_ORDER_SIM_TEST(TaskGroupTest, AnErrorCancelsTheOtherTasks) {
  Seen seen;
  const Words errors =
      co_await ErrorsThrownBy(Spawn(RunOneThatFails, std::ref(seen)));
  EXPECT_THAT(errors, ElementsAre("boom"));
  EXPECT_EQ(seen.sibling_cancelled, 1);
  EXPECT_TRUE(seen.sibling.Cancelled());
  EXPECT_FALSE(seen.went_on);
  EXPECT_EQ(Elapsed(), Ms(100));
}

Task<> SpawnThreeThatFail(TaskGroup& group, Seen& seen) {
  group.Spawn(FailAfter, Ms(100), "first");
  group.Spawn(FailAfter, Ms(100), "second");
  group.Spawn(FailAfter, Ms(100), "third");
  group.Spawn(SleepOrNote, absl::Seconds(5), std::ref(seen.sibling_cancelled));
  co_await SleepOrNote(absl::Seconds(10), seen.block_cancelled);
}

// They fail at the same instant, so none of them is cancelled in time.
// Answers: test_taskgroups.py TestTaskGroup.test_cancel_children_on_child_error
SIM_TEST(TaskGroupTest, ErrorsAtOneInstantAreAllThrown) {
  Seen seen;
  const Words errors = co_await ErrorsThrownBy(
      WithTaskGroup(SpawnThreeThatFail, std::ref(seen)));
  EXPECT_THAT(errors, ElementsAre("first", "second", "third"));
  EXPECT_EQ(seen.sibling_cancelled, 1);
  EXPECT_EQ(seen.block_cancelled, 1);
  EXPECT_EQ(Elapsed(), Ms(100));
}

Task<> Multiply(TaskGroup& group, int& heads) {
  ++heads;
  co_await Sleep(Ms(10));
  group.Spawn(Multiply, std::ref(group), std::ref(heads));
  group.Spawn(Multiply, std::ref(group), std::ref(heads));
}

Task<> FailAtTenHeads(const int& heads) {
  while (heads < 10) co_await Sleep(Ms(15));
  throw std::runtime_error("enough");
}

Task<> SpawnHydra(TaskGroup& group, int& heads) {
  group.Spawn(Multiply, std::ref(group), std::ref(heads));
  group.Spawn(FailAtTenHeads, std::cref(heads));
  co_return;
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_25
SIM_TEST(TaskGroupTest, AnErrorEndsTasksThatKeepSpawning) {
  int heads = 0;
  const Words errors =
      co_await ErrorsThrownBy(WithTaskGroup(SpawnHydra, std::ref(heads)));
  EXPECT_THAT(errors, ElementsAre("enough"));
  EXPECT_EQ(heads, 31) << "1 + 2 + 4 + 8 + 16";
  EXPECT_EQ(Elapsed(), Ms(45));
}

Task<> FailOdd(absl::Duration delay, const char* text) {
  co_await Sleep(delay);
  throw OddError(text);
}

// ---- Errors of the block ----------------------------------------------------

Task<> SpawnTwoThenFail(TaskGroup& group, absl::Duration before,
                        TwoResults& results) {
  results.first = group.Spawn(ReturnAfter, absl::Seconds(1), 42);
  results.second = group.Spawn(ReturnAfter, absl::Seconds(2), 11);
  if (before > absl::ZeroDuration()) co_await Sleep(before);
  throw std::runtime_error("the block");
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_09
ANY_ORDER_SIM_TEST(TaskGroupTest, AnErrorOfTheBlockCancelsTheTasks) {
  TwoResults results;
  const Words errors = co_await ErrorsThrownBy(
      WithTaskGroup(SpawnTwoThenFail, Ms(100), std::ref(results)));
  EXPECT_THAT(errors, ElementsAre("the block"));
  EXPECT_TRUE(results.first.Cancelled());
  EXPECT_TRUE(results.second.Cancelled());
  EXPECT_EQ(Elapsed(), Ms(100));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_10
ANY_ORDER_SIM_TEST(TaskGroupTest,
                   AnErrorOfTheBlockCancelsTasksThatHaveNotBegun) {
  TwoResults results;
  const Words errors = co_await ErrorsThrownBy(
      WithTaskGroup(SpawnTwoThenFail, absl::ZeroDuration(), std::ref(results)));
  EXPECT_THAT(errors, ElementsAre("the block"));
  EXPECT_TRUE(results.first.Cancelled());
  EXPECT_TRUE(results.second.Cancelled());
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Throws something else when it is cancelled.
template <typename Error>
Task<> SleepOrThrow(Error error) {
  try {
    co_await Sleep(absl::Seconds(10));
  } catch (const Cancelled&) {
    throw error;
  }
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_19
ANY_ORDER_SIM_TEST(TaskGroupTest, ErrorsOfTasksComeFirstAndThatOfTheBlockLast) {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailAfter, Ms(100), "the task");
    co_await SleepOrThrow(std::runtime_error("the block"));
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("the task", "the block"));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_20a
ANY_ORDER_SIM_TEST(TaskGroupTest, AnOddErrorOfTheBlockIsOneOfThem) {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailAfter, Ms(100), "the task");
    co_await SleepOrThrow(OddError("the block"));
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("the task", "the block"));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_21a
ANY_ORDER_SIM_TEST(TaskGroupTest, AnOddErrorOfATaskIsOneOfThem) {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailOdd, Ms(100), "the task");
    co_await SleepOrThrow(std::runtime_error("the block"));
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("the task", "the block"));
}

// ---- Too late ---------------------------------------------------------------

Task<> SpawnWhenCancelled(TaskGroup& group) {
  try {
    co_await Sleep(absl::Seconds(1));
  } catch (const Cancelled&) {
    EXPECT_THROW(group.Spawn(Nap, Ms(1)), InvalidStateError);
  }
}

// Answers: test_taskgroups.py
// TestTaskGroup.test_taskgroup_no_create_task_after_failure
ANY_ORDER_SIM_TEST(TaskGroupTest, AfterAnErrorItTakesNoMoreTasks) {
  auto body = [](TaskGroup& group) -> Task<> {
    group.Spawn(FailAfter, Ms(1), "boom");
    group.Spawn(SpawnWhenCancelled, std::ref(group));
    co_return;
  };
  const Words errors = co_await ErrorsThrownBy(WithTaskGroup(body));
  EXPECT_THAT(errors, ElementsAre("boom"));
  EXPECT_EQ(Elapsed(), Ms(1));
}

// The last task is over, and the block's has yet to learn of it.
// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_finished
// Answers: test_taskgroups.py TestTaskGroup.test_coro_closed_when_tg_closed
SIM_TEST(TaskGroupTest, WhenItIsOverItTakesNoMoreTasksAndCallsNothing) {
  int refused = 0;
  bool called = false;
  auto spawn_one_more = [&](TaskGroup& group) {
    auto never = [&called]() -> Task<> {
      called = true;
      return Nap(Ms(1));
    };
    EXPECT_THROW(group.Spawn(never), InvalidStateError);
    ++refused;
  };
  auto body = [&](TaskGroup& group) -> Task<> {
    JoinHandle<> last = group.Spawn(Nap, Ms(1));
    last.AddDoneCallback([&] { spawn_one_more(group); });
    co_return;
  };
  co_await WithTaskGroup(body);
  EXPECT_EQ(refused, 1);
  EXPECT_FALSE(called);
  EXPECT_EQ(Elapsed(), Ms(1));
}

// Answers: test_taskgroups.py TestTaskGroup.test_taskgroup_without_parent_task
SIM_TEST(TaskGroupDeathTest, OnlyATaskCanHaveOne) {
  Post([] {
    const SourceSite site = SourceSite::current();
    EXPECT_DEATH({ TaskGroup group(site); }, "outside of a task");
  });
  co_await Yield();
}

}  // namespace
}  // namespace orrery
