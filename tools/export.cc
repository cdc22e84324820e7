// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery export`: a trace for other programs.

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/exports/chrome.h"
#include "orrery/exports/export_options.h"
#include "orrery/exports/json_lines.h"
#include "orrery/exports/mermaid.h"
#include "orrery/exports/perfetto.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/terminal.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"

ABSL_FLAG(std::string, clock, "hybrid", "export: hybrid, step or sim");

namespace orrery {
namespace {

struct Format {
  absl::string_view name;
  absl::Status (*write)(const Trace&, const ExportOptions&, ExportOutput);
  bool is_text;
};
constexpr Format kFormats[] = {{"perfetto", ExportPerfetto, false},
                               {"chrome", ExportChrome, true},
                               {"json", ExportJsonLines, true},
                               {"mermaid", ExportMermaid, true}};

struct Clock {
  absl::string_view name;
  ExportClock clock;
};
constexpr Clock kClocks[] = {{"hybrid", ExportClock::kHybrid},
                             {"step", ExportClock::kStep},
                             {"sim", ExportClock::kSim}};

// Returns the one of `all` that is called `name`; null if there is none.
template <typename Named, size_t kSize>
const Named* Find(const Named (&all)[kSize], absl::string_view name) {
  for (const Named& each : all) {
    if (each.name == name) return &each;
  }
  return nullptr;
}
template <typename Named, size_t kSize>
std::string NamesOf(const Named (&all)[kSize]) {
  return absl::StrJoin(all, ", ", [](std::string* out, const Named& each) {
    absl::StrAppend(out, each.name);
  });
}

// A file that is there only when all of it is.
class OutputFile {
 public:
  explicit OutputFile(std::string path)
      : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wb")) {
    if (file_ == nullptr) error_ = errno;
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() { Close(); }

  bool Write(absl::string_view text) {
    if (error_ != 0) return false;
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) {
      error_ = errno;
    }
    return error_ == 0;
  }
  // Returns what went wrong, or "". Then the file is removed.
  std::string Finish() {
    Close();
    if (error_ == 0) return "";
    std::error_code ignored;
    if (was_open_ && std::filesystem::is_regular_file(path_, ignored)) {
      std::filesystem::remove(path_, ignored);
    }
    return absl::StrCat("cannot write ", path_, ": ", std::strerror(error_));
  }

 private:
  void Close() {
    if (file_ == nullptr) return;
    was_open_ = true;
    if (std::fclose(file_) != 0 && error_ == 0) error_ = errno;
    file_ = nullptr;
  }

  std::string path_;
  std::FILE* file_;
  bool was_open_ = false;
  int error_ = 0;
};

int Run(const std::vector<std::string>& operands) {
  if (operands.size() != 2) {
    return Trouble(absl::StrCat("export: name a format (", NamesOf(kFormats),
                                ") and one trace"));
  }
  const Format* format = Find(kFormats, operands[0]);
  if (format == nullptr) {
    return Trouble(absl::StrCat("export: there is no format \"", operands[0],
                                "\"; known: ", NamesOf(kFormats)));
  }
  const std::string clock_name = absl::GetFlag(FLAGS_clock);
  const Clock* clock = Find(kClocks, clock_name);
  if (clock == nullptr) {
    return Trouble(absl::StrCat("--clock=", clock_name, ": expected one of ",
                                NamesOf(kClocks)));
  }
  const std::string output = absl::GetFlag(FLAGS_output);
  const bool to_file = !output.empty() && output != "-";
  if (!to_file && !format->is_text && ::isatty(STDOUT_FILENO) != 0) {
    return Trouble(
        absl::StrCat("export: ", format->name,
                     " is not for a terminal: say where to, -o OUT"));
  }
  absl::StatusOr<Trace> trace = ReadOperand(operands[1]);
  if (!trace.ok()) return Trouble(trace.status().message());
  ExportOptions options;
  options.clock = clock->clock;
  options.last = absl::GetFlag(FLAGS_last).value_or(options.last);
  Progress progress("exporting");
  options.progress = [&](uint64_t done, uint64_t all) {
    progress.Update(done, all);
  };
  // Before there is a file, say what would leave it empty.
  if (const absl::Status status = HasEvents(*trace); !status.ok()) {
    return Trouble(status.message());
  }
  if (to_file) {
    OutputFile file(OperandPath(output));
    const absl::Status status =
        format->write(*trace, options,
                      [&](absl::string_view text) { return file.Write(text); });
    const std::string problem = file.Finish();
    if (!problem.empty()) return Trouble(problem);
    if (!status.ok()) return Trouble(status.message());
  } else {
    const absl::Status status = format->write(*trace, options, PrintText);
    // Where nobody takes the output, that is said at the end.
    if (!status.ok()) return kTrouble;
  }
  if (trace->unknown_events != 0) {
    return Trouble(absl::StrCat(
        operands[1], ": ", trace->unknown_events,
        " events of kinds that this version does not know are left out"));
  }
  if (!trace->damage.empty()) {
    return Trouble(
        absl::StrCat(trace->damage, " (what came before it is exported)"));
  }
  return kSame;
}

}  // namespace

constinit const Verb kExportVerb = {.name = "export",
                                    .summary = "a trace for other programs",
                                    .operands = "FORMAT FILE",
                                    .flags = "output|o,clock,last",
                                    .details =
                                        R"(  FORMAT is one of
    perfetto          for ui.perfetto.dev: a track a task, grouped by node,
                      with arrows for messages and for who wakes whom
    chrome            the same as JSON, for about:tracing, speedscope, ...
    json              an event a line, as `orrery print --json`
    mermaid           a sequence diagram in text, for a bug report

  -o, --output=OUT    where to, else to standard output
  --clock=CLOCK       perfetto, chrome: what their time is
                        hybrid  simulated time, but each event is at least
                                1 ns after the one before it (the default)
                        step    the number of the event, in microseconds
                        sim     simulated time
  --last=N            mermaid: only the last N arrows (40))",
                                    .one_means = "",
                                    .run = Run};

}  // namespace orrery
