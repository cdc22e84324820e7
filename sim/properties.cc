// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/properties.h"

#include "absl/strings/str_cat.h"

namespace orrery::properties_internal {

void Evaluate(size_t number, bool holds, const SourceSite& site) {
  Simulation* const simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr || simulation->closing()) return;
  CountProperty(number, holds);
  if (holds) return;
  const Property& property = RegisteredProperties()[number];
  switch (property.kind) {
    case PropertyKind::kAlways:
      simulation->Fail(
          absl::StrCat("Always \"", property.name, "\" does not hold"), site);
      return;
    case PropertyKind::kUnreachable:
      simulation->Fail(
          absl::StrCat("Unreachable \"", property.name, "\" was reached"),
          site);
      return;
    case PropertyKind::kSometimes:
    case PropertyKind::kReachable:
      return;
  }
}

void FailEventually(absl::Duration duration, const std::string& name,
                    const SourceSite& site) {
  Simulation::Current("EventuallyWithin")
      .Fail(absl::StrCat("EventuallyWithin",
                         name.empty() ? "" : absl::StrCat(" \"", name, "\""),
                         " did not come true within ",
                         absl::FormatDuration(duration)),
            site);
}

}  // namespace orrery::properties_internal
