// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The `orrery` command: looks at traces.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "orrery/tools/command_line.h"
#include "orrery/tools/verb.h"

namespace orrery {
namespace {

constexpr char kUsage[] =
    R"(orrery looks at traces of simulated runs.

  orrery info FILE...      what was run, and how it ended
    --json                 as JSON, one object a trace

  orrery print FILE        the events, one a line
    --from=N --to=N        only those with these numbers
    --task=NAME|ID         only those of this task: client, client#7 or 7
    --kind=KIND            only those of this kind: choice, log, failure, ...
    --last=N               of these only the last N
    --format=FORMAT        text, json or textproto
    --no-sites             without places in the source

  orrery diff FILE FILE    the first difference
    --context=N            after N events that came before it
    --exact                places, log lines and messages count as well

  orrery merge FILE...     what campaigns spread over shards came to; FILE may be
                           a folder, bazel-testlogs/bank/transfer_swarm for one
    --json                 as JSON, one object

  orrery shrink FILE       makes the run small, which has failed, and writes that
                           to FILE.min; runs the test program, which is looked
                           for in bazel-bin, or named, with more arguments,
                           after --; Ctrl-C keeps the smallest so far
    --replays=N            in at most N runs (1000)

Other than for merge and shrink, FILE may be - for standard input. Exit code: 0;
1 if diff finds a difference, or merge a failure, a Sometimes or Reachable that
never happened, or a part missing; 2 if something was wrong, which is said on
standard error.)";

struct Verb {
  absl::string_view name;
  int (*run)(const std::vector<std::string>& files);
  absl::string_view flags;
};
constexpr Verb kVerbs[] = {
    {"info", RunInfo, "json"},
    {"print", RunPrint, "from,to,task,kind,last,format,sites"},
    {"diff", RunDiff, "context,exact"},
    {"merge", RunMerge, "json"},
    {"shrink", RunShrink, "replays"}};

std::vector<absl::string_view> FlagsOf(const Verb& verb) {
  return absl::StrSplit(verb.flags, ',');
}

int Run(absl::Span<char* const> arguments) {
  for (const char* argument : arguments) {
    if (absl::string_view(argument) == "--help") {
      PrintLine(kUsage);
      return kSame;
    }
  }
  std::vector<absl::string_view> names;
  std::vector<absl::string_view> flags;
  for (const Verb& verb : kVerbs) {
    names.push_back(verb.name);
    for (absl::string_view flag : FlagsOf(verb)) {
      if (!absl::c_linear_search(flags, flag)) flags.push_back(flag);
    }
  }
  absl::StatusOr<CommandLine> line = ParseFlags(arguments, flags);
  if (!line.ok()) return Trouble(line.status().message());
  if (line->operands.empty()) {
    return Trouble(absl::StrCat("say what to do: ", absl::StrJoin(names, ", "),
                                "; --help tells more"));
  }
  for (const Verb& verb : kVerbs) {
    if (verb.name != line->operands[0]) continue;
    for (const std::string& flag : line->flags) {
      if (absl::c_linear_search(FlagsOf(verb), flag)) continue;
      return Trouble(absl::StrCat(verb.name, ": ",
                                  UnknownFlag(flag, FlagsOf(verb)).message()));
    }
    return verb.run({line->operands.begin() + 1, line->operands.end()});
  }
  return Trouble(absl::StrCat("there is no \"", line->operands[0],
                              "\"; known: ", absl::StrJoin(names, ", ")));
}

// Why standard output does not take any more; 0 while it does.
int output_error = 0;

}  // namespace

bool PrintLine(absl::string_view line) {
  if (output_error != 0) return false;
  const bool written =
      std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
      std::putc('\n', stdout) != EOF;
  if (!written) output_error = errno;
  return written;
}

int Trouble(absl::string_view message) {
  std::fflush(stdout);
  std::fprintf(stderr, "orrery: %s\n", std::string(message).c_str());
  return kTrouble;
}

std::string OperandPath(const std::string& file) {
  const char* origin = std::getenv("BUILD_WORKING_DIRECTORY");
  if (origin == nullptr || file == "-" || absl::StartsWith(file, "/")) {
    return file;
  }
  return absl::StrCat(origin, "/", file);
}

absl::StatusOr<Trace> ReadOperand(const std::string& file) {
  absl::StatusOr<Trace> trace =
      ReadTrace(OperandPath(file), {.allow_incomplete = true});
  if (trace.ok() && file != "-") trace->name = file;
  return trace;
}

int Main(absl::Span<char* const> arguments) {
  const int exit_code = Run(arguments);
  if (std::fflush(stdout) != 0 && output_error == 0) output_error = errno;
  if (output_error == 0) return exit_code;
  // A reader that has seen enough, `head` for example, is no trouble to tell.
  if (output_error == EPIPE) return kTrouble;
  return Trouble(
      absl::StrCat("cannot write the output: ", std::strerror(output_error)));
}

}  // namespace orrery

int main(int argc, char** argv) {
  return orrery::Main(absl::MakeConstSpan(argv + 1, argc > 0 ? argc - 1 : 0));
}
