// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What happened in an event, as a record of a report's data: its words, and
// its arguments one by one. Apart from who did it, when and why, many events
// are the same, and their record stands once.

#ifndef ORRERY_REPORT_RECORD_MAKER_H_
#define ORRERY_REPORT_RECORD_MAKER_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/report/wire.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// The types of arguments, and what stands for a value of each.
enum class ArgumentType : uint8_t {
  kText = 0,   // a text
  kTask = 1,   // a lane
  kTasks = 2,  // how many, and for each a text if it is 0, else a lane + 1;
               // then which of them was chosen + 1 (0: none)
  kNode = 3,   // a node's number
};

class RecordMaker {
 public:
  // Keeps the references. `lanes` says of each task which lane is its own.
  RecordMaker(const TraceNames& names,
              const absl::flat_hash_map<uint32_t, uint32_t>& lanes,
              WireTable& texts)
      : names_(names), lanes_(lanes), texts_(texts) {}

  // Returns the number of the record of what happened in `event`, from 0.
  uint32_t Add(const TraceEvent& event);

  const WireTable& records() const { return records_; }

 private:
  struct Arguments;

  void Begin(ArgumentType type, absl::string_view label);
  void Text(absl::string_view label, absl::string_view text);
  void Count(absl::string_view label, uint64_t number);
  void Time(absl::string_view label, SimTime time);
  void Task(absl::string_view label, TaskId id);
  void Node(absl::string_view label, NodeId id);
  void Object(absl::string_view label, ObjectId id);
  void Message(absl::string_view label, MessageId id);
  void Candidates(absl::Span<const TaskId> candidates, uint64_t chosen);

  const TraceNames& names_;
  const absl::flat_hash_map<uint32_t, uint32_t>& lanes_;
  WireTable& texts_;
  WireTable records_;
  Wire arguments_;  // of the event at hand
  uint32_t count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_REPORT_RECORD_MAKER_H_
