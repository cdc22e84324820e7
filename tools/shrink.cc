// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery shrink`: has the test program that a trace is of make its run small.
// Only the program itself can run the test; this starts it, and says what it
// said.

#include <sys/wait.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/tools/test_program.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_reader.h"

ABSL_FLAG(uint64_t, replays, 1000,
          "shrink: how often the test may be run, at most");

namespace orrery {
namespace {

// What a line begins with that is meant for whoever has asked for it.
constexpr absl::string_view kMark = "[  ORRERY  ] ";

int Run(const std::vector<std::string>& operands) {
  if (operands.empty()) return Trouble("shrink: name a trace");
  if (operands[0] == "-") {
    return Trouble(
        "shrink: the trace has to be a file, beside which the small one is "
        "written");
  }
  if (absl::GetFlag(FLAGS_replays) == 0) {
    return Trouble("shrink: --replays=0: expected at least 1");
  }
  const absl::StatusOr<Trace> trace = ReadOperand(operands[0]);
  if (!trace.ok()) return Trouble(trace.status().message());
  absl::StatusOr<std::vector<std::string>> words =
      ReplayWords("shrink", *trace, operands);
  if (!words.ok()) return Trouble(words.status().message());
  words->push_back(
      absl::StrCat("--orrery_shrink=", absl::GetFlag(FLAGS_replays)));
  std::string output;
  const EndedProgram ended = RunTestProgram(
      *words, [&](absl::string_view text) { absl::StrAppend(&output, text); });
  if (!ended.problem.empty()) {
    return Trouble(absl::StrCat("shrink: cannot run ", words->front(), ": ",
                                ended.problem));
  }
  bool said = false;
  if (WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0) {
    for (absl::string_view line : absl::StrSplit(output, '\n')) {
      if (!absl::ConsumePrefix(&line, kMark)) continue;
      PrintLine(line);
      said = true;
    }
  }
  if (said) return kSame;
  return Trouble(absl::StrCat("shrink: ", words->front(), " has not shrunk it",
                              output.empty() ? "" : ":\n",
                              absl::StripSuffix(output, "\n")));
}

}  // namespace

constinit const Verb kShrinkVerb = {
    .name = "shrink",
    .summary = "makes a run small that has failed",
    .operands = "FILE [-- PROGRAM [ARGUMENT]...]",
    .flags = "replays",
    .details =
        R"(Writes the small one to FILE.min. It runs the test program, which is looked for
in bazel-bin, or named, with more arguments, after --. Ctrl-C keeps the smallest
so far.

  --replays=N    in at most N runs (1000))",
    .one_means = "",
    .run = Run};

}  // namespace orrery
