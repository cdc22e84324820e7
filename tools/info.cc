// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery info`: header and outcome.

#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/strip.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

int Run(const std::vector<std::string>& files) {
  if (files.empty()) return Trouble("info: name a trace");
  const bool json = absl::GetFlag(FLAGS_json);
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
    PrintLine(json ? InfoAsJson(*trace)
                   : absl::StripSuffix(FormatInfo(*trace), "\n"));
    if (!trace->damage.empty()) exit_code = Trouble(trace->damage);
  }
  return exit_code;
}

}  // namespace

constinit const Verb kInfoVerb = {
    .name = "info",
    .summary = "what was run, and how it ended",
    .operands = "FILE...",
    .flags = "json",
    .details = "  --json    as JSON, one object a trace",
    .one_means = "",
    .run = Run};

}  // namespace orrery
