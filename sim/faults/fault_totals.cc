// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/fault_totals.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace orrery {
namespace {

std::string Times(uint64_t n) {
  return absl::StrCat(n, n == 1 ? " time" : " times");
}

std::string Runs(uint64_t n) {
  return absl::StrCat(n, n == 1 ? " run" : " runs");
}

}  // namespace

std::string FormatFaultTotal(const FaultTotal& total) {
  const FaultCounts& counts = total.counts;
  std::string text = absl::StrCat(
      counts.name, ": happened ", counts.reached, " of ", Times(counts.armed),
      ", in ", total.runs_reached, " of ", Runs(total.runs_armed));
  if (counts.reached == 0) return text;
  if (counts.effects == 0) return absl::StrCat(text, ", without any effect");
  return absl::StrCat(text, ", and had an effect ", Times(counts.effects));
}

void FaultTotals::AddRun(absl::Span<const FaultCounts> counts) {
  for (const FaultCounts& fault : counts) {
    FaultTotal& total = totals_[fault.name];
    total.counts.name = fault.name;
    total.counts.armed += fault.armed;
    total.counts.reached += fault.reached;
    total.counts.effects += fault.effects;
    if (fault.armed > 0) ++total.runs_armed;
    if (fault.reached > 0) ++total.runs_reached;
  }
}

std::vector<FaultTotal> FaultTotals::totals() const {
  std::vector<FaultTotal> totals;
  for (const auto& [name, total] : totals_) totals.push_back(total);
  return totals;
}

absl::Status FaultTotals::CheckEffects() const {
  std::vector<std::string> idle;
  for (const auto& [name, total] : totals_) {
    if (total.counts.reached == 0 || total.counts.effects > 0) continue;
    idle.push_back(absl::StrCat(name, " (", Times(total.counts.reached), " in ",
                                Runs(total.runs_reached), ")"));
  }
  if (idle.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "happened and never made a difference: ", absl::StrJoin(idle, ", ")));
}

}  // namespace orrery
