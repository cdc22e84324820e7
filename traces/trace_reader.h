// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading traces.

#ifndef ORRERY_TRACES_TRACE_READER_H_
#define ORRERY_TRACES_TRACE_READER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/traces/format.h"

namespace orrery {

// A trace in memory. The texts of its events belong to it; it moves, and does
// not copy.
struct Trace {
  std::string name;  // the path it came from
  TraceHeader header;
  // At level kEvents, all of them; `first_event` and the index into this make
  // the event's number.
  std::vector<TraceEvent> events;
  // The number of the first of them; not 0 where the first ones were dropped to
  // stay within a budget.
  uint64_t first_event = 0;
  // Of those that were dropped, what brought into being what may still matter:
  // tasks, timers, objects, nodes.
  std::vector<TraceEvent> before;
  // The choices, at either level.
  Schedule schedule;
  uint64_t choice_count = 0;  // how many there are
  // The digests after choice number `first`, at level kChoices.
  std::map<uint64_t, DigestPair> checkpoints;
  // None if the process died before it could write one.
  std::optional<TraceFooter> footer;
  // What the tasks were up to that were not done when the run failed, or when
  // its process died, in the order of creation: the first `kMaxTracedTasks` of
  // `not_done_count`.
  std::vector<TaskReport> not_done;
  uint64_t not_done_count = 0;
  size_t size = 0;              // in bytes
  uint64_t unknown_events = 0;  // of kinds that this reader does not know
  // What is wrong with the rest of the file, if it was read only in part.
  std::string damage;
  // Where that begins. All that is here comes from the bytes before.
  uint64_t good_bytes = 0;
  // Of these, the first that no checksum vouches for.
  uint64_t checked_bytes = 0;
  // What was wrong with the file that `RecoverTrace` made this one from. Then
  // there is no footer: nobody knows how the run ended.
  std::string recovered;

  Trace() = default;
  Trace(Trace&&) = default;
  Trace& operator=(Trace&&) = default;

  // Keeps what events point to.
  std::deque<std::string> texts;
  std::deque<std::vector<TaskId>> lists;
};

struct ReadTraceOptions {
  // Accept a file that ends early or is damaged, and return what came before;
  // `Trace::damage` says what is wrong. Otherwise that is an error.
  //
  // Of a file that ends early, as a process that died leaves it, every whole
  // record counts. Of one that is damaged within, only what a checksum vouches
  // for, and if that is not even the header, it stays an error.
  bool allow_incomplete = false;

  // Takes the events, some thousands at a time and in their order, in place of
  // `Trace::events`, which stays empty, as do the choices among them. So a file
  // may be larger than memory. `so_far` is the trace as far as it was read,
  // with its header; `first` is the number of the first of `events`. They, and
  // what they point to, live until the call returns.
  //
  // They are what a checksum vouches for, or stand in a file that ends early.
  // Where `allow_incomplete` is false, the error comes after those before it.
  //
  // To return false is to have seen enough: the rest of the file is not read.
  std::function<bool(const Trace& so_far, uint64_t first,
                     absl::Span<const TraceEvent> events)>
      on_events = nullptr;

  // Told from time to time how many of the file's bytes have been read.
  std::function<void(uint64_t read, uint64_t size)> on_progress = nullptr;
};

// Reads the trace at `path` ("-" is standard input) and checks it whole before
// returning it.
//
// Errors; each message names the file and, where there is one, the offset:
//   kNotFound            there is no file at `path`
//   kInvalidArgument     it is not a trace
//   kDataLoss            cut short, or its bytes do not match their checksums
//   kFailedPrecondition  written by a newer format than this reader knows
//   others               as the operating system says
absl::StatusOr<Trace> ReadTrace(const std::string& path,
                                const ReadTraceOptions& options = {});

// The same for bytes that are in memory already. `name` is for messages.
absl::StatusOr<Trace> ParseTrace(absl::string_view bytes,
                                 const std::string& name,
                                 const ReadTraceOptions& options = {});

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_READER_H_
