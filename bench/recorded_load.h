// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RecordedLoad`: the synthetic load, written into a file as a run's trace is.

#ifndef ORRERY_BENCH_RECORDED_LOAD_H_
#define ORRERY_BENCH_RECORDED_LOAD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

class RecordedLoad {
 public:
  // Of its events so many are made; more are the same once more. They fit into
  // a cache, as those of a run do, which are gone when the next one happens.
  static constexpr uint64_t kEvents = 10'000;

  RecordedLoad();
  // Removes the file.
  ~RecordedLoad();

  // Begins a trace in a file. `max_event_bytes` is as in
  // `TraceWriter::BeginFile`.
  void Begin(uint64_t max_event_bytes = kDefaultMaxEventBytes);
  // Records events, a multiple of `kEvents`.
  void Record(uint64_t events);
  // Ends the trace. Returns the size of the file.
  uint64_t End();

 private:
  std::vector<TraceEvent> events_;
  std::string path_;
  TraceWriter writer_;
};

}  // namespace orrery

#endif  // ORRERY_BENCH_RECORDED_LOAD_H_
