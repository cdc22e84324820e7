// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Fault`: one kind of thing that goes wrong in a run, and how often it did.
// `Faults`: all of them. Whatever injects a fault asks here whether it happens,
// and tells when it made a difference:
//
//   Fault& loss = Faults::Current().Get("net.loss");
//   if (loss.Happens(link.loss)) {
//     loss.HadEffect();
//     return;
//   }
//
// A fault is known by its name, whose first part is its family: "net.loss",
// "disk.bit_rot". Its draws come from a stream of its own on each machine, so
// that one which is masked, or not there, changes nothing for the others. A
// fault that happens and never makes a difference is one that does not work:
// `Faults::CheckEffects` finds it.

#ifndef ORRERY_SIM_FAULTS_FAULT_H_
#define ORRERY_SIM_FAULTS_FAULT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class Faults;

class Fault {
 public:
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

  const std::string& name() const { return name_; }
  // Whether it does not happen, whatever its chance is: it is masked, or all
  // faults are frozen.
  bool off() const { return off_; }

  // Returns whether it happens, here and now. If it could, it counts as armed,
  // and it is drawn, out of as few as can say it, unless the chance is a
  // million in a million; 0 is that it does not. If it does, it counts as
  // reached, and stands in the trace as a fault of the machine that runs.
  bool Happens(Chance chance) {
    if (chance.never() || off_) [[likely]]
      return false;
    return HappensSlow(chance);
  }

  // The same for what a plan has decided: counts it as armed, without reaching
  // it yet; as armed and reached, on `node`. Returns false, and does nothing,
  // if it is off.
  bool Arm();
  bool Reach(NodeId node);
  bool Reach();  // on the machine that runs

  // Returns a number in [0, n) that says how it happens: which bit, which
  // sector. 0 is the simplest one. `n` is at least 1.
  uint64_t Pick(uint64_t n);

  // Counts that something is different now for the program.
  void HadEffect() { ++effects_; }

  uint64_t armed() const { return armed_; }
  uint64_t reached() const { return reached_; }
  uint64_t effects() const { return effects_; }

 private:
  friend Faults;

  Fault(Simulation& simulation, absl::string_view name);

  bool HappensSlow(Chance chance);
  bool ReachOn(NodeId node);

  Simulation& simulation_;
  std::string name_;
  absl::string_view label_;       // both live until the run is over
  absl::string_view pick_label_;  // of what is picked
  bool off_ = false;
  uint64_t armed_ = 0;
  uint64_t reached_ = 0;
  uint64_t effects_ = 0;
};

// How often a fault could have happened, did happen, and made a difference.
struct FaultCounts {
  std::string name;
  uint64_t armed = 0;
  uint64_t reached = 0;
  uint64_t effects = 0;

  friend bool operator==(const FaultCounts&, const FaultCounts&) = default;
};

class Faults final : public Attachment {
 public:
  // Returns those of the simulation that this thread is in.
  static Faults& Current() {
    return Simulation::Current("Faults").Attached<Faults>();
  }

  Faults();

  // Returns the fault of that name, which stays where it is for as long as the
  // simulation lives.
  Fault& Get(absl::string_view name);

  // From now on no fault of `family` happens, nor draws: "net.loss" is that one
  // alone, "net" each whose name begins with "net.". `Unmask` of the same name
  // takes that back. A setting that switches a fault off (sim/settings.h) masks
  // it for the whole run.
  void Mask(absl::string_view family);
  void Unmask(absl::string_view family);
  // The same for all faults there are and will be.
  void Freeze();
  void Thaw();
  bool frozen() const { return frozen_; }

  // Returns what is known of each fault that could have happened, by name.
  std::vector<FaultCounts> counts() const;
  // Errors:
  //   kFailedPrecondition  faults happened and never made a difference; the
  //                        message names them
  absl::Status CheckEffects() const;

 private:
  bool IsOff(absl::string_view name) const;
  void Refresh();

  Simulation& simulation_;
  absl::btree_map<std::string, std::unique_ptr<Fault>> faults_;
  std::vector<std::string> masked_;
  bool frozen_ = false;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_FAULT_H_
