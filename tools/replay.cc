// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery replay`: has the test program that a trace is of make its run once
// more, in a debugger if one is asked for.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/tools/gdb/gdb_script.h"
#include "orrery/tools/test_program.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/stop_point.h"
#include "orrery/traces/trace_reader.h"

ABSL_FLAG(bool, gdb, false, "replay: in gdb");
ABSL_FLAG(std::string, break, "", "replay: where the run stops in gdb");
ABSL_FLAG(std::string, mode, "", "replay: strict, lenient or prefix:N");
ABSL_FLAG(std::string, verbose_from, "",
          "replay: from where on each event is printed");

namespace orrery {
namespace {

// How the line begins with which a test program says how a replay went.
constexpr absl::string_view kWent = "[  ORRERY  ] replay of ";

// Returns where the run stops in gdb if nobody has said it: before it fails; if
// that is not known, at its beginning. "": nowhere, for gdb stops by itself
// where a process dies.
std::string DefaultBreak(const Trace& trace, bool explores) {
  if (!trace.footer.has_value()) return "";
  const bool failed = trace.footer->failure.has_value();
  return failed && !explores ? "fail-1" : "event:0";
}

// Returns a file with `text` that gdb inherits, as a path that only it can
// read; "" if there can be none.
std::string FileForChild(absl::string_view text) {
  const int file = ::memfd_create("orrery.py", 0);
  if (file < 0) return "";
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written <= 0) return "";
    text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::StrCat("/proc/self/fd/", file);
}

// Becomes gdb. Returns only if that is not possible.
int BecomeGdb(const std::vector<std::string>& program,
              const std::string& stops) {
  const std::string script = FileForChild(kGdbScript);
  if (script.empty()) {
    return Trouble(absl::StrCat("replay: cannot hand the script to gdb: ",
                                std::strerror(errno)));
  }
  const char* gdb = std::getenv("ORRERY_GDB");
  if (gdb == nullptr || *gdb == '\0') gdb = "gdb";
  // Not with `source`: the name does not end in ".py".
  std::vector<std::string> words = {
      gdb,
      "-q",
      "-ex",
      absl::StrCat("python exec(compile(open('", script,
                   "').read(), 'orrery.py', 'exec'))"),
      "-ex",
      "set breakpoint pending on",
      "-ex",
      "break orrery_break_here",
  };
  if (!stops.empty()) {
    words.push_back("-ex");
    words.push_back(absl::StrCat("set environment ORRERY_BREAK ", stops));
  }
  words.push_back("-ex");
  words.push_back("run");
  words.push_back("--args");
  words.insert(words.end(), program.begin(), program.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::fflush(stdout);
  ::execvpe(gdb, arguments.data(), TestEnvironment().data());
  return Trouble(absl::StrCat(
      "replay: cannot run ", gdb, ": ", std::strerror(errno),
      errno == ENOENT ? "; install gdb, or name it with ORRERY_GDB" : ""));
}

// Hands on what the program prints, and keeps the line that tells how it went.
class Output {
 public:
  void Add(absl::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    for (const char c : text) {
      if (c != '\n') {
        line_ += c;
        continue;
      }
      if (absl::StartsWith(line_, kWent)) went_ = line_;
      line_.clear();
    }
  }

  // Empty: it has not replayed anything.
  const std::string& went() const { return went_; }

 private:
  std::string line_;
  std::string went_;
};

// Whether the line says that the run was the recorded one again, or failed like
// that one.
bool WentAsRecorded(absl::string_view line) {
  return absl::StrContains(line, "as recorded") ||
         absl::StrContains(line, ": exact") ||
         absl::StrContains(line, "failure reproduced: yes");
}

int RunAndJudge(const std::vector<std::string>& words, bool judged) {
  Output output;
  const EndedProgram ended = RunTestProgram(
      words, [&output](absl::string_view text) { output.Add(text); });
  if (!ended.problem.empty()) {
    return Trouble(absl::StrCat("replay: cannot run ", words.front(), ": ",
                                ended.problem));
  }
  if (!judged && WIFEXITED(ended.status)) {
    return WEXITSTATUS(ended.status) == 0 ? kSame : kDifferent;
  }
  if (!output.went().empty()) {
    return WentAsRecorded(output.went()) ? kSame : kDifferent;
  }
  if (WIFSIGNALED(ended.status)) {
    return Trouble(absl::StrCat("replay: ", words.front(), " died of signal ",
                                WTERMSIG(ended.status), " (",
                                ::strsignal(WTERMSIG(ended.status)), ")"));
  }
  return Trouble(absl::StrCat("replay: ", words.front(),
                              " has not replayed it; see what it printed"));
}

int Run(const std::vector<std::string>& operands) {
  if (operands.empty()) return Trouble("replay: name a trace");
  if (operands[0] == "-") {
    return Trouble(
        "replay: the trace has to be a file, which the test program reads");
  }
  std::string stops = absl::GetFlag(FLAGS_break);
  if (!stops.empty()) {
    const auto points = ParseStopPoints(stops);
    if (!points.ok()) {
      return Trouble(absl::StrCat("replay: --break=", stops, ": ",
                                  points.status().message()));
    }
  }
  const std::string from = absl::GetFlag(FLAGS_verbose_from);
  if (!from.empty()) {
    const auto point = ParseVerboseFrom(from);
    if (!point.ok()) {
      return Trouble(absl::StrCat("replay: --verbose-from=", from, ": ",
                                  point.status().message()));
    }
  }
  const std::string mode = absl::GetFlag(FLAGS_mode);
  const bool explores = absl::StartsWith(mode, "prefix:");
  if (!mode.empty() && mode != "strict" && mode != "lenient" && !explores) {
    return Trouble(absl::StrCat("replay: --mode=", mode,
                                ": expected strict, lenient or prefix:N"));
  }
  const absl::StatusOr<Trace> trace = ReadOperand(operands[0]);
  if (!trace.ok()) return Trouble(trace.status().message());
  absl::StatusOr<std::vector<std::string>> words =
      ReplayWords("replay", *trace, operands);
  if (!words.ok()) return Trouble(words.status().message());
  if (!mode.empty()) {
    words->push_back(absl::StrCat("--orrery_replay_mode=", mode));
  }
  if (!from.empty()) {
    words->push_back(absl::StrCat("--orrery_verbose_from=", from));
  }
  if (absl::GetFlag(FLAGS_gdb)) {
    if (stops.empty()) stops = DefaultBreak(*trace, explores);
    return BecomeGdb(*words, stops);
  }
  if (!stops.empty()) words->push_back(absl::StrCat("--orrery_break=", stops));
  return RunAndJudge(*words, !explores);
}

}  // namespace

constinit const Verb kReplayVerb = {
    .name = "replay",
    .summary = "makes the recorded run once more",
    .operands = "FILE [-- PROGRAM [ARGUMENT]...]",
    .flags = "gdb,break,mode,verbose_from",
    .details =
        R"(Runs the test program, which is looked for in bazel-bin, or named, with its
arguments, after --, and shows what it prints. Before that, the program says in
what it differs from the one that was recorded. With --mode=prefix:N, the exit
code is 1 if the test fails.

  --gdb                  in gdb, with the commands of tools/gdb/orrery.py, and
                         stopped before the failure; returns gdb's exit code;
                         ORRERY_GDB in the environment names another gdb
  --break=POINTS         where it stops: event:N, time:T, choice:N, message:ID,
                         fail, fail-N, diverge; several with commas between them
  --mode=MODE            strict: stop at the first difference (the default of a
                         program that is as recorded); lenient: go on (of one
                         that has changed); prefix:N: the first N choices, then
                         runs with others
  --verbose-from=POINT   print each event from event:N or time:T on)",
    .one_means = "the run did not go as recorded",
    .run = Run};

}  // namespace orrery
