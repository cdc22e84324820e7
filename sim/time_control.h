// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test's hand on the clock. Mostly none is needed: `co_await Sleep(d)` in a
// test lets everything happen that happens in that time. The rest is here.
//
//   server.Start();
//   co_await Settle();                   // it has done all it does at once
//   EXPECT_EQ(server.connections(), 1);
//
//   FreezeTime frozen;                   // timers wait, whatever happens
//   client.Send(request);
//   co_await Advance(absl::Seconds(5));  // all that is due in 5 seconds runs
//   EXPECT_TRUE(client.timed_out());

#ifndef ORRERY_SIM_TIME_CONTROL_H_
#define ORRERY_SIM_TIME_CONTROL_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/clock_control.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace time_control_internal {

// Ends when nothing else can run for so many nanoseconds from now on.
class ClockWait : public FutureState, public ClockWaiter {
 public:
  ClockWait(const char* type, int64_t nanoseconds, const SourceSite& site);
  ~ClockWait() { Leave(); }

 private:
  void Leave();

  Simulation* simulation_;
};

inline Task<> WaitForClock(const char* type, int64_t nanoseconds,
                           SourceSite site) {
  ClockWait wait(type, nanoseconds, site);
  co_await wait.Wait(WaitKind::kFuture);
}

}  // namespace time_control_internal

// Waits until everything else has run that can run at this instant, what that
// brings about included: all other tasks wait for time to pass, for each other,
// or for this one. The clock does not move. Of several tasks that settle, one
// goes on at a time, and the next when that one and all it has set going have
// come to rest.
inline Task<> Settle(SourceSite site = SourceSite::current()) {
  return time_control_internal::WaitForClock("Settle", 0, site);
}

// Lets `duration` pass step by step: whatever is due in it happens at its own
// time and in order, what is due at its end included, and then everything
// settles. Zero or less: like `Settle`. The only thing that moves a frozen
// clock; where the clock is not frozen, a `Sleep` that settles in the end.
inline Task<> Advance(absl::Duration duration,
                      SourceSite site = SourceSite::current()) {
  return time_control_internal::WaitForClock("Advance", ToNanoseconds(duration),
                                             site);
}

// Lets `duration` pass within the current step, as a computation does that
// keeps the loop busy: what comes due meanwhile is late. The same as
// `BlockingSleep`, in a test's words.
inline void AdvanceBusy(absl::Duration duration,
                        SourceSite site = SourceSite::current()) {
  BlockingSleep(duration, site);
}

// While one lives, the clock does not move by itself: timers and sleepers wait
// until somebody calls `Advance`, or `RunFor` and `RunUntil` from outside. If
// nothing can run and nobody does, that is a deadlock, and the report names the
// place.
class FreezeTime {
 public:
  explicit FreezeTime(SourceSite site = SourceSite::current());
  FreezeTime(const FreezeTime&) = delete;
  FreezeTime& operator=(const FreezeTime&) = delete;
  ~FreezeTime();

 private:
  ClockBrake brake_;
  Simulation* simulation_;
};

// While one is held, the clock does not move at all: something outside of the
// simulation has yet to answer, and no simulated time passes meanwhile. If
// nothing can run, driving the simulation from outside stops with kClockHeld;
// in a run that nobody drives, that is a deadlock, and the report names the
// holder.
//
//   HoldTime hold("recorded disk");
class HoldTime {
 public:
  explicit HoldTime(absl::string_view what,
                    SourceSite site = SourceSite::current());
  HoldTime(const HoldTime&) = delete;
  HoldTime& operator=(const HoldTime&) = delete;
  ~HoldTime() { Release(); }

  // Lets the clock go; more than once does nothing.
  void Release();

 private:
  ClockBrake brake_;
  Simulation* simulation_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_TIME_CONTROL_H_
