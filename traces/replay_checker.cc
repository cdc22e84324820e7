// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/replay_checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/traces/trace_diff.h"

namespace orrery {

namespace {

std::string DigestsText(const DigestPair& digests) {
  return absl::StrCat(
      "schedule ", absl::Hex(digests.schedule.value(), absl::kZeroPad16),
      ", data ", absl::Hex(digests.data.value(), absl::kZeroPad16));
}

}  // namespace

ReplayChecker::ReplayChecker(const Trace* recorded, TraceSink* next,
                             std::function<void(std::string)> diverge)
    : recorded_(recorded), next_(next), diverge_(std::move(diverge)) {}

TraceLevel ReplayChecker::level() const {
  const TraceLevel wanted =
      next_ != nullptr ? next_->level() : TraceLevel::kChoices;
  return std::max(wanted, recorded_->header.level);
}

void ReplayChecker::SkipRemarks() {
  while (at_ < recorded_->events.size() && IsRemark(recorded_->events[at_])) {
    ++at_;
  }
}

std::string ReplayChecker::Context() const {
  if (at_ == 0) return "";
  std::string text = "\n  events before it:";
  for (size_t i = at_ > 3 ? at_ - 3 : 0; i < at_; ++i) {
    absl::StrAppend(&text, "\n    ",
                    FormatEvent(i, recorded_->events[i], recorded_names_));
  }
  return text;
}

void ReplayChecker::Diverge(const TraceEvent& actual) {
  diverged_ = true;
  const bool over = at_ == recorded_->events.size();
  const TraceEvent* expected = over ? nullptr : &recorded_->events[at_];
  std::string recorded = "nothing more, the run was over";
  if (expected != nullptr) {
    recorded_names_.Learn(*expected);
    recorded = FormatEventBeside(&actual, at_, *expected, recorded_names_);
  }
  diverge_(absl::StrCat(
      "replay diverged at event #", events_, ": this run does not match ",
      recorded_->name, "\n  recorded: ", recorded, "\n  this run: ",
      FormatEventBeside(expected, events_, actual, names_), Context()));
}

void ReplayChecker::OnChoices(absl::Span<const Choice> choices,
                              const DigestPair& digests) {
  if (next_ != nullptr && next_->level() != TraceLevel::kOff) {
    next_->OnChoices(choices, digests);
  }
  choices_ += choices.size();
  if (diverged_ || recorded_->checkpoints.empty()) return;
  const auto found = recorded_->checkpoints.find(choices_);
  if (found == recorded_->checkpoints.end() || found->second == digests) return;
  diverged_ = true;
  diverge_(absl::StrCat(
      "replay diverged before choice ", choices_, ": the ",
      found->second.schedule != digests.schedule ? "schedule" : "data",
      " digest does not match ", recorded_->name, "\n  recorded: ",
      DigestsText(found->second), "\n  this run: ", DigestsText(digests),
      "\n  the trace has choices only, so it cannot say which event differs"));
}

void ReplayChecker::OnEvent(const TraceEvent& event) {
  if (next_ != nullptr && next_->level() == TraceLevel::kEvents) {
    next_->OnEvent(event);
  }
  if (diverged_ || recorded_->header.level != TraceLevel::kEvents) return;
  names_.Learn(event);
  if (IsRemark(event)) {
    ++events_;
    return;
  }
  SkipRemarks();
  if (at_ == recorded_->events.size() && !recorded_->footer.has_value()) {
    return;  // it is a trace of a process that died; this run lives on
  }
  if (at_ == recorded_->events.size() ||
      !SameEvent(recorded_->events[at_], event)) {
    Diverge(event);
    return;
  }
  recorded_names_.Learn(recorded_->events[at_]);
  ++at_;
  ++events_;
}

std::string ReplayChecker::CheckEnd(const DigestPair& digests) {
  if (diverged_) return "";
  SkipRemarks();
  if (at_ < recorded_->events.size()) {
    recorded_names_.Learn(recorded_->events[at_]);
    return absl::StrCat(
        "replay diverged at event #", events_, ": this run does not match ",
        recorded_->name, "\n  recorded: ",
        FormatEvent(at_, recorded_->events[at_], recorded_names_),
        "\n  this run: nothing more, the run is over", Context());
  }
  if (!recorded_->footer.has_value()) return "";
  const DigestPair& expected = recorded_->footer->digests;
  if (expected == digests) return "";
  return absl::StrCat("replay diverged: the run ended with other digests than ",
                      recorded_->name, "\n  recorded: ", DigestsText(expected),
                      "\n  this run: ", DigestsText(digests));
}

}  // namespace orrery
