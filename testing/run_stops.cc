// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/run_stops.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

using Kind = StopPoint::Kind;

constexpr uint64_t kNever = ~uint64_t{0};

void Say(const std::string& line) {
  std::fprintf(stderr, "[  ORRERY  ] %s\n", line.c_str());
}

// A point that is counted back from the failing event is one that is counted
// from the beginning.
void Resolve(StopPoint& point, std::optional<uint64_t> failed_event) {
  if (point.kind != Kind::kFailure || !failed_event.has_value()) return;
  point.kind = Kind::kEvent;
  point.number = *failed_event - std::min(*failed_event, point.number);
}

std::string NotReached(const StopPoint& point, uint64_t events,
                       uint64_t choices) {
  const std::string text =
      absl::StrCat("break ", point.text, ": not reached, ");
  switch (point.kind) {
    case Kind::kFailure:
      return text + "since nothing failed in the run";
    case Kind::kDivergence:
      return text + "since the run went as recorded";
    case Kind::kMessage:
      return text + "since no such message was sent";
    case Kind::kChoice:
      return absl::StrCat(text, "the run made ", choices, " choices");
    default:
      break;
  }
  return absl::StrCat(text, "the run had ", events, " events");
}

// Notes the first event that says that something is wrong.
class FailureFinder final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (!found_.has_value() &&
        std::holds_alternative<event::Failed>(event.what)) {
      found_ = events_;
    }
    ++events_;
  }

  const std::optional<uint64_t>& found() const { return found_; }

 private:
  uint64_t events_ = 0;
  std::optional<uint64_t> found_;
};

}  // namespace

RunStops::RunStops(StopSettings settings, TraceSink* next, Replay replay)
    : wanted_(settings.any()),
      verbose_from_(std::move(settings.verbose_from)),
      next_(next),
      replay_(std::move(replay)),
      stop_at_(kNever) {
  for (StopPoint& point : settings.points) {
    Resolve(point, replay_.failed_event);
    points_.push_back({std::move(point)});
  }
  if (!wanted_) return;
  next_wants_events_ =
      next_ != nullptr && next_->level() == TraceLevel::kEvents;
  outer_ = SetDebuggedRun(this);
  LinkDebugger();
}

RunStops::~RunStops() {
  if (!wanted_) return;
  SetDebuggedRun(outer_);
  for (const Point& point : points_) {
    if (!point.reached) Say(NotReached(point.where, events_, choices_));
  }
  if (verbose_from_.has_value() && !verbose_) {
    Say(absl::StrCat("verbose from ", verbose_from_->text,
                     ": not reached, the run had ", events_, " events"));
  }
}

void RunStops::OnChoices(absl::Span<const Choice> choices,
                         const DigestPair& digests) {
  if (next_ != nullptr && next_->level() != TraceLevel::kOff) {
    next_->OnChoices(choices, digests);
  }
}

// Whoever stands behind may find that the run diverges, which is an event, too,
// within this one.
void RunStops::OnEvent(const TraceEvent& event) {
  const uint64_t index = events_++;
  names_.Learn(event);
  if (verbose_from_.has_value() && !verbose_) {
    verbose_ = IsAt(*verbose_from_, index, event);
  }
  if (verbose_) {
    std::fprintf(stderr, "%s\n", FormatEvent(index, event, names_).c_str());
  }
  const TraceEvent* outer = std::exchange(now_, &event);
  const uint64_t outer_index = std::exchange(now_index_, index);
  if (next_wants_events_) {
    ++depth_;
    next_->OnEvent(event);
    --depth_;
  }
  if (std::holds_alternative<event::Failed>(event.what) &&
      replay_.diverged != nullptr && replay_.diverged()) {
    diverged_ = true;
  }
  if (depth_ == 0 || !diverged_) Check(index, event);
  if (std::holds_alternative<event::Chosen>(event.what)) ++choices_;
  now_ = outer;
  now_index_ = outer_index;
}

bool RunStops::IsAt(const StopPoint& point, uint64_t index,
                    const TraceEvent& event) const {
  switch (point.kind) {
    case Kind::kEvent:
      return index >= point.number;
    case Kind::kTime:
      return event.time >= point.time;
    case Kind::kChoice:
      return choices_ == point.number &&
             std::holds_alternative<event::Chosen>(event.what);
    case Kind::kMessage: {
      const auto* sent = std::get_if<event::MessageSent>(&event.what);
      return sent != nullptr && sent->id.value == point.number;
    }
    case Kind::kFailure:
      return false;
    case Kind::kDivergence:
      return diverged_;
  }
  return false;
}

void RunStops::Check(uint64_t index, const TraceEvent& event) {
  for (Point& point : points_) {
    if (point.reached || !IsAt(point.where, index, event)) continue;
    point.reached = true;
    Break(index, event, point.where.text);
  }
  diverged_ = false;
  if (index >= stop_at_) {
    stop_at_ = kNever;
    Break(index, event, "the debugger's");
  }
}

void RunStops::Break(uint64_t index, const TraceEvent& event,
                     const std::string& why) {
  Say(absl::StrCat("break at event ", FormatEvent(index, event, names_), " (",
                   why, ")"));
  orrery_break_here();
}

uint64_t RunStops::event() const {
  return now_ != nullptr ? now_index_ : events_ - 1;
}

std::string RunStops::Describe() const {
  if (now_ == nullptr) return absl::StrCat("after event #", events_ - 1);
  return absl::StrCat("event ", FormatEvent(now_index_, *now_, names_));
}

std::optional<uint64_t> FindFailedEvent(
    const Trace& trace, const std::function<void(TraceSink*)>& run) {
  if (trace.footer.has_value() && trace.footer->failed_event.has_value()) {
    return trace.footer->failed_event;
  }
  for (size_t i = 0; i < trace.events.size(); ++i) {
    if (std::holds_alternative<event::Failed>(trace.events[i].what)) {
      return trace.first_event + i;
    }
  }
  // A process that has died would die again.
  if (!trace.footer.has_value() || !trace.footer->failure.has_value()) {
    return std::nullopt;
  }
  return FindFailedEvent(run);
}

std::optional<uint64_t> FindFailedEvent(
    const std::function<void(TraceSink*)>& run) {
  FailureFinder finder;
  run(&finder);
  return finder.found();
}

}  // namespace orrery
