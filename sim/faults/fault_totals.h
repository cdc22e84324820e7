// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FaultTotals`: how often which faults happened in many runs together.

#ifndef ORRERY_SIM_FAULTS_FAULT_TOTALS_H_
#define ORRERY_SIM_FAULTS_FAULT_TOTALS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "orrery/sim/faults/fault.h"

namespace orrery {

// Of one fault.
struct FaultTotal {
  FaultCounts counts;         // summed up
  uint64_t runs_armed = 0;    // in how many runs it could have happened
  uint64_t runs_reached = 0;  // in how many it did
};

// Returns "net.loss: happened 12 of 3400 times, in 5 of 40 runs, and had an
// effect 12 times".
std::string FormatFaultTotal(const FaultTotal& total);

class FaultTotals {
 public:
  // Adds the counts of a run, as `Faults::counts` returns them.
  void AddRun(absl::Span<const FaultCounts> counts);

  // Returns what is known of each fault, by name.
  std::vector<FaultTotal> totals() const;

  // Errors:
  //   kFailedPrecondition  faults happened and made no difference in any run;
  //                        the message names them
  absl::Status CheckEffects() const;

 private:
  absl::btree_map<std::string, FaultTotal> totals_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_FAULT_TOTALS_H_
