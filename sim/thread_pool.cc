// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/thread_pool.h"

#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {
namespace {

size_t Checked(int workers) {
  ORRERY_CHECK(workers >= 1, "a ThreadPool needs at least one worker");
  return static_cast<size_t>(workers);
}

}  // namespace

ThreadPool::ThreadPool(int workers, absl::string_view name, SourceSite site)
    : SyncObject("ThreadPool", name, site), workers_(Checked(workers)) {
  for (size_t i = workers_.size(); i > 0; --i) idle_.push_back(i - 1);
}

ThreadPool::ThreadPool(OfLoop, int workers, absl::string_view name)
    : SyncObject(SyncObject::OfLoop(), "ThreadPool", name),
      workers_(Checked(workers)) {
  for (size_t i = workers_.size(); i > 0; --i) idle_.push_back(i - 1);
}

ThreadPool::~ThreadPool() {
  for (Worker& worker : workers_) {
    if (worker.job == nullptr) continue;
    Simulation::Forsake(*worker.job->future());
    worker.end.Cancel();
  }
  for (const std::unique_ptr<Job>& job : queue_) {
    Simulation::Forsake(*job->future());
  }
}

int ThreadPool::queued() const {
  int count = 0;
  for (const std::unique_ptr<Job>& job : queue_) {
    if (!job->future()->done()) ++count;
  }
  return count;
}

void ThreadPool::Add(std::unique_ptr<Job> job, const BlockingOptions& options,
                     const SourceSite& site) {
  Simulation& simulation = Simulation::Current("ThreadPool");
  simulation.Accessed(*this, AccessKind::kWrite);
  job->future()->part_of = this;
  job->cost = options.cost.Draw(simulation, "ThreadPool");
  job->id = simulation.NewEntity();
  job->locals = simulation.CopyLocals();
  job->site = site;
  if (idle_.empty()) {
    queue_.push_back(std::move(job));
  } else {
    Begin(std::move(job));
  }
}

void ThreadPool::Begin(std::unique_ptr<Job> job) {
  Simulation& simulation = Simulation::Current("ThreadPool");
  const size_t index = idle_.back();
  idle_.pop_back();
  Worker& worker = workers_[index];
  worker.job = job.get();
  const SourceSite site = job->site;
  const SimTime end = After(simulation.now(), job->cost);
  auto* posted =
      new PostedCallback([this, index, j = std::move(job)]() mutable {
        EndJob(index, std::move(j));
      });
  posted->on_worker = true;
  posted->id = worker.job->id;
  simulation.PostCallback(posted, EntityKind::kTimer, end, site);
  posted->locals = worker.job->locals;
  worker.end = PostHandle(posted);
}

void ThreadPool::EndJob(size_t worker, std::unique_ptr<Job> job) {
  job->Run();
  Simulation::Current("ThreadPool").Accessed(*this, AccessKind::kWrite);
  workers_[worker] = Worker();
  idle_.push_back(worker);
  while (!queue_.empty() && !idle_.empty()) {
    std::unique_ptr<Job> next = std::move(queue_.front());
    queue_.pop_front();
    if (!next->future()->done()) Begin(std::move(next));
  }
}

}  // namespace orrery
