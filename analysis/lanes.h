// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `BuildLanes`: a trace sorted for a picture of it. Each task has a lane, and
// in its lane a block for each time that it ran.

#ifndef ORRERY_ANALYSIS_LANES_H_
#define ORRERY_ANALYSIS_LANES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// All indices are into `Trace::events`; the number that people know an event by
// is that and `Trace::first_event`.

// A step: from the event that it began with to its last one, which is a
// Suspended or a Finished, unless the trace does not have it. A task that was
// started eagerly runs within a block of the one that has started it.
struct RunBlock {
  uint64_t begin = 0;
  uint64_t end = 0;

  friend bool operator==(const RunBlock&, const RunBlock&) = default;
};

// What one task or callback did.
struct Lane {
  TaskId id;
  std::string name;  // "client#7"; "loop" for the event loop
  EntityKind kind = EntityKind::kTask;
  NodeId node;
  // The first and the last event that it did, or that brought it into being; 0
  // where the trace does not hold that one any more.
  uint64_t first = 0;
  uint64_t last = 0;
  bool finished = false;
  std::vector<RunBlock> blocks;  // in their order; none for the event loop
};

struct NodeName {
  NodeId id;
  std::string name;  // "replica-1"; "node 3" if the trace does not tell
};

struct Lanes {
  // In the order in which the trace brings them up. The first one is that of
  // the event loop, which does what no task does: choices of who runs, timers,
  // faults. There is always that one.
  std::vector<Lane> lanes;
  // In the order in which the trace brings them up, without node 0, which is
  // all that was not put on a machine.
  std::vector<NodeName> nodes;
};

// Looks at each event of the trace once.
Lanes BuildLanes(const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_LANES_H_
