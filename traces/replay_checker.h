// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayChecker`: holds a run against a recorded one while it goes, and stops
// at the first event that differs.

#ifndef ORRERY_TRACES_REPLAY_CHECKER_H_
#define ORRERY_TRACES_REPLAY_CHECKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/traces/divergence_text.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// Log lines may have been added or taken away, and places may have moved; all
// else must be as recorded. A trace without events is checked by its choices,
// which the replaying scheduler does, and by the digests that it has. Of one
// without its first events, what it has is checked.
//
// What it finds it says in several lines, of which divergence_text.h has the
// form.
class ReplayChecker final : public TraceSink {
 public:
  // Hands everything on to `next`, if there is one. `diverge` is called once,
  // with the difference in words; it should end the run. All must outlive it.
  ReplayChecker(const Trace* recorded, TraceSink* next,
                std::function<void(std::string)> diverge);

  // Says whether this program is the one that recorded the trace.
  void set_recorded_by(RecordedBy recorded_by) { recorded_by_ = recorded_by; }

  TraceLevel level() const override;
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

  // Call after the run: finds what was recorded and did not happen, and digests
  // that differ at the end. Returns the difference in words, or "".
  std::string CheckEnd(const DigestPair& digests);

  // Returns in words a difference that the scheduler has met before there was
  // an event: a choice that is not the recorded one.
  std::string Explain(const Divergence& divergence);

  // Returns the event of this run to look at, once it has diverged: the first
  // one that differs, a log line included. None if no event is known.
  std::optional<uint64_t> look_at() const { return look_at_; }

 private:
  // A line that was logged since the latest event that counts.
  struct Remark {
    uint64_t index = 0;
    std::string text;
    std::string line;  // the whole event in words
    std::string site;
  };

  // Whether `event` comes before the first one that the trace has.
  bool IsBeforeTheFirst(const TraceEvent& event);
  bool HasEvents() const {
    return recorded_->header.level == TraceLevel::kEvents;
  }
  // The number that a recorded event has.
  uint64_t NumberOf(size_t at) const { return recorded_->first_event + at; }
  // Takes what was logged in the recorded run at this place, and compares.
  void PassRemarks();
  void NoteLogDifference(const Remark* recorded, const Remark* actual);
  void Diverge(const TraceEvent& actual);
  // Fills in what is the same for each difference that is an event's.
  void Describe(DivergenceText& text, const TraceEvent* actual);
  // Adds who could run in one of the runs only.
  void CompareCandidates(DivergenceText& text, absl::Span<const TaskId> actual);
  std::string LastSeen(TaskId task) const;
  // Returns the latest place in the source that is known of a task.
  std::string LastSite(TaskId task) const;

  const Trace* recorded_;
  TraceSink* next_;
  std::function<void(std::string)> diverge_;
  RecordedBy recorded_by_ = RecordedBy::kUnknown;
  bool diverged_ = false;
  bool begun_ = false;           // with the first event that the trace has
  uint64_t choices_before_ = 0;  // that one
  size_t at_ = 0;                // the recorded event that comes next
  uint64_t events_ = 0;          // of this run
  uint64_t chosen_ = 0;          // choices among them
  uint64_t choices_ = 0;         // handed over
  SimTime now_;
  TraceNames recorded_names_;
  TraceNames names_;
  std::vector<Remark> remarks_;           // of this run
  std::vector<Remark> recorded_remarks_;  // at the same place
  std::optional<LogDifference> log_difference_;
  std::optional<uint64_t> look_at_;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_REPLAY_CHECKER_H_
