// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery diff`: the first difference between two traces.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "orrery/analysis/diff_json.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_diff.h"

ABSL_FLAG(bool, exact, false,
          "diff: places in the source, log lines and messages count as well");

namespace orrery {
namespace {

// Returns kTrouble, and says why, if not all of the trace could be compared.
int CheckWhole(const Trace& trace) {
  if (!trace.damage.empty()) {
    return Trouble(
        absl::StrCat(trace.damage, " (what came before it was compared)"));
  }
  if (trace.unknown_events != 0) {
    return Trouble(absl::StrCat(trace.name, ": ", trace.unknown_events,
                                " events of kinds that this version does not "
                                "know were not compared"));
  }
  return kSame;
}

int Run(const std::vector<std::string>& files) {
  if (files.size() != 2) return Trouble("diff: name two traces");
  if (files[0] == "-" && files[1] == "-") {
    return Trouble("diff: only one of the two can be standard input");
  }
  absl::StatusOr<Trace> a = ReadOperand(files[0]);
  if (!a.ok()) return Trouble(a.status().message());
  absl::StatusOr<Trace> b = ReadOperand(files[1]);
  if (!b.ok()) return Trouble(b.status().message());
  const std::optional<std::string> difference =
      DiffTraces(*a, *b,
                 {.context = absl::GetFlag(FLAGS_context).value_or(5),
                  .exact = absl::GetFlag(FLAGS_exact)});
  if (absl::GetFlag(FLAGS_json)) {
    PrintLine(DiffAsJson(*a, *b, difference));
  } else if (difference.has_value()) {
    PrintLine(*difference);
  }
  // A trace that is cut short differs from a whole one, but not by what
  // happened.
  const int left = CheckWhole(*a);
  const int right = CheckWhole(*b);
  if (left != kSame || right != kSame) return kTrouble;
  return difference.has_value() ? kDifferent : kSame;
}

}  // namespace

constinit const Verb kDiffVerb = {
    .name = "diff",
    .summary = "the first difference of two traces",
    .operands = "FILE FILE",
    .flags = "context,exact,json",
    .details =
        R"(  --context=N    after N events that came before it (5)
  --exact        places, log lines and messages count as well
  --json         as JSON, one object)",
    .one_means = "they differ",
    .run = Run};

}  // namespace orrery
