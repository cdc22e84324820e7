// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/fault.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/base/choice.h"
#include "orrery/sim/settings.h"

namespace orrery {

Fault::Fault(Simulation& simulation, absl::string_view name)
    : simulation_(simulation),
      name_(name),
      label_(simulation.KeepLabel(name)),
      pick_label_(simulation.KeepLabel(absl::StrCat(name, ": which"))) {}

bool Fault::HappensSlow(Chance chance) {
  if (simulation_.closing()) return false;
  ++armed_;
  if (!chance.always()) {
    // In lowest terms, so that a search has no more to try than there is: two
    // cases where it is as likely as not.
    const uint64_t common = std::gcd(Chance::kMillion, chance.per_million());
    const uint64_t n = Chance::kMillion / common;
    const uint64_t drawn = simulation_.Draw(ChoiceKind::kFault, n, label_);
    if (drawn < n - chance.per_million() / common) return false;
  }
  return ReachOn(simulation_.current_node());
}

bool Fault::Arm() {
  if (off_ || simulation_.closing()) return false;
  ++armed_;
  return true;
}

bool Fault::Reach(NodeId node) { return Arm() && ReachOn(node); }

bool Fault::Reach() { return Reach(simulation_.current_node()); }

bool Fault::ReachOn(NodeId node) {
  ++reached_;
  simulation_.RecordFault(label_, node);
  return true;
}

uint64_t Fault::Pick(uint64_t n) {
  return simulation_.Draw(ChoiceKind::kFault, n, pick_label_);
}

Faults::Faults() : simulation_(Simulation::Current("Faults")) {}

Fault& Faults::Get(absl::string_view name) {
  std::unique_ptr<Fault>& fault = faults_[std::string(name)];
  if (fault == nullptr) {
    fault.reset(new Fault(simulation_, name));
    fault->off_ = IsOff(name);
  }
  return *fault;
}

bool Faults::IsOff(absl::string_view name) const {
  const Settings* const settings = simulation_.settings();
  if (settings != nullptr && settings->IsOff(name)) return true;
  return frozen_ || std::any_of(masked_.begin(), masked_.end(),
                                [&](absl::string_view family) {
                                  return absl::StartsWith(name, family) &&
                                         (name.size() == family.size() ||
                                          name[family.size()] == '.');
                                });
}

void Faults::Refresh() {
  for (auto& [name, fault] : faults_) fault->off_ = IsOff(name);
}

void Faults::Mask(absl::string_view family) {
  masked_.emplace_back(family);
  Refresh();
}

void Faults::Unmask(absl::string_view family) {
  masked_.erase(std::remove(masked_.begin(), masked_.end(), family),
                masked_.end());
  Refresh();
}

void Faults::Freeze() {
  frozen_ = true;
  Refresh();
}

void Faults::Thaw() {
  frozen_ = false;
  Refresh();
}

std::vector<FaultCounts> Faults::counts() const {
  std::vector<FaultCounts> counts;
  for (const auto& [name, fault] : faults_) {
    if (fault->armed_ == 0) continue;
    counts.push_back({name, fault->armed_, fault->reached_, fault->effects_});
  }
  return counts;
}

absl::Status Faults::CheckEffects() const {
  std::vector<std::string> idle;
  for (const FaultCounts& fault : counts()) {
    if (fault.reached == 0 || fault.effects != 0) continue;
    idle.push_back(absl::StrCat(fault.name, " (", fault.reached, " of ",
                                fault.armed, " times)"));
  }
  if (idle.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "happened and never made a difference: ", absl::StrJoin(idle, ", ")));
}

}  // namespace orrery
