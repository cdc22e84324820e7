// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/repeat_commands.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "orrery/testing/test_config.h"

namespace orrery {
namespace {

// Puts `word` into quotes if a shell would take it apart.
std::string Quote(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || strchr("_-./=:@%+,", c) != nullptr;
  });
  if (plain && !word.empty()) return word;
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string Environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// What Bazel has told a test about itself.
class BazelTest {
 public:
  BazelTest()
      : target_(Environment("TEST_TARGET")),
        outputs_(Environment("TEST_UNDECLARED_OUTPUTS_DIR")) {
    const size_t slashes = target_.find("//");
    if (slashes == std::string::npos) {
      target_.clear();
      return;
    }
    // "@bank//x:transfer_test" -> "external/bank/x/transfer_test"
    const std::string label =
        absl::StrReplaceAll(target_.substr(slashes + 2), {{":", "/"}});
    absl::string_view repository = target_;
    repository = absl::StripPrefix(repository.substr(0, slashes), "@");
    repository = absl::StripPrefix(repository, "@");
    path_ = absl::StrCat(
        repository.empty() ? "" : absl::StrCat("external/", repository, "/"),
        absl::StripPrefix(label, "/"));
  }

  // Whether it was Bazel that started this process.
  bool present() const { return !target_.empty(); }
  const std::string& target() const { return target_; }
  // The program, from the root of the workspace.
  std::string Program() const { return absl::StrCat("bazel-bin/", path_); }

  // Returns where the folder of outputs is after the test; "" if `file` is not
  // in it.
  std::string LastingOutputs(const std::string& file) const {
    if (!present() || outputs_.empty() ||
        !absl::StartsWith(file, absl::StrCat(outputs_, "/"))) {
      return "";
    }
    // .../bazel-out/k8-fastbuild/testlogs/bank/transfer_test/test.outputs
    const size_t logs = outputs_.rfind("/testlogs/");
    if (logs != std::string::npos) {
      return absl::StrCat("bazel-", outputs_.substr(logs + 1));
    }
    std::string folder = absl::StrCat("bazel-testlogs/", path_);
    const std::string shards = Environment("TEST_TOTAL_SHARDS");
    if (!shards.empty() && shards != "0") {
      int index = 0;
      if (!absl::SimpleAtoi(Environment("TEST_SHARD_INDEX"), &index)) index = 0;
      absl::StrAppend(&folder, "/shard_", index + 1, "_of_", shards);
    }
    return absl::StrCat(folder, "/test.outputs");
  }

  std::string LastingFile(const std::string& file) const {
    const std::string folder = LastingOutputs(file);
    return folder.empty() ? file
                          : absl::StrCat(folder, file.substr(outputs_.size()));
  }

 private:
  std::string target_;
  std::string outputs_;
  std::string path_;
};

// Flags that a test needs to be run at all.
std::string FlagsFor(const std::string& full_test_name) {
  return absl::StrContains(full_test_name, "DISABLED_")
             ? "--gtest_also_run_disabled_tests"
             : "";
}

std::string ProgramCommand(const std::string& program,
                           const std::string& full_test_name) {
  std::string command =
      absl::StrCat(Quote(program), " ",
                   Quote(absl::StrCat("--gtest_filter=", full_test_name)));
  const std::string flags = FlagsFor(full_test_name);
  if (!flags.empty()) absl::StrAppend(&command, " ", flags);
  return command;
}

// Whether this process runs a slice of many seeds, which are not to be
// repeated.
bool IsInSwarm() {
  return GetTestConfig().ok() && GetTestConfig()->swarm_seeds.has_value();
}

// Returns what was allowed for all tests, without which this one might fail of
// something else, as a word of the command line behind `prefix`.
std::string AllowedEscapesWord(const char* prefix) {
  if (!GetTestConfig().ok()) return "";
  const std::string& list = GetTestConfig()->allow_escapes.value;
  if (list.empty()) return "";
  return absl::StrCat(" ", Quote(absl::StrCat(prefix, list)));
}

std::string QuotedOtherArguments() {
  std::string text;
  for (const std::string& word : OtherArguments()) {
    absl::StrAppend(&text, " ", Quote(word));
  }
  return text;
}

}  // namespace

std::string RerunCommand(const std::string& full_test_name, Seed seed,
                         const std::optional<std::string>& scheduler,
                         const std::string& settings) {
  const BazelTest bazel;
  if (!bazel.present()) {
    std::string command =
        absl::StrCat(ProgramCommand(CommandLine().front(), full_test_name),
                     " --orrery_seed=", seed.value);
    if (scheduler.has_value()) {
      absl::StrAppend(&command, " ",
                      Quote(absl::StrCat("--orrery_scheduler=", *scheduler)));
    }
    if (IsInSwarm()) absl::StrAppend(&command, " --orrery_runs=1");
    if (!settings.empty()) {
      absl::StrAppend(&command, " ",
                      Quote(absl::StrCat("--orrery_set=", settings)));
    }
    return absl::StrCat(command, AllowedEscapesWord("--orrery_allow_escapes="),
                        QuotedOtherArguments());
  }
  std::string command =
      absl::StrCat("bazel test ", Quote(bazel.target()), " ",
                   Quote(absl::StrCat("--test_filter=", full_test_name)),
                   " --test_env=ORRERY_SEED=", seed.value);
  if (scheduler.has_value()) {
    absl::StrAppend(
        &command, " ",
        Quote(absl::StrCat("--test_env=ORRERY_SCHEDULER=", *scheduler)));
  }
  if (IsInSwarm()) absl::StrAppend(&command, " --test_env=ORRERY_RUNS=1");
  if (!settings.empty()) {
    absl::StrAppend(&command, " ",
                    Quote(absl::StrCat("--test_env=ORRERY_SET=", settings)));
  }
  absl::StrAppend(&command,
                  AllowedEscapesWord("--test_env=ORRERY_ALLOW_ESCAPES="));
  const std::string flags = FlagsFor(full_test_name);
  if (!flags.empty()) absl::StrAppend(&command, " --test_arg=", flags);
  absl::StrAppend(&command,
                  " --test_sharding_strategy=disabled --test_output=all");
  return command;
}

std::string ReplayCommand(const std::string& full_test_name,
                          const std::string& trace_file) {
  const BazelTest bazel;
  std::string command;
  const std::string outputs = bazel.LastingOutputs(trace_file);
  if (!outputs.empty()) {
    // Some versions of Bazel keep the folder, some an archive of it, and a test
    // is not told. Where there is no archive, the file is there already.
    command = absl::StrCat("unzip -oq ", Quote(outputs + "/outputs.zip"),
                           " -d ", Quote(outputs), " 2>/dev/null; ");
  }
  absl::StrAppend(
      &command,
      ProgramCommand(bazel.present() ? bazel.Program() : CommandLine().front(),
                     full_test_name),
      " ",
      Quote(absl::StrCat("--orrery_replay=", bazel.LastingFile(trace_file))));
  return absl::StrCat(command, AllowedEscapesWord("--orrery_allow_escapes="),
                      QuotedOtherArguments());
}

std::string LastingPath(const std::string& trace_file) {
  return BazelTest().LastingFile(trace_file);
}

}  // namespace orrery
