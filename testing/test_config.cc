// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_config.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/base/ids.h"
#include "orrery/testing/escapes.h"

// Declared for a `main` that parses flags with Abseil, which would not know
// them otherwise. We read the command line ourselves, whatever `main` does.
ABSL_FLAG(std::string, orrery_seed, "",
          "seed of the first run of each simulated test");
ABSL_FLAG(std::string, orrery_runs, "",
          "how often each simulated test is run, each time with another seed");
ABSL_FLAG(std::string, orrery_scheduler, "",
          "policy that simulated tests are run under: fifo, random, ...");
ABSL_FLAG(std::string, orrery_replay, "",
          "trace of the run that is to be repeated exactly");
ABSL_FLAG(std::string, orrery_replay_mode, "",
          "how closely a trace is followed: strict, lenient or prefix:N");
ABSL_FLAG(std::string, orrery_trace_dir, "", "where traces are written");
ABSL_FLAG(std::string, orrery_trace_level, "",
          "how much is traced: off, choices or events");
ABSL_FLAG(std::string, orrery_trace_max_mb, "",
          "how many MiB the events of a trace take before the older ones go");
ABSL_FLAG(std::string, orrery_allow_escapes, "",
          "calls of the real world that simulated tests may make");
ABSL_FLAG(std::string, orrery_check_determinism, "",
          "which runs of simulated tests are made once more, to see whether "
          "they are the same: off, sample or all");
ABSL_FLAG(std::string, orrery_isolate, "",
          "whether each run has a process of its own: yes or no");
ABSL_FLAG(std::string, orrery_keep_going, "",
          "how many different failures of a simulated test are collected");
ABSL_FLAG(std::string, orrery_time_budget, "",
          "no further run of a simulated test begins after this real time");
ABSL_FLAG(std::string, orrery_step_budget, "",
          "no further run of a simulated test begins after so many steps");
ABSL_FLAG(std::string, orrery_report, "",
          "A page for a browser beside the trace of a failing run: on (the "
          "default) or off.");
ABSL_FLAG(std::string, orrery_set, "",
          "what is fixed of all that runs draw for themselves, a list of "
          "NAME=VALUE: net.loss=off,topology.nodes=5");
ABSL_FLAG(std::string, orrery_shrink, "",
          "how often a failing run is repeated to make it small, or off");
ABSL_FLAG(std::string, orrery_stats, "",
          "whether the runs of each simulated test are summed up: yes or no");
ABSL_FLAG(std::string, orrery_swarm_seeds, "",
          "how many runs each simulated test has, over all shards");
ABSL_FLAG(std::string, orrery_swarm_scheduler, "",
          "policy of a swarm, unless --orrery_scheduler names another");
ABSL_FLAG(
    std::string, orrery_list_properties, "",
    "whether to list the program's properties and run nothing: yes or no");
ABSL_FLAG(std::string, orrery_break, "",
          "where a run stops for a debugger: event:N, time:T, choice:N, "
          "message:ID, fail, fail-N or diverge");
ABSL_FLAG(std::string, orrery_verbose_from, "",
          "from where on each event is printed: event:N or time:T");
ABSL_FLAG(std::string, orrery_resume, "",
          "file that says how far the runs of a test have come");

namespace orrery {
namespace {

struct Twins {
  const char* flag;
  const char* variable;
};

constexpr Twins kSeed = {"orrery_seed", "ORRERY_SEED"};
constexpr Twins kRuns = {"orrery_runs", "ORRERY_RUNS"};
constexpr Twins kScheduler = {"orrery_scheduler", "ORRERY_SCHEDULER"};
constexpr Twins kReplay = {"orrery_replay", "ORRERY_REPLAY"};
constexpr Twins kReplayMode = {"orrery_replay_mode", "ORRERY_REPLAY_MODE"};
constexpr Twins kTraceDir = {"orrery_trace_dir", "ORRERY_TRACE_DIR"};
constexpr Twins kTraceLevel = {"orrery_trace_level", "ORRERY_TRACE_LEVEL"};
constexpr Twins kTraceMaxMb = {"orrery_trace_max_mb", "ORRERY_TRACE_MAX_MB"};
constexpr Twins kIsolate = {"orrery_isolate", "ORRERY_ISOLATE"};
constexpr Twins kKeepGoing = {"orrery_keep_going", "ORRERY_KEEP_GOING"};
constexpr Twins kTimeBudget = {"orrery_time_budget", "ORRERY_TIME_BUDGET"};
constexpr Twins kStepBudget = {"orrery_step_budget", "ORRERY_STEP_BUDGET"};
constexpr Twins kReport = {"orrery_report", "ORRERY_REPORT"};
constexpr Twins kSet = {"orrery_set", "ORRERY_SET"};
constexpr Twins kShrink = {"orrery_shrink", "ORRERY_SHRINK"};
constexpr Twins kStats = {"orrery_stats", "ORRERY_STATS"};
constexpr Twins kBreak = {"orrery_break", "ORRERY_BREAK"};
constexpr Twins kVerboseFrom = {"orrery_verbose_from", "ORRERY_VERBOSE_FROM"};
constexpr Twins kResume = {"orrery_resume", "ORRERY_RESUME"};
constexpr Twins kCheckDeterminism = {"orrery_check_determinism",
                                     "ORRERY_CHECK_DETERMINISM"};
constexpr Twins kAllowEscapes = {"orrery_allow_escapes",
                                 "ORRERY_ALLOW_ESCAPES"};
constexpr Twins kSwarmSeeds = {"orrery_swarm_seeds", "ORRERY_SWARM_SEEDS"};
constexpr Twins kSwarmScheduler = {"orrery_swarm_scheduler",
                                   "ORRERY_SWARM_SCHEDULER"};
constexpr Twins kListProperties = {"orrery_list_properties",
                                   "ORRERY_LIST_PROPERTIES"};
constexpr const Twins* kAll[] = {
    &kSeed,         &kRuns,        &kScheduler,      &kReplay,
    &kReplayMode,   &kTraceDir,    &kTraceLevel,     &kIsolate,
    &kKeepGoing,    &kTimeBudget,  &kStepBudget,     &kCheckDeterminism,
    &kReport,       &kShrink,      &kStats,          &kResume,
    &kAllowEscapes, &kSwarmSeeds,  &kSwarmScheduler, &kListProperties,
    &kBreak,        &kVerboseFrom, &kTraceMaxMb,     &kSet};

bool IsKnown(absl::string_view flag) {
  for (const Twins* twins : kAll) {
    if (flag == twins->flag) return true;
  }
  return false;
}

// A word of the command line that is one of our flags, or means to be.
struct FlagWord {
  absl::string_view name;  // "orrery_seed"
  absl::string_view value;
  bool has_value = false;
};

std::optional<FlagWord> ParseFlagWord(absl::string_view word) {
  if (!absl::ConsumePrefix(&word, "--") && !absl::ConsumePrefix(&word, "-")) {
    return std::nullopt;
  }
  if (!absl::StartsWith(word, "orrery_")) return std::nullopt;
  const size_t equals = word.find('=');
  if (equals == absl::string_view::npos) return FlagWord{word, "", false};
  return FlagWord{word.substr(0, equals), word.substr(equals + 1), true};
}

// Calls `on_flag` for each of our flags, with its value, which may be the next
// word, and `on_other` for every other word.
absl::Status WalkCommandLine(
    const std::function<void(const FlagWord&)>& on_flag,
    const std::function<void(const std::string&)>& on_other) {
  const std::vector<std::string>& words = CommandLine();
  for (size_t i = 1; i < words.size(); ++i) {
    std::optional<FlagWord> flag = ParseFlagWord(words[i]);
    if (!flag.has_value()) {
      on_other(words[i]);
      if (words[i] != "--") continue;
      for (++i; i < words.size(); ++i) on_other(words[i]);
      break;
    }
    if (!IsKnown(flag->name)) {
      std::string known;
      for (const Twins* twins : kAll) {
        absl::StrAppend(&known, known.empty() ? "--" : ", --", twins->flag);
      }
      return absl::InvalidArgumentError(
          absl::StrCat(words[i], ": there is no such flag; known: ", known));
    }
    if (!flag->has_value) {
      if (i + 1 == words.size()) {
        return absl::InvalidArgumentError(absl::StrCat(
            words[i], ": it takes a value: --", flag->name, "=VALUE"));
      }
      flag->value = words[++i];
    }
    on_flag(*flag);
  }
  return absl::OkStatus();
}

// Whether this process was started for a death test of the style "threadsafe",
// which runs the test again up to there. The trace is that of the process that
// has started it.
bool IsDeathTest() {
  const std::vector<std::string>& words = CommandLine();
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return absl::StartsWith(word, "--gtest_internal_run_death_test=");
  });
}

std::string DefaultTraceDir() {
  for (const char* variable :
       {"TEST_UNDECLARED_OUTPUTS_DIR", "TEST_TMPDIR", "TMPDIR"}) {
    const char* dir = std::getenv(variable);
    if (dir != nullptr && *dir != '\0') return dir;
  }
  return "/tmp";
}

class Reader {
 public:
  absl::StatusOr<TestConfig> Read() {
    absl::Status status = WalkCommandLine(
        [&](const FlagWord& flag) {
          flags_[std::string(flag.name)] = std::string(flag.value);
        },
        [](const std::string&) {});
    if (!status.ok()) return status;

    TestConfig config;
    const TestSetting seed = Get(kSeed);
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

    const TestSetting runs = Get(kRuns);
    if (!runs.value.empty()) {
      int number = 0;
      if (!absl::SimpleAtoi(runs.value, &number) || number < 1) {
        return Unusable(runs, "a number of runs, at least 1");
      }
      config.runs = number;
    }

    config.scheduler = Get(kScheduler);
    if (config.scheduler.value.empty()) {
      config.scheduler = Get(kSwarmScheduler);
    }
    config.replay = Get(kReplay);
    const TestSetting mode = Get(kReplayMode);
    if (!mode.value.empty()) {
      config.replay_mode = ParseReplayMode(mode.value);
      if (!config.replay_mode.has_value()) {
        return Unusable(mode, "strict, lenient or prefix:N, N choices");
      }
    }
    config.trace_dir = Get(kTraceDir).value;
    if (config.trace_dir.empty()) config.trace_dir = DefaultTraceDir();

    const TestSetting level = Get(kTraceLevel);
    if (level.value == "off") {
      config.trace_level = TraceLevel::kOff;
    } else if (level.value == "events") {
      config.trace_level = TraceLevel::kEvents;
    } else if (!level.value.empty() && level.value != "choices") {
      return Unusable(level, "off, choices or events");
    }
    if (IsDeathTest()) config.trace_level = TraceLevel::kOff;
    const TestSetting max = Get(kTraceMaxMb);
    uint32_t mib = 0;
    if (!max.value.empty()) {
      if (!absl::SimpleAtoi(max.value, &mib) || mib < 1) {
        return Unusable(max, "a number of MiB, at least 1");
      }
      config.trace_max_bytes = uint64_t{mib} << 20;
    }
    config.allow_escapes = Get(kAllowEscapes);
    const absl::StatusOr<EscapeSet> escapes =
        EscapeSet::Parse(config.allow_escapes.value);
    if (!escapes.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          config.allow_escapes.source, ": ", escapes.status().message()));
    }
    config.set = Get(kSet);
    absl::StatusOr<Settings> settings = Settings::Parse(config.set.value);
    if (!settings.ok()) return Bad(config.set, settings.status().message());
    config.settings = *std::move(settings);
    status = ReadCampaign(config);
    if (status.ok()) status = ReadStops(config);
    if (!status.ok()) return status;
    return config;
  }

 private:
  // What concerns many runs of one test.
  absl::Status ReadCampaign(TestConfig& config) const {
    bool value = false;
    for (const Twins& twins : {kIsolate, kStats, kListProperties}) {
      const TestSetting setting = Get(twins);
      if (setting.value.empty()) continue;
      if (!absl::SimpleAtob(setting.value, &value)) {
        return Unusable(setting, "yes or no");
      }
      if (twins.flag == kIsolate.flag) config.isolate = value;
      if (twins.flag == kStats.flag) config.stats = value;
      if (twins.flag == kListProperties.flag) config.list_properties = value;
    }
    const TestSetting check = Get(kCheckDeterminism);
    if (!check.value.empty()) {
      config.check_determinism = ParseCheckDeterminism(check.value);
      if (!config.check_determinism.has_value()) {
        return Unusable(check, "off, sample or all");
      }
    }
    const TestSetting keep_going = Get(kKeepGoing);
    int failures = 0;
    if (!keep_going.value.empty()) {
      if (!absl::SimpleAtoi(keep_going.value, &failures) || failures < 1) {
        return Unusable(keep_going, "a number of failures, at least 1");
      }
      config.keep_going = failures;
    }
    const TestSetting time = Get(kTimeBudget);
    absl::Duration duration;
    if (!time.value.empty()) {
      if (!absl::ParseDuration(time.value, &duration) ||
          duration <= absl::ZeroDuration()) {
        return Unusable(time, "a time with its unit, such as 30s or 5m");
      }
      config.time_budget = duration;
    }
    const TestSetting steps = Get(kStepBudget);
    uint64_t number = 0;
    if (!steps.value.empty()) {
      if (!absl::SimpleAtoi(steps.value, &number) || number < 1) {
        return Unusable(steps, "a number of steps, at least 1");
      }
      config.step_budget = number;
    }
    const TestSetting shrink = Get(kShrink);
    if (shrink.value == "off") {
      config.shrink = 0;
    } else if (!shrink.value.empty()) {
      if (!absl::SimpleAtoi(shrink.value, &number)) {
        return Unusable(shrink, "a number of replays, or off");
      }
      config.shrink = number;
    }
    const TestSetting report = Get(kReport);
    if (!report.value.empty() && report.value != "on") {
      if (report.value != "off") return Unusable(report, "on or off");
      config.report = false;
    }
    config.resume = Get(kResume);
    const TestSetting seeds = Get(kSwarmSeeds);
    int count = 0;
    if (!seeds.value.empty()) {
      if (!absl::SimpleAtoi(seeds.value, &count) || count < 1) {
        return Unusable(seeds, "a number of seeds, from 1 to 2147483647");
      }
      if (!config.runs.has_value()) config.swarm_seeds = count;
    }
    return absl::OkStatus();
  }

  // What is about one run.
  absl::Status ReadStops(TestConfig& config) const {
    const TestSetting points = Get(kBreak);
    if (!points.value.empty()) {
      absl::StatusOr<std::vector<StopPoint>> parsed =
          ParseStopPoints(points.value);
      if (!parsed.ok()) return Bad(points, parsed.status().message());
      config.stops.points = *std::move(parsed);
      const bool follows = !config.replay.value.empty() &&
                           !(config.replay_mode.has_value() &&
                             config.replay_mode->kind == ReplayKind::kPrefix);
      for (const StopPoint& point : config.stops.points) {
        if (!point.needs_replay() || follows) continue;
        if (!config.replay.value.empty()) {
          return Bad(points, absl::StrCat(Get(kReplayMode).source,
                                          " leaves the recorded run, so it is "
                                          "not known where ",
                                          point.text, " is"));
        }
        return Bad(points,
                   absl::StrCat("only a replay knows where ", point.text,
                                " is: name a trace with --orrery_replay=FILE"));
      }
    }
    const TestSetting from = Get(kVerboseFrom);
    if (!from.value.empty()) {
      absl::StatusOr<StopPoint> parsed = ParseVerboseFrom(from.value);
      if (!parsed.ok()) return Bad(from, parsed.status().message());
      config.stops.verbose_from = *std::move(parsed);
    }
    if (!config.stops.any()) return absl::OkStatus();
    const TestSetting& asked = points.value.empty() ? from : points;
    TestSetting runs = Get(kRuns);
    if (runs.value.empty()) runs = Get(kSwarmSeeds);
    if (!runs.value.empty() && runs.value != "1") {
      return Bad(asked, absl::StrCat("it is about one run, and ", runs.source,
                                     " asks for more; say which one by its "
                                     "seed, --orrery_seed=N, or by its trace, "
                                     "--orrery_replay=FILE"));
    }
    const TestSetting isolate = Get(kIsolate);
    if (config.isolate.value_or(false)) {
      return Bad(asked, absl::StrCat("a debugger sees the run in the process "
                                     "that it has started, and ",
                                     isolate.source, " puts it into another"));
    }
    config.runs = 1;
    config.swarm_seeds = std::nullopt;
    config.isolate = false;
    config.check_determinism = CheckDeterminism::kOff;
    config.shrink = 0;
    return absl::OkStatus();
  }

  TestSetting Get(const Twins& twins) const {
    const auto flag = flags_.find(twins.flag);
    if (flag != flags_.end() && !flag->second.empty()) {
      return {flag->second, absl::StrCat("--", twins.flag, "=", flag->second)};
    }
    const char* text = std::getenv(twins.variable);
    if (text != nullptr && *text != '\0') {
      return {text, absl::StrCat(twins.variable, "=", text)};
    }
    return {};
  }

  static absl::Status Unusable(const TestSetting& setting,
                               absl::string_view expected) {
    return Bad(setting, absl::StrCat("expected ", expected));
  }

  static absl::Status Bad(const TestSetting& setting,
                          absl::string_view problem) {
    return absl::InvalidArgumentError(
        absl::StrCat(setting.source, ": ", problem));
  }

  std::map<std::string, std::string> flags_;
};

std::vector<std::string> ReadCommandLine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  std::vector<std::string> words = absl::StrSplit(text, absl::ByChar('\0'));
  if (!words.empty() && words.back().empty()) words.pop_back();
  if (words.empty()) words.push_back("test");
  return words;
}

}  // namespace

const std::vector<std::string>& CommandLine() {
  static const auto* const words =
      new std::vector<std::string>(ReadCommandLine());
  return *words;
}

std::vector<std::string> OtherArguments() {
  std::vector<std::string> others;
  WalkCommandLine([](const FlagWord&) {},
                  [&](const std::string& word) {
                    if (!absl::StartsWith(word, "--gtest_") &&
                        !absl::StartsWith(word, "-gtest_")) {
                      others.push_back(word);
                    }
                  })
      .IgnoreError();
  return others;
}

const absl::StatusOr<TestConfig>& GetTestConfig() {
  static const auto* const config =
      new absl::StatusOr<TestConfig>(Reader().Read());
  return *config;
}

}  // namespace orrery
