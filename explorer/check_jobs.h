// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which runs another process is to make again: left for it in a folder, where
// it leaves what they came to.

#ifndef ORRERY_EXPLORER_CHECK_JOBS_H_
#define ORRERY_EXPLORER_CHECK_JOBS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "orrery/base/task_report.h"
#include "orrery/explorer/run_recorder.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/traces/format.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

// Names the folder to the other process.
inline constexpr char kCheckFolderVariable[] = "ORRERY_CHECK_FOLDER";

// Returns the folder if this process was started to make runs again; "" if not.
// The variable is gone afterwards, so that the program's own children do not
// see it. The answer stays the same.
const std::string& CheckFolder();

// Writes the records into `folder`, which is made.
//
// Errors: as the operating system says, with the path.
absl::Status WriteCheckRecords(absl::Span<const RunRecord> records,
                               const std::string& folder);

// Whether the runs of the other process share it.
enum class CheckSharing : uint8_t {
  kApart,   // each in a child of its own, which finds what the first run found
  kShared,  // one after the other, so that each finds what those before it left
};

// Says which of those records the next process makes again, in this order. One
// may stand there twice. What an earlier process left is removed.
absl::Status WriteCheckOrder(absl::Span<const size_t> order,
                             CheckSharing sharing, const std::string& folder);

// Returns the trace at level kEvents that the other process leaves for the run
// at `position` of the order. It is written as the run goes.
std::string CheckResultPath(const std::string& folder, size_t position);

// What a run that was made again came to.
struct CheckedEnd {
  TraceFooter footer;
  std::vector<TaskReport> not_done;
};

// Makes a run: with these options, under `scheduler`, into `trace`. `writer` is
// what `trace` writes to, for whoever has to rescue it in a crash.
struct CheckRun {
  const TraceHeader* header;
  Scheduler* scheduler;
  TraceSink* trace;
  TraceWriter* writer;
};

// The other process's part: makes all runs in `folder`, in order. If a child
// dies, this process dies in the same way.
//
// Errors: a record cannot be read, a result cannot be written.
absl::Status MakeCheckedRuns(
    const std::string& folder,
    const std::function<CheckedEnd(const CheckRun&)>& run);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_CHECK_JOBS_H_
