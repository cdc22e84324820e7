// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/coming_from_asyncio.md shows of synchronization, queues, futures,
// callbacks, blocking work, context variables and looking inside.

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/sim/dump_tasks.h"
#include "orrery/sim/future.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/sync/barrier.h"
#include "orrery/sim/sync/bounded_semaphore.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/lifo_queue.h"
#include "orrery/sim/sync/priority_queue.h"
#include "orrery/sim/sync/queue_shut_down.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/thread_pool.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// ---- Synchronization --------------------------------------------------------

// [snippet: locks]
SIM_TEST(LocksTest, Shapes) {
  Mutex lock("state");  // asyncio.Lock()
  {
    Mutex::Guard guard = co_await lock.Lock();  // async with lock:
    EXPECT_TRUE(lock.IsLocked());
  }

  Semaphore connections(10, "connections");  // asyncio.Semaphore(10)
  {
    Semaphore::Guard guard = co_await connections.AcquireScoped();
    EXPECT_EQ(connections.Available(), 9);
  }

  BoundedSemaphore bounded(1);  // asyncio.BoundedSemaphore(1)
  EXPECT_THROW(bounded.Release(), InvalidStateError);

  Event ready("ready");  // asyncio.Event()
  PostAfter(absl::Seconds(1), [&ready] { ready.Set(); });
  co_await ready.Wait();
  EXPECT_TRUE(ready.IsSet());
}
// [end: locks]

// [snippet: conditions]
Task<> Produce(ConditionVariable& changed, std::vector<int>& jobs) {
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await changed.Lock();  // async with changed:
  jobs.push_back(7);
  changed.NotifyOne();  // changed.notify()
}

Task<> Meet(Barrier& barrier, int& leaders) {
  const size_t index = co_await barrier.Wait();  // await barrier.wait()
  if (index == 0) ++leaders;
}

SIM_TEST(ConditionsTest, Shapes) {
  ConditionVariable changed("jobs");  // asyncio.Condition()
  std::vector<int> jobs;
  JoinHandle<> producer = Spawn(Produce, std::ref(changed), std::ref(jobs));
  {
    Mutex::Guard guard = co_await changed.Lock();
    co_await changed.WaitFor([&jobs] { return !jobs.empty(); });
    EXPECT_THAT(jobs, ElementsAre(7));
  }

  Barrier barrier(3);  // asyncio.Barrier(3)
  int leaders = 0;
  co_await WhenAll(Meet(barrier, leaders), Meet(barrier, leaders),
                   Meet(barrier, leaders));
  EXPECT_EQ(leaders, 1);
}
// [end: conditions]

// [snippet: queues]
Task<> Work(Queue<int>& queue, std::vector<int>& done) {
  for (;;) {
    const int job = co_await queue.Get();  // await queue.get()
    done.push_back(job);
    queue.TaskDone();  // queue.task_done()
  }
}

SIM_TEST(QueuesTest, Shapes) {
  Queue<int> queue(2, "jobs");  // asyncio.Queue(2)
  std::vector<int> done;
  JoinHandle<> worker = Spawn(Work, std::ref(queue), std::ref(done));
  for (int job = 1; job <= 3; ++job) co_await queue.Put(job);
  co_await queue.Join();          // await queue.join()
  EXPECT_TRUE(queue.TryPut(4));   // queue.put_nowait(4), or QueueFull
  EXPECT_EQ(*queue.TryGet(), 4);  // queue.get_nowait(), or QueueEmpty
  queue.Shutdown();               // queue.shutdown()
  CO_ASSERT_THROW(co_await worker, QueueShutDown);

  PriorityQueue<int> sorted;  // asyncio.PriorityQueue(), and stable
  sorted.TryPut(3);
  sorted.TryPut(1);
  EXPECT_EQ(co_await sorted.Get(), 1);

  LifoQueue<int> stack;  // asyncio.LifoQueue()
  stack.TryPut(3);
  stack.TryPut(1);
  EXPECT_EQ(co_await stack.Get(), 1);
}
// [end: queues]

// ---- Futures and callbacks --------------------------------------------------

// [snippet: futures]
SIM_TEST(FuturesTest, Shapes) {
  Promise<int> promise("answer");            // loop.create_future()
  Future<int> future = promise.GetFuture();  // the side that waits
  PostAfter(absl::Seconds(1), [&promise] { promise.Set(42); });
  EXPECT_EQ(co_await future, 42);
  EXPECT_TRUE(future.Done());
  EXPECT_THROW(promise.Set(43), InvalidStateError);
}
// [end: futures]

SIM_TEST(CallbacksTest, Shapes) {
  std::vector<int> order;
  // [snippet: callbacks]
  Post([&order] { order.push_back(1); });         // loop.call_soon
  PostHandle later = PostAfter(absl::Seconds(1),  // loop.call_later
                               [&order] { order.push_back(2); });
  PostAt(Now() + absl::Seconds(2),  // loop.call_at
         [&order] { order.push_back(3); });
  later.Cancel();  // handle.cancel()
  co_await Sleep(absl::Seconds(3));
  EXPECT_THAT(order, ElementsAre(1, 3));

  EXPECT_EQ(Elapsed(), absl::Seconds(3));           // loop.time()
  EXPECT_EQ(Now(), SimEpoch() + absl::Seconds(3));  // time.time()
  // [end: callbacks]
}

// ---- Blocking work ----------------------------------------------------------

// [snippet: blocking]
int Render() { return 42; }

SIM_TEST(BlockingTest, Shapes) {
  // await asyncio.to_thread(render)
  EXPECT_EQ(co_await RunBlocking(Render, {.cost = absl::Seconds(5)}), 42);

  // with ThreadPoolExecutor(2) as pool: loop.run_in_executor(pool, render)
  ThreadPool pool(2, "renderers");
  Future<int> image = pool.Submit(Render, {.cost = absl::Seconds(5)});
  EXPECT_EQ(co_await image, 42);
  EXPECT_THAT(SlowSteps(), SizeIs(0));

  Compute(absl::Seconds(5));  // a computation on the loop: everybody is late
  BlockingSleep(absl::Seconds(1));  // time.sleep(1): the same
  EXPECT_THAT(SlowSteps(), SizeIs(1));
}
// [end: blocking]

// ---- Context variables ------------------------------------------------------

// [snippet: context]
const TaskLocal<int> request(0);  // request = ContextVar("request", default=0)

Task<> Handle(std::vector<int>& seen) {
  seen.push_back(request.Get());  // request.get()
  co_return;
}

SIM_TEST(ContextTest, Shapes) {
  std::vector<int> seen;
  request.Set(7);  // request.set(7)
  JoinHandle<> task = Spawn(Handle, std::ref(seen));
  {
    TaskLocal<int>::Scope scope(request, 8);  // with request.set(8):
    co_await Handle(seen);
  }
  co_await task;
  EXPECT_THAT(seen, ElementsAre(8, 7));  // the task has what was set before
  EXPECT_EQ(request.Get(), 7);
}
// [end: context]

// ---- Looking inside ---------------------------------------------------------

// [snippet: inside]
Task<> WaitForEver() {
  Event never("never");
  co_await never.Wait();
}

SIM_TEST(InsideTest, Shapes) {
  JoinHandle<> task = Spawn("waiter", WaitForEver);
  co_await Yield();
  // asyncio.print_call_graph(), python -m asyncio pstree
  EXPECT_THAT(DumpTasks(), HasSubstr("waiter#2 waits for Event \"never\""));
  task.Cancel();
}

Task<> WaitForTask() { co_await Spawn("waiter", WaitForEver); }

TEST(InsideRunTest, WhatAsyncioWouldWaitForForEverIsADeadlock) {
  EXPECT_THAT(Simulation().Run(WaitForTask), Deadlocks());
}
// [end: inside]

// [snippet: unretrieved]
Task<> Fail() {
  co_await Sleep(absl::Seconds(1));
  throw std::runtime_error("disk full");
}

Task<> NeverAsk() {
  Spawn("failing", Fail).Detach();
  co_await Sleep(absl::Seconds(2));
}

TEST(InsideRunTest, AnErrorThatNobodySeesFailsTheRun) {
  EXPECT_THAT(Simulation().Run(NeverAsk), FailsWith(HasSubstr("disk full")));
}
// [end: unretrieved]

}  // namespace
}  // namespace orrery
