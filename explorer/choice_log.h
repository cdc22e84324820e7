// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ChoiceLog`: the choices of one run, in memory that two processes share. What
// a run has chosen is there for the other one to read at any moment, even if
// the process of the run was killed in the next.

#ifndef ORRERY_EXPLORER_CHOICE_LOG_H_
#define ORRERY_EXPLORER_CHOICE_LOG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/schedule.h"

namespace orrery {

// One writes, in this process or in a child that was forked; the other reads
// when the writer is done, or dead.
class ChoiceLog {
 public:
  // Takes three bytes for most choices. Memory is taken as it is needed.
  static constexpr size_t kDefaultBytes = size_t{64} << 20;
  // Of the text that says which policy made the choices, no more is kept.
  static constexpr size_t kMaxPolicy = 511;

  // Stops the process if the system has no address space left.
  explicit ChoiceLog(size_t bytes = kDefaultBytes);
  ~ChoiceLog();
  ChoiceLog(const ChoiceLog&) = delete;
  ChoiceLog& operator=(const ChoiceLog&) = delete;

  // Forgets everything. For the writer, or before there is one.
  void Begin();
  // Notes which policy makes the choices.
  void SetPolicy(absl::string_view spec);
  // Notes that a choice is about to be acted upon, `step` steps after the run
  // began. Where the log is full it is only counted.
  void Add(const Choice& choice, SimTime now, uint64_t step);

  absl::string_view policy() const;
  // How many choices there were, and how many of them are kept.
  uint64_t count() const {
    return head_->count.load(std::memory_order_acquire);
  }
  uint64_t kept() const { return head_->kept.load(std::memory_order_acquire); }
  bool complete() const { return kept() == count(); }
  // Of the latest choice.
  SimTime last_time() const { return SimTime(head_->last_time); }
  uint64_t last_step() const { return head_->last_step; }

  // Returns the choices that are kept. `ordered` is as in `Schedule`.
  Schedule ToSchedule(bool ordered) const;

 private:
  // Lies at the beginning of the memory.
  struct Head {
    std::atomic<uint64_t> count;
    std::atomic<uint64_t> kept;
    std::atomic<uint64_t> end;  // of the bytes in use, after this struct
    int64_t last_time;
    uint64_t last_step;
    uint32_t policy_size;
    char policy[kMaxPolicy];
  };

  char* bytes() const { return reinterpret_cast<char*>(head_ + 1); }
  // Returns the number of a label, which it notes if it is new.
  char* PutLabel(char* at, absl::string_view label);

  Head* head_;
  size_t capacity_;  // of the bytes after the head
  // Labels are copied once. The writer's alone.
  absl::flat_hash_map<std::string, uint32_t> labels_;
  absl::string_view recent_label_;
  uint32_t recent_number_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_CHOICE_LOG_H_
