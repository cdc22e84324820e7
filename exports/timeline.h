// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Timeline`: a trace as viewers of timelines see one: tracks, and on them
// slices, instants, and arrows between those. What is true of it whatever the
// trace is like, also of one that is damaged or lacks its beginning:
//
// - Times never go back, and none is below zero.
// - On each track slices begin and end in turn; no two overlap.
// - Each arrow has one beginning and, after it, one end. A message that never
//   arrives and a task that is woken and never runs have none.

#ifndef ORRERY_EXPORTS_TIMELINE_H_
#define ORRERY_EXPORTS_TIMELINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "orrery/base/trace_event.h"
#include "orrery/exports/export_options.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// A line of its own in the picture. Each task has one. The callbacks and timers
// of a node share one, for they never overlap and there may be many. The loop
// has one, "scheduler", with its choices and what it wakes, and a node one for
// what happens to the machine.
struct TimelineTrack {
  NodeId node;
  std::string name;  // "client#7"
};

struct TimelineNode {
  NodeId id;
  std::string name;  // of node 0: "simulation"
};

// What kind of thing an item is: its category, which viewers filter by.
enum class TimelineCategory : uint8_t {
  kRun = 0,    // a slice: the task runs
  kWait = 1,   // a slice: it waits
  kReady = 2,  // a slice: it could run
  kWake = 3,   // instants from here on
  kSpawn = 4,
  kChoice = 5,
  kMessage = 6,
  kNode = 7,
  kFault = 8,
  kLog = 9,
  kFailure = 10,
  kOther = 11,
};
inline constexpr size_t kTimelineCategories = 12;
// Returns "run", "wait", ...
absl::string_view TimelineCategoryName(TimelineCategory category);

// A place in a stack: where the code stands.
struct TimelineFrame {
  std::string function;
  std::string file;
  uint32_t line = 0;
};

struct TimelineItem {
  enum class Type : uint8_t { kBegin, kEnd, kInstant };

  Type type = Type::kInstant;
  uint32_t track = 0;  // an index into `Timeline::tracks`
  int64_t ts = 0;      // in nanoseconds, by the clock that was asked for
  TimelineCategory category = TimelineCategory::kOther;
  std::string name;  // one line; empty for kEnd
  // The event that it comes from; null: it comes from the end of the trace.
  const TraceEvent* event = nullptr;
  uint64_t number = 0;  // of that event
  // What the event says, where that is not the name: how a slice ends.
  std::string text;
  std::string site;  // "bank.cc:41 Transfer", or ""
  // The arrows that begin and end here. No number is used twice.
  std::vector<uint64_t> arrows_from;
  std::vector<uint64_t> arrows_to;
  // Of a failure: where it was, innermost first.
  std::vector<TimelineFrame> stack;
};

class Timeline {
 public:
  // `trace` must outlive it. One look at each event.
  Timeline(const Trace& trace, ExportClock clock);

  // In the order of their first event; the first one is the scheduler's.
  const std::vector<TimelineTrack>& tracks() const { return tracks_; }
  // In the order in which they came into being; the first one is node 0.
  const std::vector<TimelineNode>& nodes() const { return nodes_; }
  // Returns what was run and how it ended, in a line.
  std::string Title() const;

  // Calls `take` with each item, in order, until it returns false. Returns
  // whether it never did. `progress`: see ExportOptions.
  bool Walk(absl::FunctionRef<bool(const TimelineItem&)> take,
            const std::function<void(uint64_t, uint64_t)>& progress) const;

 private:
  class Walker;
  struct Entity {
    uint32_t track = 0;
    bool is_task = true;
  };

  uint32_t AddTrack(NodeId node, std::string name);
  void AddNode(NodeId node, const std::string& name);
  uint32_t SharedTrack(absl::flat_hash_map<uint32_t, uint32_t>& tracks,
                       NodeId node, absl::string_view name);
  void LearnEntity(TaskId id, const event::Spawned* spawned);
  // Returns the node that `event`, which the loop has done, is about.
  NodeId NodeOf(const TraceEvent& event) const;
  // Learns what `event` has brought into being.
  void LearnMade(const TraceEvent& event);
  void Learn(size_t index);
  // Whether event `index`, the first one of its task, is in a step that has
  // begun without an event: of an eager task, or before the trace begins.
  bool IsWithinStep(size_t index) const;
  uint32_t TrackOf(const TraceEvent& event) const;

  const Trace& trace_;
  const ExportClock clock_;
  TraceNames names_;
  std::vector<TimelineTrack> tracks_;
  std::vector<TimelineNode> nodes_;
  absl::flat_hash_map<uint32_t, size_t> node_index_;
  absl::flat_hash_map<uint32_t, Entity> entities_;      // by task
  absl::flat_hash_map<uint32_t, uint32_t> callbacks_;   // tracks, by node
  absl::flat_hash_map<uint32_t, uint32_t> machines_;    // tracks, by node
  absl::flat_hash_map<uint64_t, NodeId> destinations_;  // by message
  // By task: the last event that ends a step, the first event of all, and that
  // if it is within a step.
  absl::flat_hash_map<uint32_t, size_t> last_pause_;
  absl::flat_hash_map<uint32_t, size_t> first_act_;
  absl::flat_hash_map<uint32_t, size_t> begun_before_;
  // Where arrows may end: the index of the last step of each task, and of the
  // last arrival of each message.
  absl::flat_hash_map<uint32_t, size_t> last_step_;
  absl::flat_hash_map<uint64_t, size_t> last_arrival_;
  bool has_failure_ = false;  // an event says so
};

}  // namespace orrery

#endif  // ORRERY_EXPORTS_TIMELINE_H_
