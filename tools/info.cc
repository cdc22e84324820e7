// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery info`: header and outcome.

#include <cstdio>

#include "absl/flags/flag.h"
#include "orrery/tools/verb.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

ABSL_FLAG(bool, json, false, "info: print JSON, one object a trace");

namespace orrery {

int RunInfo(const std::vector<std::string>& files) {
  if (files.empty()) return Trouble("info: name a trace");
  int exit_code = kSame;
  for (const std::string& file : files) {
    absl::StatusOr<Trace> trace = ReadOperand(file);
    if (!trace.ok()) {
      exit_code = Trouble(std::string(trace.status().message()));
      continue;
    }
    const std::string text = absl::GetFlag(FLAGS_json)
                                 ? InfoAsJson(*trace) + "\n"
                                 : FormatInfo(*trace);
    std::fputs(text.c_str(), stdout);
  }
  return exit_code;
}

}  // namespace orrery
