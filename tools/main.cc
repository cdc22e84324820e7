// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The `orrery` command: looks at traces.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/tools/verb.h"

namespace orrery {
namespace {

constexpr char kUsage[] =
    R"(looks at traces of simulated runs

  orrery info FILE...      what was run, and how it ended
  orrery print FILE        the events, one a line
  orrery diff FILE FILE    the first difference; exit code 0 same, 1 different

FILE may be - for standard input. Flags of print: --from=N --to=N (event numbers)
--task=NAME|ID --kind=KIND --last=N --format=text|json|textproto --sites=false.
Exit code 2 and a message on standard error: something was wrong.)";

struct Verb {
  absl::string_view name;
  int (*run)(const std::vector<std::string>& files);
};
constexpr Verb kVerbs[] = {
    {"info", RunInfo}, {"print", RunPrint}, {"diff", RunDiff}};

int Main(const std::vector<char*>& operands) {
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) names.emplace_back(verb.name);
  if (operands.size() < 2) {
    return Trouble(absl::StrCat("say what to do: ", absl::StrJoin(names, ", "),
                                "; --help tells more"));
  }
  for (const Verb& verb : kVerbs) {
    if (verb.name != operands[1]) continue;
    return verb.run({operands.begin() + 2, operands.end()});
  }
  return Trouble(absl::StrCat("there is no \"", operands[1],
                              "\"; known: ", absl::StrJoin(names, ", ")));
}

}  // namespace

int Trouble(const std::string& message) {
  std::fprintf(stderr, "orrery: %s\n", message.c_str());
  return kTrouble;
}

absl::StatusOr<Trace> ReadOperand(const std::string& file) {
  std::string path = file;
  const char* origin = std::getenv("BUILD_WORKING_DIRECTORY");
  if (origin != nullptr && file != "-" && !absl::StartsWith(file, "/")) {
    path = absl::StrCat(origin, "/", file);
  }
  absl::StatusOr<Trace> trace = ReadTrace(path, {.allow_incomplete = true});
  if (trace.ok()) trace->name = file;
  return trace;
}

}  // namespace orrery

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(orrery::kUsage);
  return orrery::Main(absl::ParseCommandLine(argc, argv));
}
