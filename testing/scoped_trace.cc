// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/scoped_trace.h"

#include "absl/strings/str_cat.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

using Lines = std::vector<std::string>;

const TaskLocal<Lines>& Traces() {
  static const auto* const traces = new TaskLocal<Lines>;  // outermost first
  return *traces;
}

Lines WithOneMore(absl::string_view message, const SourceSite& site) {
  Simulation::Current("SIM_SCOPED_TRACE");  // says so, if there is none
  Lines lines = Traces().Get();
  lines.push_back(absl::StrCat(FormatSite(site), ": ", message));
  return lines;
}

}  // namespace

ScopedTaskTrace::ScopedTaskTrace(absl::string_view message, SourceSite site)
    : scope_(Traces(), WithOneMore(message, site)) {}

std::vector<std::string> ScopedTraces() {
  const Simulation* simulation = Simulation::CurrentOrNull();
  // When a run is taken apart, nobody runs.
  if (simulation == nullptr || simulation->closing()) return {};
  const Lines& lines = Traces().Get();
  return Lines(lines.rbegin(), lines.rend());
}

}  // namespace orrery
