// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReadyList`: things that are ready, for tests of policies.

#ifndef ORRERY_SCHEDULER_READY_LIST_H_
#define ORRERY_SCHEDULER_READY_LIST_H_

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Candidates with the given ids, in the order in which they became ready.
//
//   scheduler.PickNext({}, ReadyList({1, 7}))
class ReadyList {
 public:
  ReadyList(std::initializer_list<uint64_t> ids) : candidates_(ids.size()) {
    auto id = ids.begin();
    for (Candidate& candidate : candidates_) {
      candidate.id = EntityId(*id++);
      candidate.order = pointers_.size();
      pointers_.push_back(&candidate);
    }
  }
  ReadyList(const ReadyList&) = delete;
  ReadyList& operator=(const ReadyList&) = delete;

  operator Candidates() const { return pointers_; }

 private:
  std::vector<Candidate> candidates_;
  std::vector<const Candidate*> pointers_;
};

// A step that `entity` has taken.
inline StepInfo StepOf(uint64_t entity) {
  StepInfo step;
  step.id = EntityId(entity);
  return step;
}

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_READY_LIST_H_
