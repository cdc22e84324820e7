// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `NodeClock`: what the clocks of a simulated machine say at an instant of the
// simulation. There are two, as in every machine: the *steady* one (monotonic,
// CLOCK_MONOTONIC) counts from the beginning of the run, never goes back, and
// is what timers run on; the *wall* one (CLOCK_REALTIME) tells the time of day,
// and can be set. Both come from one crystal, which may go too fast, too slow,
// or stand still.

#ifndef ORRERY_SIM_NODE_CLOCK_H_
#define ORRERY_SIM_NODE_CLOCK_H_

#include <cstdint>

#include "orrery/base/sim_time.h"

namespace orrery {

class NodeClock {
 public:
  // A machine's clock gains or loses at most so much: it never stands still by
  // that, nor goes back.
  static constexpr int64_t kMaxDriftPpm = 500'000;

  bool frozen() const { return frozen_; }
  int64_t drift_ppm() const { return drift_ppm_; }
  int64_t offset() const { return offset_; }

  // Whether both clocks say what the simulation's says, now and later.
  bool IsTrue() const {
    return !frozen_ && drift_ppm_ == 0 && offset_ == 0 && steady_ == since_.ns;
  }

  // Returns what the steady clock says at `now`, which is not before the latest
  // change.
  SimTime SteadyAt(SimTime now) const {
    return SimTime(steady_ + (frozen_ ? 0 : ToLocal(now.ns - since_.ns)));
  }
  SimTime WallAt(SimTime now) const {
    return SimTime(SteadyAt(now).ns + offset_);
  }

  // Returns how many nanoseconds of the simulation pass while the steady clock
  // goes on by `local`, rounded up: who sleeps sleeps for that long at least.
  int64_t ToTrue(int64_t local) const {
    const __int128 scaled = static_cast<__int128>(local) * kMillion;
    const int64_t rate = kMillion + drift_ppm_;
    const __int128 exact = (scaled + rate - 1) / rate;
    return exact > INT64_MAX ? INT64_MAX : static_cast<int64_t>(exact);
  }
  int64_t ToLocal(int64_t ns) const {
    return static_cast<int64_t>(static_cast<__int128>(ns) *
                                (kMillion + drift_ppm_) / kMillion);
  }

  // Changes from `now` on. What the steady clock has counted stays.
  void SetDrift(SimTime now, int64_t ppm) {
    Settle(now);
    drift_ppm_ = ppm;
  }
  void Freeze(SimTime now, bool frozen) {
    Settle(now);
    frozen_ = frozen;
  }
  // The wall clock is so much ahead of the steady one; behind, if negative.
  void SetOffset(int64_t nanoseconds) { offset_ = nanoseconds; }

 private:
  static constexpr int64_t kMillion = 1'000'000;

  void Settle(SimTime now) {
    steady_ = SteadyAt(now).ns;
    since_ = now;
  }

  SimTime since_;          // of the latest change
  int64_t steady_ = 0;     // what the steady clock said then
  int64_t drift_ppm_ = 0;  // parts in a million; positive: it is fast
  int64_t offset_ = 0;     // of the wall clock
  bool frozen_ = false;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NODE_CLOCK_H_
