// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery verify`: whether traces are what was written.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/terminal.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/verdict_json.h"
#include "orrery/traces/verify_trace.h"

namespace orrery {
namespace {

int VerifyOne(const std::string& file) {
  Progress progress(absl::StrCat("verifying ", file));
  absl::StatusOr<TraceVerdict> verdict = VerifyTrace(
      OperandPath(file), {.on_progress = [&](uint64_t read, uint64_t size) {
        progress.Update(read, size);
      }});
  if (!verdict.ok()) {
    // Nothing at all can be trusted of a trace whose first bytes are damaged.
    if (!absl::IsDataLoss(verdict.status())) {
      return Trouble(verdict.status().message());
    }
    Trouble(verdict.status().message());
    return kDifferent;
  }
  PrintLine(absl::GetFlag(FLAGS_json) ? VerdictAsJson(*verdict)
                                      : FormatVerdict(*verdict));
  return verdict->sound() ? kSame : kDifferent;
}

int Run(const std::vector<std::string>& files) {
  if (files.empty()) return Trouble("verify: name a trace");
  int exit_code = kSame;
  for (const std::string& file : files) {
    exit_code = std::max(exit_code, VerifyOne(file));
  }
  return exit_code;
}

}  // namespace

constinit const Verb kVerifyVerb = {
    .name = "verify",
    .summary =
        "whether traces are what was written, and where they are damaged",
    .operands = "FILE...",
    .flags = "json",
    .details = "  --json    as JSON, one object a trace",
    .one_means = "a trace is damaged, was cut short, or contradicts itself",
    .run = Run};

}  // namespace orrery
