// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ScopedTimer`: a callback at an instant, which stands in the frame of who
// waits for it and goes with that. For the scheduler it is a timer like those
// of `PostAt`.

#ifndef ORRERY_SIM_COMBINATORS_SCOPED_TIMER_H_
#define ORRERY_SIM_COMBINATORS_SCOPED_TIMER_H_

#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class ScopedTimer {
 public:
  ScopedTimer() : callback_(nullptr) {}
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;
  ~ScopedTimer() { Cancel(); }

  // Calls `f`, which is small, when the clock reaches `due`; if it has, when
  // the current batch is over, behind what is ready then.
  template <typename F>
  void StartAt(SimTime due, F f, const SourceSite& site) {
    Start(EntityKind::kTimer, due, f, site);
  }
  // Calls `f` at this instant, behind what is ready now.
  template <typename F>
  void StartSoon(F f, const SourceSite& site) {
    Start(EntityKind::kCallback, SimTime(), f, site);
  }

  bool pending() const { return callback_.owner != nullptr; }
  // Does nothing if it is not pending.
  void Cancel() {
    if (pending()) callback_.owner->CancelCallback(&callback_);
  }

 private:
  template <typename F>
  void Start(EntityKind kind, SimTime due, F f, const SourceSite& site) {
    static_assert(sizeof(F) <= 2 * sizeof(void*), "it is not to be allocated");
    ORRERY_CHECK(!pending(), "a timer is set once at a time");
    callback_.function = f;
    Simulation::Current("a timer").PostCallback(&callback_, kind, due, site);
  }

  PostedCallback callback_;  // with one reference more than the loop's: ours
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_SCOPED_TIMER_H_
