// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A small trace with everything in it that a trace can hold, for the tests of
// what writes, reads and shows traces.

#ifndef ORRERY_TRACES_SAMPLE_TRACE_H_
#define ORRERY_TRACES_SAMPLE_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/traces/format.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

// Every kind of event, and of those that come in several forms each form. The
// texts in them are constants.
std::vector<TraceEvent> SampleEvents();

// The choices among them.
std::vector<Choice> ChoicesOf(const std::vector<TraceEvent>& events);

TraceHeader SampleHeader(TraceLevel level);
TraceFooter SampleFooter();
// Tasks that are not done, of each form.
std::vector<TaskReport> SampleTasks();

// Hands `events` to `writer` as a run does, with `digests` at its end.
void Record(const std::vector<TraceEvent>& events, const DigestPair& digests,
            TraceWriter& writer);

// Hands `SampleEvents` to `writer` so often, and at level kChoices so many more
// choices, that several checksums are due.
inline constexpr int kLongRunRounds = 1000;
void RecordLongRun(TraceWriter& writer);

// Returns the bytes of a whole trace of `SampleEvents`.
std::string SampleTraceBytes(TraceLevel level);

// Returns a trace of `events` as it is read back.
Trace ReadBack(const std::vector<TraceEvent>& events,
               absl::string_view name = "sample.trace",
               TraceLevel level = TraceLevel::kEvents);

// Returns `bytes` without what may differ from one writing to the next: when,
// where and by which process it was.
std::string WithoutEnvironment(absl::string_view bytes);

// The outermost fields of a trace, in their order.
struct RawRecord {
  uint32_t number = 0;
  size_t offset = 0;        // of its first byte
  absl::string_view bytes;  // all of it
  absl::string_view payload;
};
std::vector<RawRecord> RecordsOf(absl::string_view bytes);

// Appends a record to a trace.
void AppendRecord(uint32_t number, absl::string_view payload,
                  std::string* bytes);

// Appends the end to a trace: its checksum.
void AppendTrailer(std::string* bytes);

// Appends a checksum of all from byte `begin` on: where the last one stands.
void AppendSync(size_t begin, std::string* bytes);

}  // namespace orrery

#endif  // ORRERY_TRACES_SAMPLE_TRACE_H_
