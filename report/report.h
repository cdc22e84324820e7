// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The report: a trace as a page for a browser. It is one file that needs
// nothing else and asks nobody, and opens at the failure.
//
// Nothing that a program logged or named stands in the page as text: the data
// is compressed and in base64, and the page's script puts it on the screen
// with `textContent` alone. A content security policy lets only that script
// and that style sheet count, by their hashes.

#ifndef ORRERY_REPORT_REPORT_H_
#define ORRERY_REPORT_REPORT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

struct ReportOptions {
  // The commands that repeat the run, to be copied from the page: by its seed,
  // and from its trace. One that is empty is left out.
  std::string rerun = {};
  std::string replay = {};
  // How many events the page holds at most: those around the failure, or the
  // last ones of a run that did not fail. The page says what was left out. 0 is
  // all of them. A browser takes a second for a million.
  uint64_t window = 1'000'000;
};

// Returns the page. Of the same trace and options it is the same every time.
//
// Errors:
//   kInternal  zlib says that it cannot compress: there is not enough memory
absl::StatusOr<std::string> MakeReport(const Trace& trace,
                                       const ReportOptions& options = {});

// Returns where the report of the trace at `trace_path` is put, unless somebody
// says otherwise: "run.orrery.html" beside "run.orrery".
std::string ReportPath(absl::string_view trace_path);

}  // namespace orrery

#endif  // ORRERY_REPORT_REPORT_H_
