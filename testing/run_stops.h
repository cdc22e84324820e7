// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunStops`: stops a run for a debugger, and says what happens in it. It is
// what --orrery_break and --orrery_verbose_from come down to.

#ifndef ORRERY_TESTING_RUN_STOPS_H_
#define ORRERY_TESTING_RUN_STOPS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/sim/debugger.h"
#include "orrery/traces/stop_point.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// RunStops
//
// A sink between a simulation and the sink `next`, which may be null. When a
// point is reached, it says so on standard error,
//
//   [  ORRERY  ] break at event #7 1.000s client#2 takes Mutex "a" (event:7)
//
// and calls `orrery_break_here`. Then the event has been taken down, nothing
// else has happened, and the task that acts is on the stack. Without a debugger
// the run goes on. When it is destroyed, it says which points the run did not
// reach. Each point is reached once.
//
// Events are made only for a sink that wants them. So where nothing is asked
// for, `sink()` is `next` itself, and nothing is paid.
//
// Example:
//   RunStops stops({.points = *ParseStopPoints("event:7")}, &writer);
//   Simulation simulation({.trace = stops.sink()});
class RunStops final : public TraceSink, private DebuggedRun {
 public:
  struct Replay {
    // The number of the first event::Failed; none: nothing fails.
    std::optional<uint64_t> failed_event;
    // Whether the run has left what was recorded; asked when something fails.
    std::function<bool()> diverged;
  };

  RunStops(StopSettings settings, TraceSink* next, Replay replay = {});
  RunStops(const RunStops&) = delete;
  RunStops& operator=(const RunStops&) = delete;
  ~RunStops() override;

  TraceSink* sink() { return wanted_ ? this : next_; }

  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice> choices,
                 const DigestPair& digests) override;
  void OnEvent(const TraceEvent& event) override;

 private:
  struct Point {
    StopPoint where;
    bool reached = false;
  };

  // For debuggers.
  uint64_t event() const override;
  std::string Describe() const override;
  void StopAt(uint64_t event) override { stop_at_ = event; }

  bool IsAt(const StopPoint& point, uint64_t index,
            const TraceEvent& event) const;
  void Check(uint64_t index, const TraceEvent& event);
  void Break(uint64_t index, const TraceEvent& event, const std::string& why);

  const bool wanted_;
  std::vector<Point> points_;
  std::optional<StopPoint> verbose_from_;
  TraceSink* next_;
  Replay replay_;
  bool next_wants_events_ = false;
  bool verbose_ = false;
  uint64_t events_ = 0;
  uint64_t choices_ = 0;
  uint64_t stop_at_;
  int depth_ = 0;          // of `OnEvent`: a divergence is an event, too
  bool diverged_ = false;  // now, within an outer `OnEvent`
  const TraceEvent* now_ = nullptr;  // while it is handed on
  uint64_t now_index_ = 0;
  TraceNames names_;
  DebuggedRun* outer_ = nullptr;
};

// Returns the number of the first event that says that something is wrong, in a
// run that goes exactly as recorded. A trace with choices only does not tell;
// if its run has failed, `run` is called, as below. None: nothing failed, or
// the process died before it could say so.
std::optional<uint64_t> FindFailedEvent(
    const Trace& trace, const std::function<void(TraceSink*)>& run);

// The same for the run that `run` makes, with the sink that it is given. So the
// run is made twice, in one process.
std::optional<uint64_t> FindFailedEvent(
    const std::function<void(TraceSink*)>& run);

}  // namespace orrery

#endif  // ORRERY_TESTING_RUN_STOPS_H_
