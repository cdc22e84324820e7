// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/report_file.h"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "orrery/report/report.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

// A test does not take long over a page that nobody may look at. `orrery
// report` makes one of all events.
constexpr uint64_t kMaxEvents = 50'000;

}  // namespace

absl::StatusOr<std::string> WriteReportBeside(const std::string& trace_path,
                                              const ReportCommands& commands) {
  const absl::StatusOr<Trace> trace =
      ReadTrace(trace_path, {.allow_incomplete = true});
  if (!trace.ok()) return trace.status();
  if (trace->header.level != TraceLevel::kEvents || trace->events.empty()) {
    return "";
  }
  const absl::StatusOr<std::string> page =
      MakeReport(*trace, {.rerun = commands.rerun,
                          .replay = commands.replay,
                          .window = kMaxEvents});
  if (!page.ok()) return page.status();
  const std::string path = ReportPath(trace_path);
  const int fd = OpenTraceForWriting(path);
  if (fd < 0) return SystemError("cannot make the report", path);
  absl::Status written = WriteAll(fd, *page, path);
  if (::close(fd) != 0 && written.ok()) {
    written = SystemError("cannot close the report", path);
  }
  if (!written.ok()) return written;
  return path;
}

void RemoveReportBeside(const std::string& trace_path) {
  std::error_code ignored;
  std::filesystem::remove(ReportPath(trace_path), ignored);
}

}  // namespace orrery
