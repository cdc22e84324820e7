// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/agenda.h"

#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/simulation.h"

namespace orrery {

void Agenda::Add(SimTime due, Action action) {
  if (due == SimTime::Infinite()) return;
  actions_.emplace(std::pair(due, added_++), std::move(action));
  if (due < posted_) Post();
}

void Agenda::Clear() {
  actions_.clear();
  next_.Cancel();
  posted_ = SimTime::Infinite();
}

void Agenda::Post() {
  next_.Cancel();
  if (actions_.empty()) {
    posted_ = SimTime::Infinite();
    return;
  }
  posted_ = actions_.begin()->first.first;
  Simulation::Current("Agenda").nodes().RunOn(NodeId(), [this] {
    next_ = PostAt(SimEpoch() + ToDuration(posted_), [this] { DoWhatIsDue(); });
  });
}

void Agenda::DoWhatIsDue() {
  posted_ = SimTime();  // what is added meanwhile waits for the end of this
  const SimTime now = Simulation::Current("Agenda").now();
  while (!actions_.empty() && actions_.begin()->first.first <= now) {
    Action action = std::move(actions_.begin()->second);
    actions_.erase(actions_.begin());
    action();
  }
  Post();
}

}  // namespace orrery
