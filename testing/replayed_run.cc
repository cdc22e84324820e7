// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/replayed_run.h"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/run_settings.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_program.h"

namespace orrery {
namespace {

RecordedBy WhoRecorded(const TraceHeader& recorded, const TraceHeader& now) {
  if (recorded.build.id.empty() || now.build.id.empty()) {
    return RecordedBy::kUnknown;
  }
  return recorded.build.id == now.build.id ? RecordedBy::kThisBuild
                                           : RecordedBy::kAnotherBuild;
}

// Adds a line if the two differ.
void Compare(absl::string_view what, absl::string_view recorded,
             absl::string_view now, std::vector<std::string>* lines) {
  if (recorded == now) return;
  lines->push_back(absl::StrCat(what, ": recorded ",
                                recorded.empty() ? "none" : recorded, ", now ",
                                now.empty() ? "none" : now));
}

// The first digits tell two builds apart; people do not want more.
std::string ShortBuild(const TraceBuild& build) {
  return absl::StrCat(build.id.substr(0, 12), " (", build.mode, ")");
}

std::string Limit(SimTime time) {
  return time.ns == 0 ? "none" : FormatSimTime(time);
}

std::string ReplayTracePath(const ReplayedRun& run) {
  const std::string path = run.test().TracePath(run.trace().header.seed);
  const absl::string_view stem = absl::StripSuffix(path, ".orrery");
  const std::string& replayed = run.test().config().replay.value;
  std::string own = absl::StrCat(stem, ".replay.orrery");
  std::error_code ignored;
  if (std::filesystem::equivalent(own, replayed, ignored)) {
    own = absl::StrCat(stem, ".replay2.orrery");
  }
  return own;
}

}  // namespace

ReplayedRun::ReplayedRun(const CurrentTest& test, MakeSimTestBody make_body,
                         const Trace& trace)
    : test_(test),
      make_body_(make_body),
      trace_(trace),
      recorded_by_(WhoRecorded(
          trace.header, test.HeaderFor(id(), TraceLevel::kChoices, false))) {}

RunId ReplayedRun::id() const {
  return {.seed = trace_.header.seed,
          .index = trace_.header.run,
          .policy = trace_.header.scheduler};
}

std::vector<std::string> ReplayedRun::Differences() const {
  const TraceHeader& recorded = trace_.header;
  const TraceHeader now =
      test_.HeaderFor(id(), recorded.level, recorded.ordered);
  std::vector<std::string> lines;
  if (recorded_by_ == RecordedBy::kAnotherBuild) {
    Compare("build", ShortBuild(recorded.build), ShortBuild(now.build), &lines);
  }
  if (recorded_by_ != RecordedBy::kUnknown) {
    Compare("compiler", recorded.build.compiler, now.build.compiler, &lines);
    Compare("arguments", absl::StrJoin(WithoutSettings(recorded), " "),
            absl::StrJoin(WithoutSettings(now), " "), &lines);
  }
  Compare("parameter", recorded.param, now.param, &lines);
  // These are taken from the trace. Whoever has asked for others should know.
  const auto holds = [&lines](absl::string_view what, absl::string_view told,
                              absl::string_view now_told) {
    if (told == now_told) return;
    lines.push_back(absl::StrCat(what, ": recorded ", told,
                                 ", which holds; now it would be ", now_told));
  };
  const TestSetting& asked = test_.config().scheduler;
  if (!asked.value.empty()) {
    holds("policy", recorded.scheduler, asked.value);
  }
  // What the command line has fixed; the test goes by what the trace says.
  const std::string set =
      GetTestConfig().ok() ? GetTestConfig()->settings.ToString() : "";
  if (!set.empty()) {
    const std::string held = test_.config().settings.ToString();
    holds("settings", held.empty() ? "none" : held, set);
  }
  if (recorded.max_steps != 0) {
    holds("step limit", absl::StrCat(recorded.max_steps),
          absl::StrCat(now.max_steps));
  }
  if (recorded.max_time.ns != 0) {
    holds("time limit", Limit(recorded.max_time), Limit(now.max_time));
  }
  return lines;
}

TestRun ReplayedRun::Execute(Scheduler& scheduler, TraceSink* trace) const {
  const TraceHeader& header = trace_.header;
  const SimTestOptions& options = test_.options();
  return RunOnce(
      {.seed = header.seed,
       .run_index = header.run,
       .scheduler = &scheduler,
       .trace = trace,
       .settings = &test_.config().settings,
       .max_steps =
           header.max_steps != 0 ? header.max_steps : options.max_steps,
       .max_steps_per_instant = options.max_steps_per_instant,
       .max_time = header.max_time.ns != 0 ? ToDuration(header.max_time)
                                           : options.max_time,
       .slow_step = options.slow_step},
      make_body_);
}

void ReplayedRun::SayHowItWent(const std::string& text) const {
  std::printf("[  ORRERY  ] replay of %s: %s\n",
              test_.config().replay.value.c_str(), text.c_str());
  std::fflush(stdout);
  testing::Test::RecordProperty("orrery_replay", text);
}

ReplayTrace::ReplayTrace(const ReplayedRun& run, const Scheduler& scheduler,
                         bool wanted) {
  const TestConfig& config = run.test().config();
  asked_for_ = config.trace_level == TraceLevel::kEvents;
  if (!asked_for_ && (!wanted || config.trace_level == TraceLevel::kOff)) {
    return;
  }
  std::error_code ignored;  // opening a file in it will say what is wrong
  std::filesystem::create_directories(config.trace_dir, ignored);
  path_ = ReplayTracePath(run);
  const absl::Status status =
      writer_.BeginFile(path_,
                        run.test().HeaderFor(run.id(), TraceLevel::kEvents,
                                             scheduler.traits().orders),
                        config.trace_max_bytes);
  if (status.ok()) return;
  note_ = TestProgram::CannotTrace(status);
  path_.clear();
}

void ReplayTrace::Finish(const TestRun& run, bool keep) {
  if (path_.empty()) return;
  const absl::Status status = writer_.Finish(FooterOf(run), run.result.tasks);
  if (!status.ok()) {
    note_ = absl::StrCat("trace:  incomplete: ", status.message());
  }
  if (!keep && !asked_for_) {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    path_.clear();
    return;
  }
  std::printf("[  ORRERY  ] trace of this replay, with all events: %s\n",
              LastingPath(path_).c_str());
}

}  // namespace orrery
