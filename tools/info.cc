// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery info`: header and outcome.

#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/strip.h"
#include "orrery/tools/verb.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

ABSL_FLAG(bool, json, false, "info: print JSON, one object a trace");

namespace orrery {

int RunInfo(const std::vector<std::string>& files) {
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

}  // namespace orrery
