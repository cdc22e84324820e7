// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/shrink_test_run.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "orrery/base/choice.h"
#include "orrery/base/digest.h"
#include "orrery/base/trace_sink.h"
#include "orrery/explorer/isolate.h"
#include "orrery/explorer/shrink_text.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

// After a failure, no more real time than this is spent on making it small.
constexpr absl::Duration kMaxTime = absl::Seconds(10);
// A replay that takes longer hangs.
constexpr absl::Duration kMaxTimePerReplay = absl::Seconds(10);

// Records nothing: it says that no file is to be written.
class NoTrace final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kOff; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent&) override {}
};

bool HasSomethingToDrop(const Schedule& schedule) {
  return std::any_of(
      schedule.choices.begin(), schedule.choices.end(),
      [](const ScheduledChoice& choice) { return choice.chosen != 0; });
}

class TestShrinker {
 public:
  TestShrinker(TestProgram& program, const RunId& id)
      : program_(program), id_(id) {
    isolate_.quiet = true;
    isolate_.real_time_limit =
        std::min(kMaxTimePerReplay, program.test().options().max_real_time);
  }

  // The test, in a process of its own for each run, which writes no file.
  RunFunction Function() {
    return Isolated(
        [this](const RunRequest& request) {
          // The runs whose failure it was had last words too.
          std::optional<CrashReport> crash;
          PrepareLastWords(crash, nullptr);
          NoTrace none;
          RunRequest untraced = request;
          untraced.trace = &none;
          return program_.Run(untraced);
        },
        isolate_);
  }

  // Writes a trace of the run with all its events, or if that cannot be had,
  // with its choices.
  absl::Status WriteTrace(const ShrinkResult& result, const std::string& path) {
    ReplayScheduler replay(result.schedule);
    RunRequest request;
    request.seed = id_.seed;
    request.index = id_.index;
    request.scheduler = &replay;
    Isolation(isolate_).Run(
        [&](const RunRequest& from) {
          TraceWriter writer;
          if (!writer
                   .BeginFile(path,
                              Header(result.schedule, TraceLevel::kEvents),
                              program_.test().config().trace_max_bytes)
                   .ok()) {
            return RunReport();
          }
          std::optional<CrashReport> crash;
          PrepareLastWords(crash, &writer);
          RunRequest traced = from;
          traced.trace = &writer;
          const TestRun run = program_.Execute(traced);
          writer.Finish(FooterOf(run), run.result.tasks).IgnoreError();
          if (crash.has_value()) crash->SetSaved();
          return RunReport();
        },
        request);
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    if (trace.ok() && trace->schedule.choices == result.schedule.choices) {
      return absl::OkStatus();
    }
    return WriteChoices(result.schedule, path);
  }

  // Writes a trace of the choices alone, without a run.
  absl::Status WriteChoices(const Schedule& schedule, const std::string& path) {
    std::vector<Choice> choices;
    for (const ScheduledChoice& choice : schedule.choices) {
      choices.push_back({choice.kind, choice.n, choice.chosen,
                         schedule.SiteOf(choice), choice.span});
    }
    TraceWriter writer;
    writer.Begin(Header(schedule, TraceLevel::kChoices));
    if (!choices.empty()) writer.OnChoices(choices, {Digest(0), Digest(0)});
    writer.Rescue(path);
    return ReadTrace(path, {.allow_incomplete = true}).status();
  }

 private:
  TraceHeader Header(const Schedule& schedule, TraceLevel level) const {
    return program_.test().HeaderFor(id_, level, schedule.ordered);
  }

  // Says the last words of the process that this is called in. If the runs of
  // the test have processes of their own, it puts them into `own`; if not, they
  // are there already, for the process of the test.
  void PrepareLastWords(std::optional<CrashReport>& own, TraceWriter* writer) {
    CrashReport* crash = program_.crash();
    if (crash == nullptr) {
      crash = &own.emplace(program_.test().full_name(),
                           [](Seed) { return CrashReport::Texts(); });
    }
    crash->SetWriter(writer);
  }

  TestProgram& program_;
  const RunId& id_;
  IsolateOptions isolate_;
};

}  // namespace

std::string ShrunkTracePath(const std::string& path) {
  return absl::StrCat(path, ".min");
}

absl::StatusOr<std::vector<std::string>> ShrinkTestRun(
    TestProgram& program, const RunId& id, const FailingRun& failing,
    ShrinkOptions options, const std::string& path) {
  TestShrinker shrinker(program, id);
  if (!path.empty()) {  // so that it is there, even if this process is killed
    options.on_smaller = [&shrinker, &path](const Schedule& schedule,
                                            const RunReport&) {
      shrinker.WriteChoices(schedule, path).IgnoreError();
    };
  }
  const absl::StatusOr<ShrinkResult> result =
      Shrink(shrinker.Function(), failing, options);
  if (!result.ok()) return result.status();
  std::vector<std::string> words;
  if (!path.empty()) {
    const absl::Status status = shrinker.WriteTrace(*result, path);
    if (!status.ok()) return status;
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    DeviationWords in_words(result->deviations.order);
    if (trace.ok()) {
      for (const TraceEvent& event : trace->events) in_words.OnEvent(event);
    }
    words = in_words.lines();
  }
  std::vector<std::string> lines = FormatShrink(*result, words);
  if (!path.empty()) {
    lines.push_back(absl::StrCat("  trace:  ", LastingPath(path)));
    lines.push_back(absl::StrCat(
        "  replay: ", ReplayCommand(program.test().full_name(), path)));
  }
  return lines;
}

void ShrinkFound(TestProgram& program, FoundFailure& found) {
  const CampaignFailure& failure = *found.failure;
  const TestConfig& config = program.test().config();
  const SimTestOptions& test = program.test().options();
  ShrinkOptions options;
  options.max_replays = config.shrink.value_or(test.shrink);
  if (options.max_replays == 0 || !failure.schedule_complete ||
      !HasSomethingToDrop(failure.schedule) ||
      absl::StartsWith(failure.died_of, "no end")) {
    return;
  }
  for (const std::string& note : found.notes) {
    // What goes another way each time cannot be followed to anything smaller.
    if (absl::StartsWith(note, "NOT DETERMINISTIC")) return;
  }
  const absl::Time deadline =
      absl::Now() +
      std::min(kMaxTime, config.time_budget.value_or(test.time_budget));
  options.stop = [deadline] { return absl::Now() >= deadline; };
  FailingRun failing;
  failing.seed = failure.seed;
  failing.index = failure.index;
  failing.schedule = failure.schedule;
  failing.signature = failure.report.signature;
  absl::StatusOr<std::vector<std::string>> lines = ShrinkTestRun(
      program, found.id, failing, options,
      found.trace_path.empty() ? "" : ShrunkTracePath(found.trace_path));
  if (!lines.ok()) {
    found.notes.push_back(
        absl::StrCat("not shrunk: ", lines.status().message()));
    return;
  }
  lines->front() = absl::StrCat("shrunk: ", lines->front());
  found.notes.insert(found.notes.end(), lines->begin(), lines->end());
}

}  // namespace orrery
