// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunLog`: takes a run down as a `DetailedRun`, in memory that a parent and
// its forked children share: what a run has done is known even if its process
// was killed in the middle of it. `WatchedScheduler` fills one.

#ifndef ORRERY_EXPLORER_RUN_LOG_H_
#define ORRERY_EXPLORER_RUN_LOG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/explorer/detailed_run.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/draw_ordinals.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// One writes, in this process or in a child that was forked; the other reads
// when the writer is done, or dead.
class RunLog {
 public:
  // A step takes about 15 words of 8 bytes. Memory is taken as it is needed.
  static constexpr size_t kDefaultWords = size_t{1} << 23;

  // Stops the process if the system has no address space left.
  explicit RunLog(size_t words = kDefaultWords);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  // Forgets everything. For the writer, or before there is one.
  void Begin();

  // Each notes one thing. Where the log is full nothing more is noted, and the
  // record says that it is not complete.
  void AddPick(Candidates ready, uint64_t step, size_t chosen);
  void AddDraw(const ChoicePoint& where, uint64_t ordinal, uint64_t value);
  void AddStep(const StepInfo& step);

  // Returns what was noted. `ordered` is as in `Schedule`.
  DetailedRun Read(bool ordered) const;

 private:
  // Lies at the beginning of the memory.
  struct Head {
    std::atomic<uint64_t> used;  // words after this struct
    std::atomic<uint64_t> full;
  };

  const uint64_t* words() const {
    return reinterpret_cast<const uint64_t*>(head_ + 1);
  }
  // Returns room for `count` words, which are there for a reader once they are
  // published; null if there is none.
  uint64_t* Reserve(size_t count);
  void Publish(const uint64_t* end);
  // Returns the number of a label; notes its text if it is new.
  uint32_t NumberOf(absl::string_view label);

  Head* head_;
  size_t capacity_;                                    // words after the head
  absl::flat_hash_map<std::string, uint32_t> labels_;  // the writer's alone
};

// Hands every question on to a policy, and notes in a log what was answered and
// what came of it.
class WatchedScheduler final : public Scheduler {
 public:
  // Neither is owned.
  WatchedScheduler(Scheduler* policy, RunLog* log)
      : policy_(policy),
        log_(log),
        wants_steps_(policy->traits().observes_steps) {}

  std::string Spec() const override { return policy_->Spec(); }
  std::string SpecOfRun() const override { return policy_->SpecOfRun(); }
  SchedulerTraits traits() const override;
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override;
  std::string Explain() const override { return policy_->Explain(); }
  NextRun EndRun(const RunSummary& run) override {
    return policy_->EndRun(run);
  }

 private:
  Scheduler* policy_;
  RunLog* log_;
  bool wants_steps_;
  LocalSteps steps_;
  DrawOrdinals ordinals_;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_RUN_LOG_H_
