// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LoopStorage`: the parts of a simulation that are worth keeping for the next
// one on the same thread: they have grown to size, and are cleared by touching
// only what was used.

#ifndef ORRERY_SIM_LOOP_STORAGE_H_
#define ORRERY_SIM_LOOP_STORAGE_H_

#include <bit>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/sim/history.h"
#include "orrery/sim/local_values.h"
#include "orrery/sim/ready_queue.h"
#include "orrery/sim/recorder.h"
#include "orrery/sim/task_state.h"
#include "orrery/sim/text_arena.h"
#include "orrery/sim/timer_queue.h"

namespace orrery {

// The tasks that are not done, and those to which there are handles, in the
// order of creation.
class TaskTable {
 public:
  void Add(TaskState* task) {
    if (end_ == capacity_) [[unlikely]]
      Grow();
    task->slot = end_;
    tasks_[end_++] = task;
    ++live_;
  }
  void Remove(TaskState* task) {
    tasks_[task->slot] = nullptr;
    --live_;
    while (end_ > 0 && tasks_[end_ - 1] == nullptr) --end_;
    if (end_ > 64 && live_ < end_ / 2) [[unlikely]]
      Compact();
  }
  // Whether `task`, which has a slot in some table, has it in this one.
  bool Has(const TaskState* task) const {
    return task->slot < end_ && tasks_[task->slot] == task;
  }
  void Clear() { end_ = live_ = 0; }
  // Has null elements where tasks have ended.
  absl::Span<TaskState* const> tasks() const { return {tasks_.get(), end_}; }
  // The youngest, or null.
  TaskState* youngest() const { return end_ == 0 ? nullptr : tasks_[end_ - 1]; }

 private:
  void Grow();
  void Compact();

  std::unique_ptr<TaskState*[]> tasks_;
  uint32_t end_ = 0;
  uint32_t capacity_ = 0;
  uint32_t live_ = 0;
};

// Keeps one record for each place and name that tasks are spawned with. They
// outlive the run, since the next one is likely to spawn from the same places.
class OriginTable {
 public:
  const SpawnOrigin* Find(absl::string_view name, const SourceSite& site) {
    Recent& cached = recent_[site.line() % kRecent];
    if (cached.origin == nullptr || cached.site != Address(site) ||
        cached.origin->name != name) {
      cached = {Address(site), Add(name, site)};
    }
    return cached.origin;
  }
  // Forgets the records if they have become many.
  void Trim();

 private:
  static constexpr size_t kRecent = 16;
  static constexpr size_t kKept = 256;

  struct Recent {
    const void* site = nullptr;
    const SpawnOrigin* origin = nullptr;
  };

  // A site is a pointer to a constant: the same one, the same place. It is only
  // compared, and nothing depends on whether a place has one or several.
  static const void* Address(const SourceSite& site) {
    return std::bit_cast<const void*>(site);
  }
  const SpawnOrigin* Add(absl::string_view name, const SourceSite& site);

  Recent recent_[kRecent] = {};
  std::deque<SpawnOrigin> origins_;
};

// Keeps the labels of choices, which callers may make up on the spot.
class LabelTable {
 public:
  absl::string_view Keep(absl::string_view label, TextArena& text) {
    if (label == latest_) return latest_;
    return latest_ = Find(label, text);
  }
  void Clear() {
    labels_.clear();
    latest_ = {};
  }

 private:
  // More than this many are copied each time.
  static constexpr size_t kKept = 32;

  absl::string_view Find(absl::string_view label, TextArena& text);

  absl::string_view latest_;
  std::vector<absl::string_view> labels_;
};

// What few tasks have.
struct TaskExtras {
  SpanId span;         // the innermost group of choices
  LocalValues locals;  // of task-local variables
};

struct LoopStorage {
  ReadyQueue ready;
  TimerQueue timers;
  TaskTable tasks;
  OriginTable origins;
  LabelTable labels;
  TextArena text;
  ChoiceBatch choices;
  History history;
  // Of the running step, if anybody asks: what it touched, and made ready.
  std::vector<Access> accesses;
  std::vector<Readied> readied;
  // What tasks threw to which there are handles, by their numbers.
  std::map<uint32_t, std::exception_ptr> errors;
  std::map<uint32_t, TaskExtras> extras;  // by the numbers of tasks
  LocalValues locals;  // those of the main task and outside of tasks
  FifoScheduler fifo;  // for simulations that name no policy

  void Clear() {
    timers.Reset();
    tasks.Clear();
    origins.Trim();
    labels.Clear();
    text.Reset();
    history.clear();
    accesses.clear();
    readied.clear();
    errors.clear();
    extras.clear();
    locals = LocalValues();
  }

  // Returns cleared storage, used before if possible.
  static std::unique_ptr<LoopStorage> Take();
  static void GiveBack(std::unique_ptr<LoopStorage> storage);
};

}  // namespace orrery

#endif  // ORRERY_SIM_LOOP_STORAGE_H_
