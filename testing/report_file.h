// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The report of a failing test: a page beside its trace, for a browser.

#ifndef ORRERY_TESTING_REPORT_FILE_H_
#define ORRERY_TESTING_REPORT_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace orrery {

// The commands that the page shows, to be copied; empty: none.
struct ReportCommands {
  std::string rerun;
  std::string replay;
};

// Writes the report about the run whose trace is at `trace_path` beside it.
// Returns its path; "" if the trace holds choices only, so that there is
// nothing to show.
//
// Errors: as those of `ReadTrace`, `MakeReport` and of writing a file.
absl::StatusOr<std::string> WriteReportBeside(const std::string& trace_path,
                                              const ReportCommands& commands);

// Removes a report beside `trace_path` that an earlier run has left there: it
// is not about the trace that is there now.
void RemoveReportBeside(const std::string& trace_path);

}  // namespace orrery

#endif  // ORRERY_TESTING_REPORT_FILE_H_
