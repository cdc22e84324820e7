// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/commands.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace orrery {
namespace {

// Appends `word`, in quotes if a shell would take it apart.
void AppendWord(const std::string& word, std::string* command) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_-./=:@%+,", c) != nullptr);
  });
  if (!command->empty()) *command += ' ';
  if (plain && !word.empty()) {
    *command += word;
  } else {
    absl::StrAppend(command, "'", absl::StrReplaceAll(word, {{"'", "'\\''"}}),
                    "'");
  }
}

// Returns where Bazel puts the program: "//bank:transfer_test" is at
// bazel-bin/bank/transfer_test. Empty for a target of another repository.
std::string ProgramOf(absl::string_view target) {
  while (absl::StartsWith(target, "@")) target.remove_prefix(1);
  if (!absl::StartsWith(target, "//")) return "";
  target.remove_prefix(2);
  if (absl::StartsWith(target, ":")) target.remove_prefix(1);
  return absl::StrCat("bazel-bin/", absl::StrReplaceAll(target, {{":", "/"}}));
}

}  // namespace

void AddCommands(const Trace& trace, const std::string& trace_path,
                 ReportOptions* options) {
  const TraceHeader& header = trace.header;
  const std::string program = ProgramOf(header.target);
  if (program.empty() || header.test.empty()) return;
  const std::string name = absl::StrCat(header.suite, ".", header.test);
  const bool is_disabled = absl::StrContains(name, "DISABLED_");
  if (options->rerun.empty()) {
    std::string& command = options->rerun;
    command = "bazel test";
    AppendWord(header.target, &command);
    AppendWord(absl::StrCat("--test_filter=", name), &command);
    AppendWord(absl::StrCat("--test_env=ORRERY_SEED=", header.seed.value),
               &command);
    if (!absl::StartsWith(header.scheduler, "replay")) {
      AppendWord(absl::StrCat("--test_env=ORRERY_SCHEDULER=", header.scheduler),
                 &command);
    }
    if (is_disabled) {
      AppendWord("--test_arg=--gtest_also_run_disabled_tests", &command);
    }
    for (const std::string& argument : header.arguments) {
      AppendWord(absl::StrCat("--test_arg=", argument), &command);
    }
    command += " --test_sharding_strategy=disabled --test_output=all";
  }
  if (options->replay.empty() && !trace_path.empty() && trace_path != "-") {
    std::string& command = options->replay;
    AppendWord(program, &command);
    AppendWord(absl::StrCat("--gtest_filter=", name), &command);
    if (is_disabled) AppendWord("--gtest_also_run_disabled_tests", &command);
    AppendWord(absl::StrCat("--orrery_replay=", trace_path), &command);
    for (const std::string& argument : header.arguments) {
      AppendWord(argument, &command);
    }
  }
}

}  // namespace orrery
