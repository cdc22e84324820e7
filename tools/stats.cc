// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery stats`: how much of what there was.

#include "orrery/analysis/stats.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/strip.h"
#include "orrery/analysis/stats_text.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"

ABSL_FLAG(uint64_t, top, 10, "stats: how many lines a table has; 0 is all");

namespace orrery {
namespace {

int Run(const std::vector<std::string>& files) {
  if (files.empty()) return Trouble("stats: name a trace");
  const bool json = absl::GetFlag(FLAGS_json);
  const uint64_t top = absl::GetFlag(FLAGS_top);
  int exit_code = kSame;
  bool first = true;
  for (const std::string& file : files) {
    absl::StatusOr<Trace> trace = ReadOperand(file);
    if (!trace.ok()) {
      exit_code = Trouble(trace.status().message());
      continue;
    }
    if (!first && !json) PrintLine("");
    first = false;
    const TraceStats stats = CountAll(*trace);
    PrintLine(
        json ? StatsAsJson(*trace, stats)
             : absl::StripSuffix(
                   FormatStats(
                       *trace, stats,
                       top == 0 ? std::numeric_limits<size_t>::max() : top),
                   "\n"));
    if (TellWhatIsMissing(*trace, "counted") != kSame) exit_code = kTrouble;
  }
  return exit_code;
}

}  // namespace

constinit const Verb kStatsVerb = {
    .name = "stats",
    .summary = "how much of what there was: events, choices, waits, tasks",
    .operands = "FILE...",
    .flags = "json,top",
    .details =
        R"(  --top=N    tables of at most N lines (10); 0: of all there are
  --json     as JSON, one object a trace, with all there are)",
    .one_means = "",
    .run = Run};

}  // namespace orrery
