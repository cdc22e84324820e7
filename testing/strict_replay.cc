// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/strict_replay.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/run_stops.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/replay_checker.h"
#include "orrery/traces/stop_point.h"

namespace orrery {
namespace {

class StrictReplay {
 public:
  explicit StrictReplay(const ReplayedRun& replayed)
      : replayed_(replayed),
        trace_(replayed.trace()),
        test_(replayed.test()),
        scheduler_(trace_.schedule),
        own_trace_(replayed, scheduler_, /*wanted=*/false),
        // Only of a run whose length is known can the end be told beforehand.
        tail_(trace_.footer.has_value() ? trace_.footer->steps : UINT64_MAX,
              own_trace_.writer()),
        checker_(&trace_, &tail_, [this](std::string difference) {
          diverged_ = true;
          Simulation::Current("a replay").Diverge(std::move(difference));
        }) {
    checker_.set_recorded_by(replayed.recorded_by());
  }

  void Run() {
    CrashReport crash(test_.full_name(), [this](Seed) {
      return CrashReport::Texts{own_trace_.path(), own_trace_.path(),
                                test_.Rerun(replayed_.id()), ""};
    });
    crash.SetWriter(own_trace_.writer());
    TestRun run = Execute();
    Check(run);
    own_trace_.Finish(run, /*keep=*/true);
    SayHowItWent(run);
    Report(run);
  }

 private:
  TestRun Execute() {
    const StopSettings& settings = test_.config().stops;
    RunStops::Replay stops_at;
    if (std::any_of(settings.points.begin(), settings.points.end(),
                    [](const StopPoint& point) {
                      return point.kind == StopPoint::Kind::kFailure;
                    })) {
      stops_at.failed_event = FindFailedEvent(trace_, [this](TraceSink* sink) {
        ReplayScheduler same(trace_.schedule);
        replayed_.Execute(same, sink);
      });
    }
    stops_at.diverged = [this] {
      return diverged_ || scheduler_.divergence().has_value();
    };
    RunStops stops(settings, &checker_, stops_at);
    return replayed_.Execute(scheduler_, stops.sink());
  }

  // Puts the first difference into `run`, if there is one.
  void Check(TestRun& run) {
    std::string difference;
    if (run.result.outcome != Outcome::kDiverged) {
      difference = checker_.CheckEnd(run.result.digests);
    } else if (!diverged_ && scheduler_.divergence().has_value()) {
      difference = checker_.Explain(*scheduler_.divergence());
    }
    if (WentPast(run)) {
      difference = absl::StrCat(
          "the trace ends early, after ", scheduler_.followed(),
          " choices, which were all followed; what came after that was not "
          "recorded: ",
          trace_.damage);
    }
    if (difference.empty()) return;
    if (run.result.outcome != Outcome::kDiverged ||
        !run.result.failure.has_value()) {
      RunFailure& failure = run.result.failure.emplace();
      failure.time = SimTime(ToNanoseconds(run.result.elapsed));
      failure.step = run.result.steps;
    }
    run.result.outcome = Outcome::kDiverged;
    run.result.failure->message = difference;
  }

  // Whether the run has gone on after the end of a trace that is damaged, or of
  // a process that died. Such a run repeats nothing any more.
  bool WentPast(const TestRun& run) const {
    if (replayed_.is_whole()) return false;
    return run.result.outcome != Outcome::kDiverged ||
           scheduler_.followed() == trace_.schedule.choices.size();
  }

  void SayHowItWent(const TestRun& run) const {
    std::string text = absl::StrCat("followed ", scheduler_.followed(), " of ",
                                    trace_.schedule.choices.size(), " choices");
    if (!replayed_.is_whole()) {
      absl::StrAppend(&text, ", as far as they were saved");
    } else if (run.result.outcome == Outcome::kDiverged) {
      absl::StrAppend(&text, ", then it diverged");
    } else {
      absl::StrAppend(&text, ", exactly as recorded");
    }
    replayed_.SayHowItWent(text);
  }

  void Report(const TestRun& run) {
    const std::string& path = test_.config().replay.value;
    CurrentTest::RecordSeed(trace_.header.seed);
    CurrentTest::RecordTrace(path);
    if (run.failed()) {
      ReportContext context;
      context.id = replayed_.id();
      context.events = trace_.footer.has_value() ? &tail_ : nullptr;
      context.trace_path = path;
      // The page about the recorded run, if it is there, is about this one.
      std::error_code ignored;
      if (run.result.outcome != Outcome::kDiverged &&
          std::filesystem::exists(path + ".html", ignored)) {
        context.report_path = path + ".html";
      }
      if (!own_trace_.note().empty()) context.notes = {own_trace_.note()};
      if (run.result.outcome == Outcome::kDiverged && checker_.look_at()) {
        context.replay_flags =
            absl::StrCat("--orrery_replay_mode=strict --orrery_break=event:",
                         *checker_.look_at());
      }
      test_.Report(run, context);
    } else if (run.skip.has_value()) {
      test_.Skip(*run.skip, trace_.header.seed, trace_.header.run);
    }
  }

  const ReplayedRun& replayed_;
  const Trace& trace_;
  const CurrentTest& test_;
  ReplayScheduler scheduler_;
  ReplayTrace own_trace_;
  EventTail tail_;
  bool diverged_ = false;  // by what the checker has found
  ReplayChecker checker_;
};

}  // namespace

void ReplayStrictly(const ReplayedRun& replayed) {
  StrictReplay(replayed).Run();
}

}  // namespace orrery
