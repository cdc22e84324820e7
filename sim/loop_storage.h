// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LoopStorage`: the parts of a simulation that are worth keeping for the next
// one on the same thread: they have grown to size, and are cleared by touching
// only what was used.

#ifndef ORRERY_SIM_LOOP_STORAGE_H_
#define ORRERY_SIM_LOOP_STORAGE_H_

#include <deque>
#include <exception>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/history.h"
#include "orrery/sim/ready_queue.h"
#include "orrery/sim/task_state.h"
#include "orrery/sim/text_arena.h"
#include "orrery/sim/timer_queue.h"

namespace orrery {

// The tasks that are not done, in the order of creation.
class TaskTable {
 public:
  void Add(TaskState* task) {
    task->slot = static_cast<uint32_t>(tasks_.size());
    tasks_.push_back(task);
    ++live_;
  }
  void Remove(TaskState* task) {
    tasks_[task->slot] = nullptr;
    --live_;
    while (!tasks_.empty() && tasks_.back() == nullptr) tasks_.pop_back();
    if (tasks_.size() > 64 && live_ < tasks_.size() / 2) Compact();
  }
  void Clear() {
    tasks_.clear();
    live_ = 0;
  }
  // Has null elements where tasks have ended.
  const std::vector<TaskState*>& tasks() const { return tasks_; }
  // The youngest, or null.
  TaskState* youngest() const {
    return tasks_.empty() ? nullptr : tasks_.back();
  }

 private:
  void Compact() {
    size_t kept = 0;
    for (TaskState* task : tasks_) {
      if (task == nullptr) continue;
      task->slot = static_cast<uint32_t>(kept);
      tasks_[kept++] = task;
    }
    tasks_.resize(kept);
  }

  std::vector<TaskState*> tasks_;
  size_t live_ = 0;
};

// Keeps one record for each place and name that tasks are spawned with.
class OriginTable {
 public:
  const SpawnOrigin* Find(absl::string_view name, const SourceSite& site,
                          TextArena& text) {
    const SpawnOrigin*& cached = recent_[site.line() % kRecent];
    if (cached == nullptr || cached->site.line() != site.line() ||
        cached->site.file_name() != site.file_name() || cached->name != name) {
      origins_.push_back({text.Copy(name), site});
      cached = &origins_.back();
    }
    return cached;
  }
  void Clear() {
    if (origins_.empty()) return;
    origins_.clear();
    for (const SpawnOrigin*& cached : recent_) cached = nullptr;
  }

 private:
  static constexpr size_t kRecent = 16;
  const SpawnOrigin* recent_[kRecent] = {};
  std::deque<SpawnOrigin> origins_;
};

struct LoopStorage {
  struct Unretrieved {
    const TaskState* task;
    std::exception_ptr error;
  };

  ReadyQueue ready;
  TimerQueue timers;
  TaskTable tasks;
  OriginTable origins;
  TextArena text;
  History history;
  std::vector<Access> accesses;  // of the running step, if anybody asks
  std::vector<Unretrieved> unretrieved;

  void Clear() {
    timers.Reset();
    tasks.Clear();
    origins.Clear();
    text.Reset();
    history.clear();
    accesses.clear();
    unretrieved.clear();
  }

  // Returns cleared storage, used before if possible.
  static std::unique_ptr<LoopStorage> Take();
  static void GiveBack(std::unique_ptr<LoopStorage> storage);
};

}  // namespace orrery

#endif  // ORRERY_SIM_LOOP_STORAGE_H_
