// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceAudit`: whether the events of a trace make sense together. A reader
// makes sure of each record by itself; this is about what a record says of
// others.

#ifndef ORRERY_TRACES_TRACE_AUDIT_H_
#define ORRERY_TRACES_TRACE_AUDIT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Takes all events of a trace in their order. Its memory grows with how many
// tasks and objects there are, not with the events.
class TraceAudit {
 public:
  // Of more faults than these only the number is kept.
  static constexpr size_t kMaxFaults = 20;

  // Of a trace that lacks its first events: takes what is known of them, before
  // all others.
  void TakeBefore(absl::Span<const TraceEvent> before);
  void Take(uint64_t index, const TraceEvent& event);

  // What was wrong, in words, each with the number of its event.
  const std::vector<std::string>& faults() const { return faults_; }
  uint64_t fault_count() const { return fault_count_; }

  // Of what was taken so far: the digests as the engine rolls them, how many
  // steps were begun, the first failure, and when the last event was.
  const DigestPair& digests() const { return digests_; }
  uint64_t steps() const { return steps_; }
  std::optional<uint64_t> failed_event() const { return failed_event_; }
  SimTime last_time() const { return last_time_; }
  // Whether the events hold all that the data's digest is of.
  bool knows_data() const { return knows_data_; }

 private:
  // Which numbers are known. Numbers are given in order, so where the beginning
  // is missing all that are smaller than the first one that is given then may
  // be known too.
  struct Numbers {
    absl::flat_hash_set<uint64_t> known;
    uint64_t first = 0;  // 0: none so far
  };

  void Fault(absl::string_view what);
  void Make(Numbers& numbers, absl::string_view what, uint64_t id);
  void Use(const Numbers& numbers, absl::string_view what, uint64_t id);

  void Check(const event::Spawned& e);
  void Check(const event::ObjectMade& e);
  void Check(const event::Chosen& e);
  void Check(const event::Resumed& e);
  void Check(const event::Suspended& e);
  void Check(const event::Woken& e);
  void Check(const event::Accessed& e);
  void Check(const event::Finished& e);
  void Check(const event::TimerCancelled& e);
  void Check(const event::CancelRequested& e);
  void Check(const event::FutureEnded& e);
  void Check(const event::Logged& e);
  void Check(const event::Failed& e);
  void Check(const event::TimePassed& e);
  void Check(const event::Faulted& e);
  void Check(const event::SpanBegun& e);
  void Check(const event::SpanEnded& e);
  void Check(const event::MessageSent& e);
  void Check(const event::MessageDelivered& e);
  void Check(const event::MessageDropped& e);
  void Check(const event::MessageCopied& e);
  void Check(const event::NodeMade& e);
  void Check(const event::NodeChanged& e);
  void Check(const event::FileAccessed& e);
  void Check(const event::StateDigested& e);

  uint64_t index_ = 0;  // of the event at hand
  TaskId task_;         // who acts in it
  bool misses_beginning_ = false;
  bool takes_before_ = false;
  Numbers tasks_;
  Numbers objects_;
  Numbers spans_;
  Numbers messages_;
  Numbers nodes_;
  absl::flat_hash_map<uint32_t, EntityId> entities_;  // of tasks
  DigestPair digests_;
  uint64_t steps_ = 0;
  std::optional<uint64_t> failed_event_;
  SimTime last_time_;
  bool knows_data_ = true;
  std::vector<std::string> faults_;
  uint64_t fault_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_AUDIT_H_
