// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Runnable`: the node by which the event loop knows whatever can run. A task,
// a posted callback and a timer each begin with one. At any time it is linked
// into at most one list: ready, pending timers, or the waiters of an object.

#ifndef ORRERY_SIM_RUNNABLE_H_
#define ORRERY_SIM_RUNNABLE_H_

#include <cstdint>

#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/ring.h"

namespace orrery {

// The scheduler sees the `Candidate` in it. `order` is its place in first-in
// first-out order while it is ready, and the instant at which it is due while
// it is a pending timer.
struct Runnable : Candidate {
  // kHeld: it is ready, but its node is paused (see pause_gate.h).
  enum class Place : uint8_t { kNowhere, kReady, kTimer, kWaiting, kHeld };

  Runnable* next = nullptr;
  Runnable* prev = nullptr;
  uint32_t index = 0;     // among the candidates, while ready
  uint32_t children = 0;  // how many entities it has brought into being
  Place place = Place::kNowhere;
  // How many more trips to the back of the ready queue come before it runs. In
  // CPython a sleeper wakes in two trips: the timer fires, then the task runs.
  uint8_t hops = 0;
  static constexpr uint8_t kIsNotice = 255;  // stands in `hops` of a `Notice`

  bool is_notice() const { return hops == kIsNotice; }
  TaskId number() const { return task; }
  SimTime due() const { return SimTime(static_cast<int64_t>(order)); }
  void set_due(SimTime due) { order = static_cast<uint64_t>(due.ns); }
};

using RunnableList = Ring<Runnable>;

class Simulation;

// Somebody who is to be told when a task or a future is over: a done-callback,
// in asyncio's terms. It runs in its turn in first-in first-out order, as
// there, but is no step, and no scheduler sees it: only the engine's own
// combinators use it, to count and to wake.
struct Notice : Runnable {
  using Function = void (*)(Notice*, Simulation&);

  explicit Notice(Function f) : run(f) {
    kind = EntityKind::kCallback;
    hops = kIsNotice;
  }

  Function run;
  uint64_t cause = 0;  // the number of the step that asked for it
  // The task that waits, by way of this, for what the notice is about; for
  // reports. Null if none does.
  const Runnable* on_behalf_of = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RUNNABLE_H_
