// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskNumbers`: numbers a run's tasks in the order in which they were made.
// The engine's own ids count callbacks, too.

#ifndef ORRERY_TESTS_ORACLE_TASK_NUMBERS_H_
#define ORRERY_TESTS_ORACLE_TASK_NUMBERS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"

namespace orrery::oracle {

class TaskNumbers : public TraceSink {
 public:
  // Returns the number of a task: 0 for the first one, and for no task.
  size_t Of(TaskId task) const;
  bool IsOver(size_t number) const { return is_over_[number]; }
  // Returns the tasks that are not over: "[1, 3]". Without task 0.
  std::string Unfinished() const;

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override;

 private:
  std::vector<TaskId> tasks_;  // by number; in ascending order
  std::vector<bool> is_over_;  // by number
};

}  // namespace orrery::oracle

#endif  // ORRERY_TESTS_ORACLE_TASK_NUMBERS_H_
