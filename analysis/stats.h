// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CountAll`: how much of what there was in a run.

#ifndef ORRERY_ANALYSIS_STATS_H_
#define ORRERY_ANALYSIS_STATS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

struct NamedCount {
  std::string name;
  uint64_t count = 0;

  friend bool operator==(const NamedCount&, const NamedCount&) = default;
};

// Waits of any tasks for one thing. A wait is over when the task is woken; code
// costs no simulated time, so that many a wait takes steps of others, but no
// time.
struct WaitStats {
  std::string on;        // "Mutex \"state\"", "task client#2", "sleep"
  uint64_t count = 0;    // how many there were
  uint64_t open = 0;     // of these, how many were not over at the end
  int64_t total_ns = 0;  // in simulated time; an open one ends with the trace
  int64_t longest_ns = 0;
  uint64_t total_steps = 0;   // steps of others meanwhile
  uint64_t most_at_once = 0;  // how many tasks waited for it at one time

  friend bool operator==(const WaitStats&, const WaitStats&) = default;
};

struct TaskStats {
  TaskId id;
  std::string name;  // "client#7"
  EntityKind kind = EntityKind::kTask;
  uint64_t events = 0;
  uint64_t steps = 0;
  uint64_t waits = 0;
  int64_t waited_ns = 0;
};

// Lists are sorted, the largest first, and then by name or in the order of the
// trace.
struct TraceStats {
  uint64_t events = 0;  // that the trace holds
  uint64_t steps = 0;   // among them
  uint64_t choices = 0;
  SimTime elapsed;  // the time of the last event

  std::vector<NamedCount> events_by_kind;    // by `EventKindName`
  std::vector<NamedCount> choices_by_label;  // "data \"amount\"", "next task"
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t dropped = 0;
  uint64_t copied = 0;
  std::vector<NamedCount> drops_by_reason;
  // What was made to go wrong, and what became of machines: "partition",
  // "replica-1 crashes".
  std::vector<NamedCount> faults;
  std::vector<WaitStats> waits;  // by their total time, then by steps
  std::vector<TaskStats> tasks;  // by steps, without the event loop
};

// Looks at each event of the trace once. Of a trace without events only the
// choices are counted.
TraceStats CountAll(const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_STATS_H_
