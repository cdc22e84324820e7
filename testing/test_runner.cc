// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_runner.h"

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/replay_test_run.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

// A failing run that is longer is not recorded in all its events, which would
// take hundreds of megabytes: its choices are kept.
constexpr uint64_t kMaxStepsWithEvents = 200'000;

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

class TestRunner {
 public:
  TestRunner(const SimTestOptions& options, MakeSimTestBody make_body,
             const TestConfig& config)
      : options_(options),
        make_body_(make_body),
        config_(config),
        test_(options, config) {}

  void RunAll() {
    if (test_.runs() < 1) {
      test_.Fail(absl::StrCat("{.runs = ", test_.runs(),
                              "}: expected a number of runs, at least 1"));
      return;
    }
    absl::StatusOr<std::unique_ptr<Scheduler>> made =
        MakeScheduler(test_.scheduler(), config_.seed);
    if (!made.ok()) {
      test_.Fail(absl::StrCat(config_.scheduler.source.empty()
                                  ? "the options of this test"
                                  : config_.scheduler.source,
                              ": ", made.status().message()));
      return;
    }
    scheduler_ = *std::move(made);
    CurrentTest::RecordSeed(config_.seed);
    if (config_.trace_level != TraceLevel::kOff) {
      std::error_code ignored;  // opening a file in it will say what is wrong
      std::filesystem::create_directories(config_.trace_dir, ignored);
    }
    CrashReport crash(test_.full_name(), [this](Seed seed) {
      const std::string path = test_.TracePath(seed);
      return CrashReport::Texts{path, LastingPath(path), test_.Rerun(seed),
                                ReplayCommand(test_.full_name(), path)};
    });
    crash_ = &crash;
    for (int run = 0; run < test_.runs(); ++run) {
      const Seed seed = config_.seed.ForRun(static_cast<uint64_t>(run));
      if (!RunWith(seed, run)) return;
    }
  }

 private:
  TraceHeader Header(Seed seed, int index, TraceLevel level) const {
    return test_.HeaderFor(seed, index, level, scheduler_->traits().orders);
  }

  TestRun Execute(Seed seed, Scheduler* scheduler, TraceSink* trace) {
    return RunOnce({.seed = seed,
                    .scheduler = scheduler,
                    .trace = trace,
                    .max_steps = options_.max_steps,
                    .max_steps_per_instant = options_.max_steps_per_instant,
                    .max_time = options_.max_time,
                    .slow_step = options_.slow_step},
                   make_body_);
  }

  // Returns whether the next run may follow.
  bool RunWith(Seed seed, int index) {
    const TraceLevel level = config_.trace_level;
    const std::string path = test_.TracePath(seed);
    if (level == TraceLevel::kEvents) {
      const absl::Status status =
          writer_.BeginFile(path, Header(seed, index, level));
      if (!status.ok()) {
        test_.Fail(CannotTrace(status));
        return false;
      }
    } else if (level == TraceLevel::kChoices) {
      writer_.Begin(Header(seed, index, level));
    }
    const bool traced = level != TraceLevel::kOff;
    crash_->SetWriter(traced ? &writer_ : nullptr);
    const TestRun run =
        Execute(seed, scheduler_.get(), traced ? &writer_ : nullptr);
    std::vector<std::string> notes;
    if (level == TraceLevel::kEvents) {
      CurrentTest::RecordTrace(path);
      const absl::Status status =
          writer_.Finish(FooterOf(run), run.result.tasks);
      if (!status.ok()) {
        notes.push_back(absl::StrCat("trace:  incomplete: ", status.message()));
      }
    }
    if (run.failed()) {
      Explain(run, seed, index, std::move(notes));
      crash_->SetWriter(nullptr);
      return false;
    }
    crash_->SetWriter(nullptr);
    if (!notes.empty()) {
      test_.Fail(notes.front());
      return false;
    }
    if (run.skip.has_value()) {
      test_.Skip(*run.skip, seed, static_cast<uint64_t>(index));
      return false;
    }
    return true;
  }

  std::string CannotTrace(const absl::Status& status) const {
    return absl::StrCat("trace:  not kept: ", status.message(),
                        "; ORRERY_TRACE_DIR says where traces go");
  }

  // Runs a failing run again, to see every event and whether it is the same.
  void Explain(const TestRun& run, Seed seed, int index,
               std::vector<std::string> notes) {
    ReportContext context;
    context.seed = seed;
    context.run_index = static_cast<uint64_t>(index);
    context.notes = std::move(notes);
    const std::string path = test_.TracePath(seed);
    switch (config_.trace_level) {
      case TraceLevel::kOff:
        context.notes.push_back(
            "trace:  none was asked for (ORRERY_TRACE_LEVEL=off)");
        test_.Report(run, context);
        return;
      case TraceLevel::kChoices:
        ExplainFromChoices(run, path, std::move(context));
        return;
      case TraceLevel::kEvents: {
        crash_->SetSaved();
        context.trace_path = path;
        absl::StatusOr<Trace> trace =
            run.result.steps <= kMaxStepsWithEvents
                ? ReadTrace(path)
                : absl::StatusOr<Trace>(absl::UnavailableError(""));
        if (!trace.ok()) {  // it is too long, or the disk is full
          test_.Report(run, context);
          return;
        }
        EventTail tail(run.result.steps, nullptr);
        ReplayScheduler same_choices(std::move(trace->schedule));
        Repeat(run, same_choices, context, tail);
        test_.Report(run, context);
        return;
      }
    }
  }

  void ExplainFromChoices(const TestRun& run, const std::string& path,
                          ReportContext context) {
    // Kept before anything else is done, which might kill the process.
    absl::Status status = writer_.Finish(FooterOf(run), run.result.tasks);
    if (status.ok()) status = WriteTraceFile(path, writer_.bytes());
    if (status.ok()) crash_->SetSaved();
    const bool is_long = run.result.steps > kMaxStepsWithEvents;
    const bool with_events = status.ok() && !is_long;
    // So many choices would take hundreds of megabytes as a list.
    std::unique_ptr<Scheduler> same_choices;
    if (!is_long) {
      absl::StatusOr<Trace> recorded =
          ParseTrace(writer_.bytes(), "the first run");
      if (recorded.ok()) {
        same_choices =
            std::make_unique<ReplayScheduler>(std::move(recorded->schedule));
      }
    }
    const std::string events_path = absl::StrCat(path, ".events");
    TraceWriter events;
    const bool open =
        with_events &&
        events
            .BeginFile(events_path,
                       Header(context.seed, static_cast<int>(context.run_index),
                              TraceLevel::kEvents))
            .ok();
    EventTail tail(run.result.steps, open ? &events : nullptr);
    const bool same =
        Repeat(run, same_choices != nullptr ? *same_choices : *scheduler_,
               context, tail);
    if (open) {
      const bool complete = events.Finish(FooterOf(run), run.result.tasks).ok();
      std::error_code ignored;
      if (same && complete) {
        std::filesystem::rename(events_path, path, ignored);
      } else {  // the first run is the one to keep
        std::filesystem::remove(events_path, ignored);
      }
    }
    if (status.ok()) {
      context.trace_path = path;
    } else {
      context.notes.push_back(CannotTrace(status));
    }
    if (same && status.ok() && is_long) {
      context.notes.push_back(
          "so long a run is traced by its choices alone, which is enough to "
          "replay it");
    }
    test_.Report(run, context);
  }

  // Makes the same choices again. Returns whether all was the same; if not,
  // says so in a note.
  bool Repeat(const TestRun& run, Scheduler& scheduler, ReportContext& context,
              EventTail& tail) {
    const TestRun again = Execute(context.seed, &scheduler, &tail);
    if (again.result.outcome == run.result.outcome &&
        again.result.digests == run.result.digests &&
        again.result.steps == run.result.steps &&
        again.failure_count == run.failure_count) {
      context.events = &tail;
      return true;
    }
    context.notes.push_back(
        "NOT DETERMINISTIC: with the same choices, this test has gone another "
        "way");
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

  const SimTestOptions& options_;
  MakeSimTestBody make_body_;
  const TestConfig& config_;
  CurrentTest test_;
  std::unique_ptr<Scheduler> scheduler_;
  TraceWriter writer_;
  CrashReport* crash_ = nullptr;
};

}  // namespace

void RunSimTest(const SimTestOptions& options, MakeSimTestBody make_body) {
  const absl::StatusOr<TestConfig>& config = GetTestConfig();
  if (!config.ok()) {
    const testing::TestInfo& info =
        *testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE_AT(info.file(), info.line()) << config.status().message();
    return;
  }
  if (!config->replay.value.empty()) {
    ReplayTestRun(options, make_body, *config);
    return;
  }
  TestRunner(options, make_body, *config).RunAll();
}

}  // namespace orrery
