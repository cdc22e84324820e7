// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery diff`: the first difference between two traces.

#include <cstdint>
#include <cstdio>

#include "absl/flags/flag.h"
#include "orrery/tools/verb.h"
#include "orrery/traces/trace_diff.h"

ABSL_FLAG(uint64_t, context, 5, "diff: how many events before it are shown");
ABSL_FLAG(bool, exact, false,
          "diff: places in the source, log lines and messages count as well");

namespace orrery {

int RunDiff(const std::vector<std::string>& files) {
  if (files.size() != 2) return Trouble("diff: name two traces");
  absl::StatusOr<Trace> a = ReadOperand(files[0]);
  if (!a.ok()) return Trouble(std::string(a.status().message()));
  absl::StatusOr<Trace> b = ReadOperand(files[1]);
  if (!b.ok()) return Trouble(std::string(b.status().message()));
  const std::optional<std::string> difference =
      DiffTraces(*a, *b,
                 {.context = absl::GetFlag(FLAGS_context),
                  .exact = absl::GetFlag(FLAGS_exact)});
  if (!difference.has_value()) return kSame;
  std::puts(difference->c_str());
  return kDifferent;
}

}  // namespace orrery
