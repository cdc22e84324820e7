// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ThreadPool`: simulated worker threads, for computations that would hold up
// the event loop.
//
//   ThreadPool pool(2, "thumbnails");
//   Image small = co_await pool.Run(Shrink, {.cost = absl::Seconds(5)});
//
// There is no thread: a job takes its cost in simulated time, during which the
// loop goes on, and then its function is called, in a step of its own. So what
// the function does becomes visible when the job ends. When all workers are
// busy, jobs wait, first in, first out.

#ifndef ORRERY_SIM_THREAD_POOL_H_
#define ORRERY_SIM_THREAD_POOL_H_

#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/cost.h"
#include "orrery/sim/future.h"
#include "orrery/sim/local_values.h"
#include "orrery/sim/post.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {

struct BlockingOptions {
  // How long a worker is busy with it. It is drawn when the job is submitted.
  Cost cost = {};
};

namespace thread_pool_internal {

struct Job {
  virtual ~Job() = default;
  virtual FutureState* future() const = 0;
  // Calls the function and ends the future.
  virtual void Run() = 0;

  int64_t cost = 0;    // in nanoseconds
  EntityId id;         // of its step
  LocalValues locals;  // of whoever submitted it
  SourceSite site;
};

template <typename T, typename F>
struct JobOf final : Job {
  explicit JobOf(F f) : function(std::move(f)) {}

  FutureState* future() const override { return promise.GetFuture().state(); }
  void Run() override {
    // Somebody may have cancelled the future: then nobody wants to know.
    try {
      if constexpr (std::is_void_v<T>) {
        function();
        promise.TrySet();
      } else {
        promise.TrySet(function());
      }
    } catch (...) {
      promise.TrySetException(std::current_exception());
    }
  }

  F function;
  Promise<T> promise;
};

// Waits for the end of a job, whatever it is.
class [[nodiscard]] JobAwaiter {
 public:
  JobAwaiter(FutureState* job, ObjectId pool) : job_(job), pool_(pool) {}
  bool await_ready() const { return job_->done(); }
  template <TaskPromise Awaiting>
  void await_suspend(std::coroutine_handle<Awaiting> frame) const {
    Simulation::Current("co_await")
        .Await(frame, WaitKind::kPool, job_, pool_.value);
  }
  void await_resume() const { ThrowIfCancelled(); }

 private:
  FutureState* job_;
  ObjectId pool_;
};

}  // namespace thread_pool_internal

// The functions are plain ones: they cannot await. They may do what a callback
// may (`Log`, `Post`, set a promise), but neither `Compute` nor
// `BlockingSleep`: the time that they take is their cost.
//
// The pool must outlive the tasks that await its jobs. If it goes first, jobs
// that are not over never will be.
class ThreadPool : public SyncObject {
 public:
  // `workers` is at least 1. `name` is for reports.
  explicit ThreadPool(int workers, absl::string_view name = "",
                      SourceSite site = SourceSite::current());
  ~ThreadPool();

  // Runs `function()` and waits for it. Returns what it returns, or throws what
  // it throws. As with any Task, nothing happens before it is awaited.
  //
  // If the task that waits is cancelled, it goes on at once. A job that no
  // worker has begun is dropped; one that runs cannot be stopped, and how it
  // ends is nobody's concern any more.
  template <typename F>
  auto Run(F function, BlockingOptions options = {},
           SourceSite site = SourceSite::current()) {
    return RunJob<ResultOf<F>>(std::move(function), options, site);
  }

  // The same, but begins at once, or queues up, and does not wait. To cancel
  // the future is to cancel what waits for it, as above.
  template <typename F>
  auto Submit(F function, BlockingOptions options = {},
              SourceSite site = SourceSite::current()) {
    using T = ResultOf<F>;
    auto job = std::make_unique<thread_pool_internal::JobOf<T, F>>(
        std::move(function));
    Future<T> future = job->promise.GetFuture();
    Add(std::move(job), options, site);
    return future;
  }

  int workers() const { return static_cast<int>(workers_.size()); }
  // Returns how many jobs are running.
  int running() const { return workers() - static_cast<int>(idle_.size()); }
  // Returns how many wait for a worker, without those that were cancelled.
  int queued() const;

  // For the engine: the one pool that belongs to the loop itself, whoever makes
  // it.
  struct OfLoop {};
  ThreadPool(OfLoop, int workers, absl::string_view name);

 private:
  using Job = thread_pool_internal::Job;

  template <typename F>
  struct ResultOfCall {
    using Type = std::invoke_result_t<F&>;
    static_assert(!spawn_internal::IsTask<Type>::value,
                  "a thread pool runs plain functions; Spawn runs coroutines");
    static_assert(!std::is_reference_v<Type>,
                  "return a value or a pointer, not a reference");
  };
  template <typename F>
  using ResultOf = typename ResultOfCall<F>::Type;

  template <typename T, typename F>
  Task<T> RunJob(F function, BlockingOptions options, SourceSite site) {
    Future<T> future = Submit(std::move(function), options, site);
    co_await thread_pool_internal::JobAwaiter(future.state(), id());
    // It is over: this does not suspend.
    co_return co_await std::move(future);
  }

  void Add(std::unique_ptr<Job> job, const BlockingOptions& options,
           const SourceSite& site);
  void Begin(std::unique_ptr<Job> job);
  void EndJob(size_t worker, std::unique_ptr<Job> job);

  struct Worker {
    PostHandle end;      // of the job
    Job* job = nullptr;  // null: it is idle
  };
  std::vector<Worker> workers_;
  std::vector<size_t> idle_;
  std::deque<std::unique_ptr<Job>> queue_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_THREAD_POOL_H_
