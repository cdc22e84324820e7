// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/coming_from_asyncio.md shows of running, tasks, several tasks at
// once, and timeouts.

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/as_completed.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/shield.h"
#include "orrery/sim/combinators/staggered_race.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/combinators/wait.h"
#include "orrery/sim/combinators/when_any.h"
#include "orrery/sim/combinators/with_cleanup.h"
#include "orrery/sim/progress.h"
#include "orrery/sim/runner.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Task<int> Fetch(int page) {
  co_await Sleep(absl::Seconds(page));
  if (page == 13) throw std::runtime_error("no such page");
  co_return 100 * page;
}

// ---- Running ----------------------------------------------------------------

Task<int> Answer(int a, int b) {
  co_await Sleep(absl::Hours(1));
  co_return a* b;
}

TEST(RunningTest, RunAndRunner) {
  // [snippet: running]
  const int answer = orrery::Run(Answer, 6, 7);  // asyncio.run(answer(6, 7))

  Runner runner;  // with asyncio.Runner() as runner:
  const int first = runner.Run(Answer, 6, 7);
  const int second = runner.Run(Answer, first, 2);
  runner.Close();  // says how it went: runner.Close().ok()
  // [end: running]
  EXPECT_EQ(answer, 42);
  EXPECT_EQ(second, 84);
  EXPECT_TRUE(runner.Close().ok());
}

TEST(RunningTest, Driving) {
  int ticks = 0;
  // [snippet: driving]
  Simulation loop;  // loop = asyncio.new_event_loop()
  std::optional<JoinHandle<int>> task;
  {
    Simulation::Scope scope(loop);
    PostAfter(absl::Seconds(1), [&ticks] { ++ticks; });
    task = Spawn(Answer, 6, 7);
  }
  loop.RunFor(absl::Seconds(1));  // run for a second, end included
  loop.RunUntilComplete(*task);   // loop.run_until_complete(task)
  const Progress progress = loop.RunUntilIdle();  // until nothing is left to do
  const RunResult result = loop.Finish();         // loop.close()
  // [end: driving]
  EXPECT_EQ(ticks, 1);
  EXPECT_EQ(progress.reason, StopReason::kIdle);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.elapsed, absl::Hours(1));
}

// ---- Tasks ------------------------------------------------------------------

SIM_TEST(TasksTest, Making) {
  // [snippet: making]
  Task<int> page = Fetch(1);                 // a coroutine object: nothing runs
  const int now = co_await std::move(page);  // runs it here, as a call

  JoinHandle<int> task = Spawn("page 2", Fetch, 2);  // asyncio.create_task
  const int later = co_await task;  // the result, as often as you like

  Spawn("page 3", Fetch, 3).Detach();  // lives on: no set of tasks to keep

  JoinHandle<int> eager =  // asyncio.eager_task_factory
      Spawn({.name = "page 4", .start = Start::kEager}, Fetch, 4);

  co_await Sleep(absl::Seconds(1));  // asyncio.sleep(1)
  co_await Yield();                  // asyncio.sleep(0)
  // [end: making]
  EXPECT_EQ(now, 100);
  EXPECT_EQ(later, 200);
  EXPECT_EQ(co_await eager, 400);
}

SIM_TEST(TasksTest, Asking) {
  bool told = false;
  // [snippet: asking]
  JoinHandle<int> task = Spawn("page 2", Fetch, 2);
  task.AddDoneCallback([&told] { told = true; });
  co_await task;
  EXPECT_TRUE(task.Done());
  EXPECT_FALSE(task.Cancelled());
  EXPECT_EQ(task.Result(), 200);
  EXPECT_EQ(task.Exception(), nullptr);
  EXPECT_EQ(task.Name(), "page 2#2");  // a name and a number

  EXPECT_EQ(CurrentTask().Name(), "main#1");  // asyncio.current_task()
  EXPECT_THAT(AllTasks(), SizeIs(1));         // in the order of spawning
  // [end: asking]
  co_await Yield();
  EXPECT_TRUE(told);
}

// [snippet: cancelling]
Task<> Patient(bool& interrupted) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {  // not a std::exception, as CancelledError is
    interrupted = true;         // no Exception: `catch (...)` gets it, too
    throw;
  }
}

SIM_TEST(TasksTest, Cancelling) {
  bool interrupted = false;
  JoinHandle<> task = Spawn("patient", Patient, std::ref(interrupted));
  co_await Yield();
  task.Cancel();
  EXPECT_EQ(task.CancelRequests(), 1);  // task.cancelling()
  CO_ASSERT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(interrupted);
  EXPECT_TRUE(task.Cancelled());
}

// Takes the request back, as a timeout does that was meant by it.
Task<> Stubborn() {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) CurrentTask().Uncancel();
  co_await Sleep(absl::Hours(1));
}
// [end: cancelling]

SIM_TEST(TasksTest, Uncancelling) {
  JoinHandle<> task = Spawn(Stubborn);
  co_await Sleep(absl::Seconds(1));
  task.Cancel();
  co_await task;
  EXPECT_EQ(task.CancelRequests(), 0);
  EXPECT_FALSE(task.Cancelled());
  EXPECT_EQ(Elapsed(), absl::Hours(1) + absl::Seconds(1));
}

// [snippet: cleanup]
class Connection {
 public:
  Task<> Send(std::string text) {
    co_await Sleep(absl::Seconds(1));
    if (text.empty()) throw std::invalid_argument("nothing to send");
  }
  Task<> Close() {
    co_await Sleep(absl::Seconds(1));
    closed_ = true;
  }
  bool closed() const { return closed_; }

 private:
  bool closed_ = false;
};

// try: await connection.send(text)
// finally: await connection.close()
Task<> SendAndClose(Connection& connection, std::string text) {
  co_await WithCleanup(connection.Send(text),
                       [&connection] { return connection.Close(); });
}

// except ValueError: await connection.close()
Task<> CloseOnError(Connection& connection, std::string text) {
  std::exception_ptr error;
  try {
    co_await connection.Send(text);
  } catch (const std::invalid_argument&) {
    error = std::current_exception();  // no `co_await` in here
  }
  if (error != nullptr) co_await connection.Close();
}
// [end: cleanup]

SIM_TEST(TasksTest, CleaningUp) {
  Connection connection;
  CO_ASSERT_THROW(co_await SendAndClose(connection, ""), std::invalid_argument);
  EXPECT_TRUE(connection.closed());
  Connection other;
  co_await CloseOnError(other, "");
  EXPECT_TRUE(other.closed());
}

// ---- Several at once --------------------------------------------------------

SIM_TEST(SeveralTest, Gathering) {
  // [snippet: gathering]
  // await asyncio.gather(fetch(1), fetch(2))
  const auto [one, two] = co_await Gather(Fetch(1), Fetch(2));

  // await asyncio.gather(fetch(1), fetch(13), return_exceptions=True)
  const auto [good, bad] = co_await GatherSettled(Fetch(1), Fetch(13));
  EXPECT_EQ(good.value(), 100);
  EXPECT_TRUE(bad.failed());

  // Structured: if one throws, the other is cancelled, and waited for.
  const auto [a, b] = co_await WhenAll(Fetch(1), Fetch(2));

  // The first result; the others are cancelled, and waited for.
  const Winner<int> first = co_await WhenAny(Fetch(2), Fetch(1));
  EXPECT_EQ(first.index, 1);
  // [end: gathering]
  EXPECT_EQ(one + two, 300);
  EXPECT_EQ(a + b, 300);
}

SIM_TEST(SeveralTest, Waiting) {
  // [snippet: waiting]
  std::vector<JoinHandle<int>> pages = {Spawn(Fetch, 2), Spawn(Fetch, 1)};
  // await asyncio.wait(pages, timeout=5, return_when=FIRST_COMPLETED)
  const WaitResult<JoinHandle<int>> result = co_await Wait(
      pages,
      {.until = WaitUntil::kFirstCompleted, .timeout = absl::Seconds(5)});
  EXPECT_THAT(result.done, ElementsAre(pages[1]));  // lists, in your order
  EXPECT_THAT(result.pending, ElementsAre(pages[0]));

  // for page in asyncio.as_completed(pages, timeout=10): print(await page)
  std::vector<int> seen;
  AsCompleted completed(pages, absl::Seconds(10));
  while (completed.HasNext()) seen.push_back(co_await completed.Next());
  EXPECT_THAT(seen, ElementsAre(100, 200));
  // [end: waiting]
}

// [snippet: groups]
// async with asyncio.TaskGroup() as group: ...
Task<int> SumOf(TaskGroup& group, int a, int b) {
  JoinHandle<int> first = group.Spawn("first", Fetch, a);
  JoinHandle<int> second = group.Spawn("second", Fetch, b);
  const int sum_of_first = co_await first;
  co_return sum_of_first + co_await second;
}

SIM_TEST(SeveralTest, Groups) {
  EXPECT_EQ(co_await WithTaskGroup(SumOf, 1, 2), 300);

  bool found = false;
  try {
    co_await WithTaskGroup(SumOf, 14, 13);
  } catch (const ExceptionGroup& group) {  // except* RuntimeError:
    found = group.Find<std::runtime_error>() != nullptr;
  }
  EXPECT_TRUE(found);
}
// [end: groups]

SIM_TEST(SeveralTest, Racing) {
  // [snippet: racing]
  JoinHandle<int> task = Spawn(Fetch, 2);
  // await asyncio.shield(task)
  EXPECT_EQ(co_await Shield(task), 200);

  // asyncio.staggered.staggered_race, for happy eyeballs
  std::vector<std::function<Task<int>()>> ways;
  ways.push_back([] { return Fetch(9); });
  ways.push_back([] { return Fetch(1); });
  const RaceResult<int> race =
      co_await StaggeredRace(std::move(ways), absl::Milliseconds(250));
  EXPECT_EQ(race.winner->index, 1);
  // [end: racing]
}

// ---- Timeouts ---------------------------------------------------------------

// [snippet: timeouts]
// async with asyncio.timeout(5) as idle: ... idle.reschedule(...)
Task<int> ReadPages(TimeoutScope& idle) {
  int sum = 0;
  for (int page = 1; page <= 4; ++page) {
    sum += co_await Fetch(page);
    idle.Reschedule(Now() + absl::Seconds(5));
  }
  co_return sum;
}

SIM_TEST(TimeoutsTest, Shapes) {
  // await asyncio.wait_for(fetch(1), 5)
  EXPECT_EQ(co_await WithTimeout(absl::Seconds(5), Fetch(1)), 100);
  CO_ASSERT_THROW(co_await WithTimeout(absl::Seconds(5), Fetch(9)),
                  TimeoutError);
  // async with asyncio.timeout_at(when): await fetch(1)
  const absl::Time when = Now() + absl::Seconds(5);
  EXPECT_EQ(co_await WithDeadline(when, Fetch(1)), 100);

  EXPECT_EQ(co_await WithTimeoutScope(absl::Seconds(5), ReadPages), 1000);
}
// [end: timeouts]

}  // namespace
}  // namespace orrery
