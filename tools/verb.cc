// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/verb.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "orrery/tools/command_line.h"

namespace orrery {
namespace {

// Why standard output does not take any more; 0 while it does.
int output_error = 0;

constexpr absl::string_view kTwoMeans =
    "  2  something was wrong, which is said on standard error";

std::vector<absl::string_view> FlagsOf(const Verb& verb) {
  return absl::StrSplit(verb.flags, ',', absl::SkipEmpty());
}

const Verb* FindVerb(absl::Span<const Verb* const> verbs,
                     absl::string_view name) {
  const auto found =
      absl::c_find_if(verbs, [&](const Verb* v) { return v->name == name; });
  return found == verbs.end() ? nullptr : *found;
}

// Whether help is asked for, rather than by what a program is to be started
// with.
bool AsksForHelp(absl::Span<char* const> arguments) {
  for (const absl::string_view argument : arguments) {
    if (argument == "--") return false;
    if (argument == "--help" || argument == "-help" || argument == "-h") {
      return true;
    }
  }
  return false;
}

// `arguments` are those after the verb.
int RunVerb(const Verb& verb, absl::Span<char* const> arguments) {
  if (AsksForHelp(arguments)) {
    PrintLine(HelpPage(verb));
    return kSame;
  }
  absl::StatusOr<CommandLine> line = ParseFlags(arguments, FlagsOf(verb));
  if (!line.ok()) {
    return Trouble(absl::StrCat(verb.name, ": ", line.status().message()));
  }
  return verb.run(line->operands);
}

int Run(absl::Span<char* const> arguments,
        absl::Span<const Verb* const> verbs) {
  std::vector<absl::string_view> names;
  std::vector<absl::string_view> flags;
  for (const Verb* verb : verbs) {
    names.push_back(verb->name);
    for (absl::string_view flag : FlagsOf(*verb)) flags.push_back(flag);
  }
  // The usual case first: the verb, then its flags.
  if (!arguments.empty()) {
    const Verb* verb = FindVerb(verbs, arguments[0]);
    if (verb != nullptr) return RunVerb(*verb, arguments.subspan(1));
  }
  if (AsksForHelp(arguments)) {
    PrintLine(HelpPage(verbs));
    return kSame;
  }
  // With flags before the verb, it takes all of them to see which word that is.
  absl::StatusOr<CommandLine> line = ParseFlags(arguments, flags);
  if (!line.ok()) {
    return Trouble(
        absl::StrCat(line.status().message(), "; --help tells more"));
  }
  if (line->operands.empty()) {
    return Trouble(absl::StrCat("say what to do: ", absl::StrJoin(names, ", "),
                                "; --help tells more"));
  }
  const std::string& name = line->operands[0];
  const Verb* verb = FindVerb(verbs, name);
  if (verb == nullptr) {
    return Trouble(absl::StrCat("there is no \"", name, "\"",
                                DidYouMean(name, names, ""),
                                "; known: ", absl::StrJoin(names, ", ")));
  }
  for (const std::string& flag : line->flags) {
    const absl::Status status = CheckKnown(flag, FlagsOf(*verb));
    if (!status.ok()) {
      return Trouble(absl::StrCat(verb->name, ": ", status.message()));
    }
  }
  return verb->run({line->operands.begin() + 1, line->operands.end()});
}

}  // namespace

std::string HelpPage(absl::Span<const Verb* const> verbs) {
  std::string page =
      "orrery looks at traces of simulated runs.\n\n"
      "  orrery VERB [FLAG]... FILE...\n\n";
  size_t width = 0;
  for (const Verb* verb : verbs) width = std::max(width, verb->name.size());
  for (const Verb* verb : verbs) {
    absl::StrAppend(&page, "  ", verb->name,
                    std::string(width + 2 - verb->name.size(), ' '),
                    verb->summary, "\n");
  }
  absl::StrAppend(
      &page,
      "\n`orrery VERB --help` tells about one of them. FILE may be - for "
      "standard input\nwhere a trace is only read. Colors are for terminals, "
      "unless NO_COLOR is set.\n\nExit codes:\n  0  done\n");
  for (const Verb* verb : verbs) {
    if (verb->one_means.empty()) continue;
    absl::StrAppend(&page, "  1  ", verb->name, ": ", verb->one_means, "\n");
  }
  return absl::StrCat(page, kTwoMeans);
}

std::string HelpPage(const Verb& verb) {
  std::string page = absl::StrCat("orrery ", verb.name, " ", verb.operands,
                                  "\n\n", verb.summary, "\n\n");
  if (!verb.details.empty()) absl::StrAppend(&page, verb.details, "\n\n");
  absl::StrAppend(&page, "Exit codes:\n  0  done\n");
  if (!verb.one_means.empty()) {
    absl::StrAppend(&page, "  1  ", verb.one_means, "\n");
  }
  return absl::StrCat(page, kTwoMeans);
}

int RunCommand(absl::Span<char* const> arguments,
               absl::Span<const Verb* const> verbs) {
  const int exit_code = Run(arguments, verbs);
  if (std::fflush(stdout) != 0 && output_error == 0) output_error = errno;
  if (output_error == 0) return exit_code;
  // A reader that has seen enough, `head` for example, is no trouble to tell.
  if (output_error == EPIPE) return kTrouble;
  return Trouble(
      absl::StrCat("cannot write the output: ", std::strerror(output_error)));
}

bool PrintText(absl::string_view text) {
  if (output_error != 0) return false;
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written) output_error = errno;
  return written;
}

bool PrintLine(absl::string_view line) {
  return PrintText(line) && PrintText("\n");
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

int TellWhatIsMissing(const Trace& trace, absl::string_view done) {
  int exit_code = kSame;
  if (trace.unknown_events != 0) {
    exit_code = Trouble(absl::StrCat(
        trace.name, ": ", trace.unknown_events,
        " events of kinds that this version does not know are not ", done));
  }
  if (!trace.damage.empty()) {
    exit_code = Trouble(
        absl::StrCat(trace.damage, " (what came before it is ", done, ")"));
  }
  return exit_code;
}

}  // namespace orrery
