// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/failure_explainer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "orrery/base/choice.h"
#include "orrery/base/digest.h"
#include "orrery/explorer/isolate.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_payload.pb.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

// A failing run that is longer is not recorded in all its events, which would
// take hundreds of megabytes: its choices are kept.
constexpr uint64_t kMaxStepsWithEvents = 200'000;
// Such a run is made again only if it does not take long.
constexpr absl::Duration kMaxTimeToDie = absl::Seconds(10);
// Of the last words of a process that died, so many lines stand in the report.
constexpr size_t kMaxLastWords = 12;

std::string HowItEnded(const TestRun& run) {
  std::string text = absl::StrCat(
      run.result.ok() && run.failed() ? "failed"
                                      : OutcomeName(run.result.outcome),
      " after ", run.result.steps, run.result.steps == 1 ? " step" : " steps");
  if (run.failure_count > 0) {
    absl::StrAppend(
        &text, " with ", run.failure_count,
        run.failure_count == 1 ? " failed assertion" : " failed assertions");
  }
  return text;
}

std::vector<Choice> ChoicesOf(const Schedule& schedule) {
  std::vector<Choice> choices;
  choices.reserve(schedule.choices.size());
  for (const ScheduledChoice& choice : schedule.choices) {
    choices.push_back({choice.kind, choice.n, choice.chosen,
                       schedule.SiteOf(choice), choice.span});
  }
  return choices;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  lines.erase(std::remove(lines.begin(), lines.end(), ""), lines.end());
  return lines;
}

// Whether `trace` has the choices of a process that was killed, but for the
// last one at most: it was killed before that one was in the trace.
bool HasAllButTheLast(const Schedule& trace, const Schedule& all) {
  return trace.choices.size() + 1 >= all.choices.size() &&
         trace.choices.size() <= all.choices.size() &&
         std::equal(trace.choices.begin(), trace.choices.end(),
                    all.choices.begin());
}

// The run of a process that died, as far as it is known.
TestRun DeadRun(const CampaignFailure& failure) {
  TestRun run;
  run.result.outcome = Outcome::kUnknown;
  run.result.steps = failure.report.steps;
  run.result.elapsed = failure.report.elapsed;
  RunFailure& own = run.result.failure.emplace();
  own.message = failure.report.message;
  std::vector<std::string> words = LinesOf(failure.last_words);
  if (words.empty()) return run;
  if (words.size() > kMaxLastWords) {
    // All of it, for whoever wants to read it.
    std::fputs(failure.last_words.c_str(), stderr);
    const size_t more = words.size() - kMaxLastWords;
    words.resize(kMaxLastWords);
    words.push_back(absl::StrCat("... and ", more, " more lines, see above"));
  }
  absl::StrAppend(&own.message, "\nwhat it said last:\n  ",
                  absl::StrJoin(words, "\n  "));
  return run;
}

}  // namespace

FoundFailure FailureExplainer::Find(const CampaignFailure& failure) {
  FoundFailure found;
  found.failure = &failure;
  found.id = {.seed = failure.seed,
              .index = failure.index,
              .profile = failure.profile,
              .policy = failure.policy};
  if (!failure.died_of.empty()) {
    found.run = DeadRun(failure);
    SaveTraceOfDead(failure, found);
    return found;
  }
  RunPayload payload = DecodePayload(failure.report.payload);
  if (payload.run.has_value()) found.run = *std::move(payload.run);
  if (!found.run.failed()) {  // something else than the test itself says so
    found.run.result.outcome = Outcome::kFailed;
    found.run.result.failure.emplace().message = failure.report.message;
  }
  found.notes = std::move(payload.notes);
  if (payload.traced) {
    found.trace_path = program_.test().TracePath(failure.seed);
  }
  return found;
}

// It may have saved its trace itself, with its last strength. If not, what it
// chose is known all the same.
void FailureExplainer::SaveTraceOfDead(const CampaignFailure& failure,
                                       FoundFailure& found) {
  const CurrentTest& test = program_.test();
  if (test.config().trace_level == TraceLevel::kOff) return;
  const std::string path = test.TracePath(failure.seed);
  const absl::StatusOr<Trace> own = ReadTrace(path, {.allow_incomplete = true});
  const bool saved = own.ok() && !own->footer.has_value() &&
                     (!failure.schedule_complete ||
                      HasAllButTheLast(own->schedule, failure.schedule));
  if (!saved && failure.schedule_complete) {
    TraceWriter writer;
    writer.Begin(test.HeaderFor(found.id, TraceLevel::kChoices,
                                failure.schedule.ordered));
    const std::vector<Choice> choices = ChoicesOf(failure.schedule);
    // Without digests, which died with the process.
    if (!choices.empty()) writer.OnChoices(choices, {Digest(0), Digest(0)});
    writer.Rescue(path);
  }
  if (ReadTrace(path, {.allow_incomplete = true}).ok()) found.trace_path = path;
}

// Has it die once more, in a process of its own that takes down every event:
// the first time it was only choices. If it goes another way, that trace stays.
void FailureExplainer::TraceEventsOfDead(const FoundFailure& found) {
  const CurrentTest& test = program_.test();
  const CampaignFailure& failure = *found.failure;
  // One that hangs would hang again.
  if (!program_.isolated() || absl::StartsWith(failure.died_of, "no end") ||
      test.config().trace_level != TraceLevel::kChoices ||
      !failure.schedule_complete || found.trace_path.empty() ||
      found.run.result.steps > kMaxStepsWithEvents) {
    return;
  }
  const std::string path = absl::StrCat(found.trace_path, ".events");
  Isolation isolation(
      {.real_time_limit = std::min(kMaxTimeToDie, test.options().max_real_time),
       .quiet = true});
  ReplayScheduler same_choices(failure.schedule);
  isolation.Run(
      [&](const RunRequest& from) {
        TraceWriter writer;
        if (!writer
                 .BeginFile(path,
                            test.HeaderFor(found.id, TraceLevel::kEvents,
                                           failure.schedule.ordered),
                            test.config().trace_max_bytes)
                 .ok()) {
          return RunReport();
        }
        CrashReport crash(test.full_name(),
                          [](Seed) { return CrashReport::Texts(); });
        crash.SetWriter(&writer);
        RunRequest traced = from;
        traced.trace = &writer;
        const TestRun run = program_.Execute(traced);
        writer.Finish(FooterOf(run), run.result.tasks).IgnoreError();
        crash.SetSaved();
        return RunReport();
      },
      {.seed = found.id.seed,
       .index = found.id.index,
       .profile = found.id.profile,
       .scheduler = &same_choices});
  const absl::StatusOr<Trace> again =
      ReadTrace(path, {.allow_incomplete = true});
  std::error_code ignored;
  if (again.ok() && !again->footer.has_value() &&
      HasAllButTheLast(again->schedule, failure.schedule)) {
    std::filesystem::rename(path, found.trace_path, ignored);
  } else {
    std::filesystem::remove(path, ignored);
  }
}

// Makes the same choices again. Returns whether all was the same; if not, says
// so in a note.
bool FailureExplainer::SameAgain(const FoundFailure& found,
                                 Scheduler& scheduler, ReportContext& context,
                                 EventTail& tail) {
  const TestRun& run = found.run;
  const TestRun again = program_.Execute({.seed = found.id.seed,
                                          .index = found.id.index,
                                          .profile = found.id.profile,
                                          .scheduler = &scheduler,
                                          .trace = &tail});
  if (again.result.outcome == run.result.outcome &&
      again.result.digests == run.result.digests &&
      again.result.steps == run.result.steps &&
      again.failure_count == run.failure_count) {
    context.events = &tail;
    return true;
  }
  // The check of determinism may have said so already, and more.
  const bool said = std::any_of(
      context.notes.begin(), context.notes.end(), [](const std::string& note) {
        return absl::StartsWith(note, "NOT DETERMINISTIC");
      });
  context.notes.push_back(
      said ? "and in this process it has gone another way as well"
           : "NOT DETERMINISTIC: with the same choices, this test has gone "
             "another way");
  context.notes.push_back(
      absl::StrCat("  the first time it ", HowItEnded(run)));
  context.notes.push_back(
      absl::StrCat("  the second time it ", HowItEnded(again)));
  if (again.result.outcome == Outcome::kDiverged) {
    const std::vector<std::string> lines =
        absl::StrSplit(again.result.failure->message, '\n');
    for (const std::string& line : lines) {
      context.notes.push_back(absl::StrCat("  ", line));
    }
  }
  context.notes.push_back(
      "  the trace has the first one; docs/determinism.md tells how to find "
      "the cause");
  return false;
}

// Puts it into words, and, where the trace has events, on a page beside it.
ReportText FailureExplainer::Format(const TestRun& run,
                                    ReportContext& context) {
  program_.test().WriteReport(context);
  return program_.test().Format(run, context);
}

ReportText FailureExplainer::Repeat(const FoundFailure& found) {
  const CurrentTest& test = program_.test();
  const TraceLevel level = test.config().trace_level;
  const CampaignFailure& failure = *found.failure;
  const TestRun& run = found.run;
  ReportContext context;
  context.id = found.id;
  context.notes = found.notes;
  context.trace_path = found.trace_path;
  if (level == TraceLevel::kOff) {
    context.notes.push_back(
        "trace:  none was asked for (ORRERY_TRACE_LEVEL=off)");
    return Format(run, context);
  }
  const bool is_long = run.result.steps > kMaxStepsWithEvents;
  // So many choices would take hundreds of megabytes as a list. The policy can
  // make them again, unless it searches.
  std::unique_ptr<Scheduler> same_choices;
  if (!is_long && failure.schedule_complete) {
    same_choices = std::make_unique<ReplayScheduler>(failure.schedule);
  } else if (level == TraceLevel::kEvents || scheduler_.traits().searches) {
    return Format(run, context);
  }
  const std::string events_path = absl::StrCat(found.trace_path, ".events");
  TraceWriter events;
  const bool open = level == TraceLevel::kChoices &&
                    !found.trace_path.empty() && !is_long &&
                    events
                        .BeginFile(events_path,
                                   test.HeaderFor(found.id, TraceLevel::kEvents,
                                                  failure.schedule.ordered),
                                   test.config().trace_max_bytes)
                        .ok();
  EventTail tail(run.result.steps, open ? &events : nullptr);
  const bool same =
      SameAgain(found, same_choices != nullptr ? *same_choices : scheduler_,
                context, tail);
  if (open) {
    const bool complete = events.Finish(FooterOf(run), run.result.tasks).ok();
    std::error_code ignored;
    if (same && complete) {
      std::filesystem::rename(events_path, found.trace_path, ignored);
    } else {  // the first run is the one to keep
      std::filesystem::remove(events_path, ignored);
    }
  }
  if (same && !found.trace_path.empty() && is_long) {
    context.notes.push_back(
        "so long a run is traced by its choices alone, which is enough to "
        "replay it");
  }
  return Format(run, context);
}

void FailureExplainer::Explain(const FoundFailure& found) {
  const CurrentTest& test = program_.test();
  ReportContext context;
  context.id = found.id;
  context.notes = found.notes;
  context.trace_path = found.trace_path;
  if (!found.failure->died_of.empty()) {  // and would die again
    TraceEventsOfDead(found);
    test.Publish(Format(found.run, context), context);
    return;
  }
  if (!program_.isolated()) {
    test.Publish(Repeat(found), context);
    return;
  }
  Isolation isolation(
      {.real_time_limit = test.options().max_real_time, .quiet = true});
  ReplayScheduler unused{Schedule()};
  const IsolatedRun run = isolation.Run(
      [&](const RunRequest&) {
        CrashReport crash(test.full_name(), [this](Seed seed) {
          return program_.LastWords(seed);
        });
        crash.SetSaved();
        const ReportText report = Repeat(found);
        sim_test::v1::Report message;
        message.set_file(report.file);
        message.set_line(report.line);
        message.set_text(report.text);
        message.set_report_path(report.report_path);
        RunReport to;
        to.payload = message.SerializeAsString();
        return to;
      },
      {.seed = found.id.seed, .scheduler = &unused});
  sim_test::v1::Report message;
  if (!run.died && message.ParseFromString(run.report.payload)) {
    test.Publish(
        {message.file(), message.line(), message.text(), message.report_path()},
        context);
    return;
  }
  context.notes.push_back(absl::StrCat(
      "NOT DETERMINISTIC: when this run was repeated, its process died of ",
      run.died_of));
  test.Publish(Format(found.run, context), context);
}

}  // namespace orrery
