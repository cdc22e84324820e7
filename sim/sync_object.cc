// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync_object.h"

#include "absl/strings/str_cat.h"
#include "orrery/sim/simulation.h"

namespace orrery {

SyncObject::SyncObject(const char* type, absl::string_view name,
                       const SourceSite& site)
    : type_(type), name_(name) {
  Simulation::Current(type).AddObject(this, site);
}

std::string SyncObject::ToString() const {
  if (name_.empty()) return absl::StrCat(type_, "#", id_.value);
  return absl::StrCat(type_, " \"", name_, "\"");
}

}  // namespace orrery
