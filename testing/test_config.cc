// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_config.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

ABSL_FLAG(std::string, orrery_seed, "",
          "seed of the first run of each simulated test");
ABSL_FLAG(std::string, orrery_runs, "",
          "how often each simulated test is run, each time with another seed");
ABSL_FLAG(std::string, orrery_scheduler, "",
          "policy that simulated tests are run under: fifo, random, ...");
ABSL_FLAG(std::string, orrery_replay, "",
          "trace of the run that is to be repeated exactly");
ABSL_FLAG(std::string, orrery_trace_dir, "", "where traces are written");
ABSL_FLAG(std::string, orrery_trace_level, "",
          "how much is traced: off, choices or events");

namespace orrery {
namespace {

// A setting and where it came from, for messages.
struct Setting {
  std::string value;
  std::string source;
};

Setting Get(const absl::Flag<std::string>& flag, absl::string_view flag_name,
            const char* variable) {
  std::string value = absl::GetFlag(flag);
  if (!value.empty()) {
    return {value, absl::StrCat("--", flag_name, "=", value)};
  }
  if (const char* text = std::getenv(variable); text != nullptr) {
    return {text, absl::StrCat(variable, "=", text)};
  }
  return {};
}

absl::Status Unusable(const Setting& setting, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(setting.source, ": expected ", expected));
}

// GoogleTest's main leaves flags that it does not know alone, so ours are
// parsed here, whatever main the test has.
void ParseOwnFlags() {
  std::vector<std::string> words = CommandLine();
  std::vector<char*> ours;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i == 0 || absl::StartsWith(words[i], "--orrery_")) {
      ours.push_back(words[i].data());
    }
  }
  if (ours.size() > 1) {
    absl::ParseCommandLine(static_cast<int>(ours.size()), ours.data());
  }
}

std::string DefaultTraceDir() {
  for (const char* variable :
       {"TEST_UNDECLARED_OUTPUTS_DIR", "TEST_TMPDIR", "TMPDIR"}) {
    const char* dir = std::getenv(variable);
    if (dir != nullptr && *dir != '\0') return dir;
  }
  return "/tmp";
}

absl::StatusOr<TestConfig> Read() {
  ParseOwnFlags();
  TestConfig config;

  const Setting seed = Get(FLAGS_orrery_seed, "orrery_seed", "ORRERY_SEED");
  if (!seed.value.empty()) {
    if (!absl::SimpleAtoi(seed.value, &config.seed.value)) {
      return Unusable(seed, "an integer from 0 to 2^64 - 1");
    }
  } else if (const char* text = std::getenv("TEST_RANDOM_SEED");
             text != nullptr) {
    // Set by --runs_per_test: 1, 2, 3, ... for its repetitions.
    uint64_t repetition = 0;
    if (absl::SimpleAtoi(text, &repetition) && repetition > 1) {
      config.seed = Seed(ids_internal::Mix(repetition));
    }
  }

  const Setting runs = Get(FLAGS_orrery_runs, "orrery_runs", "ORRERY_RUNS");
  if (!runs.value.empty()) {
    int number = 0;
    if (!absl::SimpleAtoi(runs.value, &number) || number < 1) {
      return Unusable(runs, "a number of runs, at least 1");
    }
    config.runs = number;
  }

  const Setting scheduler =
      Get(FLAGS_orrery_scheduler, "orrery_scheduler", "ORRERY_SCHEDULER");
  if (!scheduler.value.empty()) config.scheduler = scheduler.value;

  config.replay =
      Get(FLAGS_orrery_replay, "orrery_replay", "ORRERY_REPLAY").value;
  config.trace_dir =
      Get(FLAGS_orrery_trace_dir, "orrery_trace_dir", "ORRERY_TRACE_DIR").value;
  if (config.trace_dir.empty()) config.trace_dir = DefaultTraceDir();

  const Setting level =
      Get(FLAGS_orrery_trace_level, "orrery_trace_level", "ORRERY_TRACE_LEVEL");
  if (level.value == "off") {
    config.trace_level = TraceLevel::kOff;
  } else if (level.value == "events") {
    config.trace_level = TraceLevel::kEvents;
  } else if (!level.value.empty() && level.value != "choices") {
    return Unusable(level, "off, choices or events");
  }
  return config;
}

}  // namespace

std::vector<std::string> CommandLine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  std::vector<std::string> words = absl::StrSplit(text, absl::ByChar('\0'));
  if (!words.empty() && words.back().empty()) words.pop_back();
  if (words.empty()) words.push_back("test");
  return words;
}

absl::StatusOr<TestConfig> GetTestConfig() {
  static const absl::StatusOr<TestConfig>* const config =
      new absl::StatusOr<TestConfig>(Read());
  return *config;
}

}  // namespace orrery
