// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery recover`: a whole trace from what is left of one.

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
#include "orrery/traces/recover_trace.h"
#include "orrery/traces/verdict_json.h"

namespace orrery {
namespace {

int Run(const std::vector<std::string>& files) {
  if (files.size() != 1) return Trouble("recover: name one trace");
  std::string output = absl::GetFlag(FLAGS_output);
  if (output.empty()) output = absl::StrCat(files[0], ".recovered");
  absl::StatusOr<TraceRecovery> recovery = absl::UnknownError("");
  {
    Progress progress(absl::StrCat("reading ", files[0]));
    recovery = RecoverTrace(OperandPath(files[0]), OperandPath(output),
                            {.on_progress = [&](uint64_t read, uint64_t size) {
                              progress.Update(read, size);
                            }});
  }
  if (!recovery.ok()) return Trouble(recovery.status().message());
  PrintLine(absl::GetFlag(FLAGS_json)
                ? RecoveryAsJson(files[0], output, *recovery)
                : FormatRecovery(files[0], output, *recovery));
  return kSame;
}

}  // namespace

constinit const Verb kRecoverVerb = {
    .name = "recover",
    .summary =
        "save what can be trusted of a trace that is damaged or cut short",
    .operands = "FILE",
    .flags = "output|o,json",
    .details =
        R"(  -o, --output=OUT    where to (FILE.recovered); FILE stays as it is
  --json              what was saved, as one JSON object)",
    .one_means = "",
    .run = Run};

}  // namespace orrery
