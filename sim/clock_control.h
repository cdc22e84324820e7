// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ClockControl`: how far the clock of a simulation may go by itself: who keeps
// it from moving, and who waits for it without setting a timer. What tests use
// of it is in time_control.h.

#ifndef ORRERY_SIM_CLOCK_CONTROL_H_
#define ORRERY_SIM_CLOCK_CONTROL_H_

#include <string>

#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/ring.h"

namespace orrery {

class ClockControl;

// Somebody who keeps the clock from moving. It must stay where it is.
struct ClockBrake {
  // While a freeze lasts, the clock moves for those only who ask for it; while
  // one holds, for nobody.
  enum class Kind : bool { kFreeze, kHold };

  Kind kind = Kind::kFreeze;
  std::string what;  // for reports; may be empty
  std::string task;  // by whom it was made: "client#7", or empty
  SourceSite site;
  ClockControl* control = nullptr;  // null once it is released
  ClockBrake* next = nullptr;
  ClockBrake* prev = nullptr;
};

// Somebody who waits until nothing else can run up to an instant, that
// included.
struct ClockWaiter {
  using Function = void (*)(ClockWaiter*);

  ClockWaiter(SimTime u, Function w) : until(u), wake(w) {}

  SimTime until;
  Function wake;                    // called when it was taken out
  ClockControl* control = nullptr;  // null while it does not wait
  ClockWaiter* next = nullptr;
  ClockWaiter* prev = nullptr;
};

class ClockControl {
 public:
  ClockControl() = default;
  ClockControl(const ClockControl&) = delete;
  ClockControl& operator=(const ClockControl&) = delete;
  ~ClockControl() { Clear(); }

  // Lets go of all; they may outlive this.
  void Clear();

  void Add(ClockBrake* brake);
  void Remove(ClockBrake* brake);
  bool frozen() const { return !freezes_.empty(); }
  bool held() const { return !holds_.empty(); }

  // Adds a waiter behind those who wait until the same instant.
  void Add(ClockWaiter* waiter);
  void Remove(ClockWaiter* waiter);
  // Returns the one whose turn is next, or null.
  ClockWaiter* first() const { return waiters_.front(); }

  // How far somebody outside drives the simulation; `SimTime::Infinite()`: no
  // limit was set.
  void set_target(SimTime target) { target_ = target; }
  SimTime target() const { return target_; }

  // Returns the instant up to which timers may fire now, at most `max`.
  SimTime Limit(SimTime now, SimTime max) const;

  // Returns "the clock is held by HoldTime \"disk\" at disk.cc:41 Read, in task
  // client#7" or, if nobody holds it, "time is frozen by FreezeTime at ...". ""
  // if neither is so.
  std::string WhoStopsIt() const;

 private:
  Ring<ClockBrake> freezes_;
  Ring<ClockBrake> holds_;
  Ring<ClockWaiter> waiters_;  // by instant
  SimTime target_ = SimTime::Infinite();
};

}  // namespace orrery

#endif  // ORRERY_SIM_CLOCK_CONTROL_H_
