// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/run_recorder.h"

#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace orrery {

std::string RunRecord::ToBytes() const {
  return absl::StrCat(choices.size(), " ", choices, events);
}

std::optional<RunRecord> RunRecord::FromBytes(absl::string_view bytes) {
  const size_t space = bytes.find(' ');
  uint64_t size = 0;
  if (space == absl::string_view::npos ||
      !absl::SimpleAtoi(bytes.substr(0, space), &size)) {
    return std::nullopt;
  }
  bytes.remove_prefix(space + 1);
  if (bytes.size() < size) return std::nullopt;
  return RunRecord{std::string(bytes.substr(0, size)),
                   std::string(bytes.substr(size))};
}

void RunRecorder::Begin(const TraceHeader& header, TraceSink* next) {
  TraceHeader changed = header;
  changed.level = TraceLevel::kChoices;
  choices_.Begin(changed);
  changed.level = TraceLevel::kEvents;
  events_.Begin(changed);
  next_ = next;
  count_ = 0;
}

RunRecord RunRecorder::Finish(const TraceFooter& footer,
                              absl::Span<const TaskReport> not_done) {
  // In memory nothing can go wrong.
  choices_.Finish(footer, not_done).IgnoreError();
  events_.Finish(footer, not_done).IgnoreError();
  return {std::string(choices_.bytes()), std::string(events_.bytes())};
}

void RunRecorder::OnChoices(absl::Span<const Choice> choices,
                            const DigestPair& digests) {
  choices_.OnChoices(choices, digests);
  events_.OnChoices(choices, digests);
  if (next_ != nullptr && next_->level() != TraceLevel::kOff) {
    next_->OnChoices(choices, digests);
  }
}

void RunRecorder::OnEvent(const TraceEvent& event) {
  if (count_++ < kMaxRecordedEvents) events_.OnEvent(event);
  if (next_ != nullptr && next_->level() == TraceLevel::kEvents) {
    next_->OnEvent(event);
  }
}

}  // namespace orrery
