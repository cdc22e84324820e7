// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/lenient_replay.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/explorer/signature.h"
#include "orrery/scheduler/realign_scheduler.h"
#include "orrery/testing/crash_report.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/run_stops.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/stop_point.h"
#include "orrery/traces/trace_recording.h"

namespace orrery {
namespace {

// Tells the scheduler who comes into being, and hands everything on.
class Introduction final : public TraceSink {
 public:
  Introduction(RealignScheduler* scheduler, TraceSink* next)
      : scheduler_(scheduler), next_(next) {}

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override {
    next_->OnChoices(choices, digests);
  }
  void OnEvent(const TraceEvent& event) override {
    scheduler_->OnEvent(event);
    next_->OnEvent(event);
  }

 private:
  RealignScheduler* scheduler_;
  TraceSink* next_;
};

std::string FirstLine(absl::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

absl::string_view FileOf(absl::string_view site) {
  return site.substr(0, site.rfind(':'));
}

std::string KindOf(const TraceFooter& footer) {
  if (footer.outcome == Outcome::kFailed) {
    return footer.failure->site.empty() ? "failure" : "assertion";
  }
  return std::string(OutcomeName(footer.outcome));
}

bool IsFailure(const TraceFooter& footer) {
  return footer.failure.has_value() && footer.outcome != Outcome::kCompleted &&
         footer.outcome != Outcome::kUnknown;
}

bool SameFailure(const TraceFooter& a, const TraceFooter& b) {
  return a.outcome == b.outcome &&
         FileOf(a.failure->site) == FileOf(b.failure->site) &&
         WithoutNumbers(a.failure->message) ==
             WithoutNumbers(b.failure->message);
}

class LenientReplay {
 public:
  explicit LenientReplay(const ReplayedRun& replayed)
      : replayed_(replayed),
        trace_(replayed.trace()),
        test_(replayed.test()),
        scheduler_(RecordingOf(trace_)),
        own_trace_(replayed, scheduler_, /*wanted=*/true),
        tail_(trace_.footer.has_value() ? trace_.footer->steps : 0,
              own_trace_.writer()),
        introduction_(&scheduler_, &tail_) {}

  void Run() {
    CrashReport crash(test_.full_name(), [this](Seed) {
      return CrashReport::Texts{own_trace_.path(),
                                LastingPath(own_trace_.path()),
                                test_.Rerun(replayed_.id()), ""};
    });
    crash.SetWriter(own_trace_.writer());
    const TestRun run = Execute();
    replayed_.SayHowItWent(
        absl::StrCat(HowItWent(run), ", ", CompareFailures(trace_, run)));
    own_trace_.Finish(run, /*keep=*/run.failed());
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
      stops_at.failed_event = FindFailedEvent([this](TraceSink* sink) {
        RealignScheduler same(RecordingOf(trace_));
        Introduction introduction(&same, sink);
        replayed_.Execute(same, &introduction);
      });
    }
    stops_at.diverged = [] { return false; };
    RunStops stops(settings, &introduction_, stops_at);
    return replayed_.Execute(scheduler_, stops.sink());
  }

  std::string HowItWent(const TestRun& run) const {
    const Realignment& realignment = scheduler_.realignment();
    std::string text = realignment.ToString();
    if (!replayed_.is_whole()) {
      absl::StrAppend(&text, ", of those that were saved");
    } else if (realignment.exact()) {
      const DigestPair& recorded = trace_.footer->digests;
      absl::StrAppend(&text, recorded == run.result.digests
                                 ? ", digests equal: exact"
                                 : ", digests differ");
    }
    return text;
  }

  void Report(const TestRun& run) {
    CurrentTest::RecordSeed(trace_.header.seed);
    if (run.failed()) {
      ReportContext context;
      context.id = replayed_.id();
      context.events = &tail_;
      context.trace_path = own_trace_.path();
      if (!own_trace_.note().empty()) context.notes = {own_trace_.note()};
      test_.WriteReport(context);
      test_.Report(run, context);
    } else if (run.skip.has_value()) {
      test_.Skip(*run.skip, trace_.header.seed, trace_.header.run);
    }
  }

  const ReplayedRun& replayed_;
  const Trace& trace_;
  const CurrentTest& test_;
  RealignScheduler scheduler_;
  ReplayTrace own_trace_;
  EventTail tail_;
  Introduction introduction_;
};

}  // namespace

std::string CompareFailures(const Trace& recorded, const TestRun& run) {
  if (!recorded.footer.has_value()) {
    return run.failed() ? "it failed; how the recorded run went, nobody knows"
                        : "it passed; how the recorded run went, nobody knows";
  }
  const TraceFooter now = FooterOf(run);
  if (!IsFailure(*recorded.footer)) {
    return run.failed() ? "it failed, and the recorded run did not"
                        : "it passed as recorded";
  }
  if (!run.failed() || !now.failure.has_value()) {
    return "failure reproduced: no, it passed";
  }
  if (SameFailure(*recorded.footer, now)) {
    return absl::StrCat("failure reproduced: yes, same ", KindOf(now));
  }
  return absl::StrCat("failure reproduced: no, another ", KindOf(now), ": ",
                      FirstLine(now.failure->message));
}

void ReplayLeniently(const ReplayedRun& replayed) {
  LenientReplay(replayed).Run();
}

}  // namespace orrery
