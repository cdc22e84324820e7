// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/replay_checker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/traces/trace_diff.h"

namespace orrery {

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

void ReplayChecker::Diverge(std::string actual) {
  diverged_ = true;
  std::string text = absl::StrCat("replay diverged at event #", events_,
                                  ": this run does not match ", recorded_->name,
                                  "\n  recorded: ");
  if (at_ < recorded_->events.size()) {
    recorded_names_.Learn(recorded_->events[at_]);
    absl::StrAppend(&text,
                    FormatEvent(at_, recorded_->events[at_], recorded_names_));
  } else {
    absl::StrAppend(&text, "nothing more, the run was over");
  }
  absl::StrAppend(&text, "\n  this run: ", actual, "\n  events before it:");
  const size_t begin = at_ > 3 ? at_ - 3 : 0;
  for (size_t i = begin; i < at_; ++i) {
    absl::StrAppend(&text, "\n    ",
                    FormatEvent(i, recorded_->events[i], recorded_names_));
  }
  diverge_(std::move(text));
}

void ReplayChecker::OnChoice(const Choice& choice, const DigestPair& digests) {
  if (next_ != nullptr) next_->OnChoice(choice, digests);
  ++choices_;
  if (diverged_ || recorded_->checkpoints.empty()) return;
  const auto found = recorded_->checkpoints.find(choices_);
  if (found == recorded_->checkpoints.end() || found->second == digests) return;
  diverged_ = true;
  diverge_(absl::StrCat(
      "replay diverged before choice ", choices_, ": the ",
      found->second.schedule != digests.schedule ? "schedule" : "data",
      " digest does not match ", recorded_->name, "\n  recorded: schedule ",
      absl::Hex(found->second.schedule.value(), absl::kZeroPad16), ", data ",
      absl::Hex(found->second.data.value(), absl::kZeroPad16),
      "\n  this run: schedule ",
      absl::Hex(digests.schedule.value(), absl::kZeroPad16), ", data ",
      absl::Hex(digests.data.value(), absl::kZeroPad16),
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
    Diverge(FormatEvent(events_, event, names_));
    return;
  }
  recorded_names_.Learn(recorded_->events[at_]);
  ++at_;
  ++events_;
}

std::string ReplayChecker::CheckEnd(const DigestPair& digests) {
  if (diverged_ || !recorded_->footer.has_value()) return "";
  SkipRemarks();
  if (recorded_->header.level == TraceLevel::kEvents &&
      at_ < recorded_->events.size()) {
    recorded_names_.Learn(recorded_->events[at_]);
    return absl::StrCat(
        "replay diverged after event #", events_, ": this run does not match ",
        recorded_->name, "\n  recorded: ",
        FormatEvent(at_, recorded_->events[at_], recorded_names_),
        "\n  this run: nothing more, the run is over");
  }
  const DigestPair& expected = recorded_->footer->digests;
  if (expected == digests) return "";
  return absl::StrCat(
      "replay diverged: the run ended with other digests than ",
      recorded_->name, "\n  recorded: schedule ",
      absl::Hex(expected.schedule.value(), absl::kZeroPad16), ", data ",
      absl::Hex(expected.data.value(), absl::kZeroPad16),
      "\n  this run: schedule ",
      absl::Hex(digests.schedule.value(), absl::kZeroPad16), ", data ",
      absl::Hex(digests.data.value(), absl::kZeroPad16));
}

}  // namespace orrery
