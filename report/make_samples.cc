// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes reports for report_browser_test.py into a folder:
//
//   make_samples FOLDER EVENTS
//
// EVENTS is how many there are in large.html.

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "orrery/report/report.h"
#include "orrery/report/sample_reports.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

bool Write(const std::string& path, const Trace& trace,
           const ReportOptions& options = {}) {
  const absl::StatusOr<std::string> page = MakeReport(trace, options);
  if (!page.ok()) {
    fprintf(stderr, "%s\n", page.status().ToString().c_str());
    return false;
  }
  std::ofstream file(path, std::ios::binary);
  file << *page;
  return static_cast<bool>(file.flush());
}

int Main(const std::string& folder, size_t events) {
  const auto path = [&](absl::string_view name) {
    return absl::StrCat(folder, "/", name, ".html");
  };
  ReportOptions commands;
  commands.rerun =
      "bazel test //examples/cluster:replica_test "
      "--test_filter=ReportTest.ElectsOneLeader --test_env=ORRERY_SEED=42";
  commands.replay =
      "bazel-bin/examples/cluster/replica_test "
      "--gtest_filter=ReportTest.ElectsOneLeader "
      "--orrery_replay='it'\\''s.orrery'";
  ReportOptions window = commands;
  window.window = 200;
  ReportOptions all;
  all.window = 0;
  Trace sample = ReadBack(SampleEvents());
  sample.not_done = SampleTasks();
  sample.not_done_count = sample.not_done.size();
  return Write(path("sample"), sample, commands) &&
                 Write(path("empty"), EmptyTrace()) &&
                 Write(path("one"), OneTaskTrace()) &&
                 Write(path("hostile"), HostileTrace()) &&
                 Write(path("choices"),
                       ReadBack(SampleEvents(), "choices.orrery",
                                TraceLevel::kChoices),
                       commands) &&
                 Write(path("cluster"), ClusterTrace(1500), commands) &&
                 Write(path("window"), ClusterTrace(3000), window) &&
                 Write(path("large"), ClusterTrace(events), all)
             ? 0
             : 1;
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  size_t events = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &events)) {
    fprintf(stderr, "usage: make_samples FOLDER EVENTS\n");
    return 2;
  }
  return orrery::Main(argv[1], events);
}
