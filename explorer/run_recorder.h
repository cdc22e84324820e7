// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunRecorder`: takes a run down so that it can be made again elsewhere, and
// compared in everything that an event says: log lines, messages and places
// too, which the digests leave out. The binary is the same, so they have to be.

#ifndef ORRERY_EXPLORER_RUN_RECORDER_H_
#define ORRERY_EXPLORER_RUN_RECORDER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_sink.h"
#include "orrery/traces/format.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

// Of a longer run only so many events are kept and compared, about a hundred
// megabytes; the rest is compared by its digests.
inline constexpr uint64_t kMaxRecordedEvents = 2'000'000;

// Two traces of one run.
struct RunRecord {
  std::string choices;  // at level kChoices: all that replay needs
  std::string events;   // at level kEvents: the first `kMaxRecordedEvents`

  // As one string, to be sent from process to process, and back. Nothing is
  // returned for what is no such string.
  std::string ToBytes() const;
  static std::optional<RunRecord> FromBytes(absl::string_view bytes);
};

// A recorder may be used for one run after another.
class RunRecorder final : public TraceSink {
 public:
  // Begins a record; whatever `header` says about the level does not count.
  // Hands everything on to `next`, if there is one, as that wants it.
  void Begin(const TraceHeader& header, TraceSink* next = nullptr);
  RunRecord Finish(const TraceFooter& footer,
                   absl::Span<const TaskReport> not_done);

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

 private:
  TraceWriter choices_;
  TraceWriter events_;
  TraceSink* next_ = nullptr;
  uint64_t count_ = 0;
};

// Writes the first `kMaxRecordedEvents` events to `writer`, which has begun a
// trace at level kEvents: the second run's half of a record.
class EventRecorder final : public TraceSink {
 public:
  explicit EventRecorder(TraceWriter* writer) : writer_(writer) {}

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override {
    writer_->OnChoices(choices, digests);
  }
  void OnEvent(const TraceEvent& event) override {
    if (count_++ < kMaxRecordedEvents) writer_->OnEvent(event);
  }

 private:
  TraceWriter* writer_;
  uint64_t count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_RUN_RECORDER_H_
