// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery report`: a trace as a page for a browser.

#include "orrery/report/report.h"

#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/report/commands.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_file.h"

ABSL_FLAG(uint64_t, window, orrery::ReportOptions().window,
          "report: how many events around the failure; 0: all");

namespace orrery {
namespace {

absl::Status WritePage(const std::string& page, const std::string& path) {
  const int fd = OpenTraceForWriting(path);
  if (fd < 0) return SystemError("cannot make the report", path);
  absl::Status written = WriteAll(fd, page, path);
  if (::close(fd) != 0 && written.ok()) {
    written = SystemError("cannot close the report", path);
  }
  return written;
}

int Run(const std::vector<std::string>& files) {
  if (files.size() != 1) return Trouble("report: name one trace");
  const std::string& file = files.front();
  const std::string output = absl::GetFlag(FLAGS_output);
  if (file == "-" && output.empty()) {
    return Trouble("report: say with --output where to put it: - has no name");
  }
  const absl::StatusOr<Trace> trace = ReadOperand(file);
  if (!trace.ok()) return Trouble(trace.status().message());
  ReportOptions options;
  options.window = absl::GetFlag(FLAGS_window);
  AddCommands(*trace, file, &options);
  const absl::StatusOr<std::string> page = MakeReport(*trace, options);
  if (!page.ok()) return Trouble(page.status().message());
  if (output == "-") {
    PrintLine(*page);
  } else {
    const std::string shown = output.empty() ? ReportPath(file) : output;
    const absl::Status written = WritePage(*page, OperandPath(shown));
    if (!written.ok()) return Trouble(written.message());
    PrintLine(shown);
  }
  if (!trace->damage.empty()) {
    return Trouble(
        absl::StrCat(trace->damage, " (what came before it is in the report)"));
  }
  return kSame;
}

}  // namespace

constinit const Verb kReportVerb = {
    .name = "report",
    .summary = "a page for a browser that shows what happened",
    .operands = "FILE",
    .flags = "output|o,window",
    .details =
        R"(The page is one file that needs no network, and opens at the failure. Its path
is printed.

  -o, --output=OUT   write it to OUT (FILE.html); - is standard output
  --window=N         only N events, around the failure or else the last ones
                     (1000000); 0: all. The page says what was cut)",
    .one_means = "",
    .run = Run};

}  // namespace orrery
