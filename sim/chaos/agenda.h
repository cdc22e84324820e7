// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Agenda`: what is to be done when. What is due at one instant is done in one
// step and in the order in which it was added, whatever the scheduler chooses,
// so that a plan does the same every time.

#ifndef ORRERY_SIM_CHAOS_AGENDA_H_
#define ORRERY_SIM_CHAOS_AGENDA_H_

#include <cstdint>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/post.h"

namespace orrery {

class Agenda {
 public:
  using Action = absl::AnyInvocable<void()>;

  Agenda() = default;
  Agenda(const Agenda&) = delete;
  Agenda& operator=(const Agenda&) = delete;
  ~Agenda() { next_.Cancel(); }

  // Has `action` done at `due`; if that has passed, as soon as possible. It is
  // done as a step of no machine.
  void Add(SimTime due, Action action);
  // Forgets all that is to be done.
  void Clear();

 private:
  void Post();
  void DoWhatIsDue();

  absl::btree_map<std::pair<SimTime, uint64_t>, Action> actions_;
  uint64_t added_ = 0;
  SimTime posted_ = SimTime::Infinite();  // for when
  PostHandle next_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_AGENDA_H_
