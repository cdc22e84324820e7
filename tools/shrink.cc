// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery shrink`: has the test program that a trace is of make its run small.
// Only the program itself can run the test; this finds it, starts it, and says
// what it said.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/tools/verb.h"
#include "orrery/traces/trace_reader.h"

ABSL_FLAG(uint64_t, replays, 1000,
          "shrink: how often the test may be run, at most");

extern char** environ;

namespace orrery {
namespace {

namespace fs = std::filesystem;

// What a line begins with that is meant for whoever has asked for it.
constexpr absl::string_view kMark = "[  ORRERY  ] ";

// Returns the folder in which `bazel-bin` is looked for.
std::string Workspace() {
  const char* root = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return root != nullptr ? absl::StrCat(root, "/") : "";
}

// Returns the file that Bazel builds `target` into, "//bank:transfer_test";
// "" if that is no label of this workspace.
std::string BinaryOf(absl::string_view target) {
  if (!absl::ConsumePrefix(&target, "//")) return "";
  const std::vector<absl::string_view> parts = absl::StrSplit(target, ':');
  if (parts.size() != 2) return "";
  return absl::StrCat(Workspace(), "bazel-bin/", parts[0],
                      parts[0].empty() ? "" : "/", parts[1]);
}

// Waits for the end of a child that a Ctrl-C is for, and not for us.
class InterruptLeftToChild {
 public:
  InterruptLeftToChild() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &before_);
  }
  InterruptLeftToChild(const InterruptLeftToChild&) = delete;
  InterruptLeftToChild& operator=(const InterruptLeftToChild&) = delete;
  ~InterruptLeftToChild() { ::sigaction(SIGINT, &before_, nullptr); }

 private:
  struct sigaction before_ = {};
};

// The environment of the test program: what a test that runs us was told is not
// for it.
std::vector<char*> Environment() {
  std::vector<char*> kept;
  for (char** each = environ; *each != nullptr; ++each) {
    const absl::string_view text = *each;
    if (absl::StartsWith(text, "GTEST_") || absl::StartsWith(text, "ORRERY_") ||
        absl::StartsWith(text, "TEST_TOTAL_SHARDS=") ||
        absl::StartsWith(text, "TEST_SHARD_") ||
        absl::StartsWith(text, "TESTBRIDGE_TEST_ONLY=") ||
        absl::StartsWith(text, "XML_OUTPUT_FILE=")) {
      continue;
    }
    kept.push_back(*each);
  }
  kept.push_back(nullptr);
  return kept;
}

struct Ended {
  std::string problem;  // why it could not be started; empty: it was
  std::string output;   // what it printed
  int status = 0;       // as of waitpid
};

Ended RunProgram(std::vector<std::string> words) {
  Ended ended;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    ended.problem = std::strerror(errno);
    return ended;
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
  // In it, Ctrl-C does what it always does, until it says otherwise.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  posix_spawnattr_setsigdefault(&attributes, &interrupt);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  const InterruptLeftToChild left;
  const int error = ::posix_spawn(&child, words[0].c_str(), &files, &attributes,
                                  arguments.data(), Environment().data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[1]);
  if (error != 0) {
    ended.problem = std::strerror(error);
  } else {
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::read(ends[0], buffer, sizeof(buffer));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      ended.output.append(buffer, static_cast<size_t>(got));
    }
    while (::waitpid(child, &ended.status, 0) < 0 && errno == EINTR) {
    }
  }
  ::close(ends[0]);
  return ended;
}

// Returns the words of the command that has the program shrink the run. The
// first operand is the trace; the others are the program and its arguments.
// "" as the first word: it is not known.
std::vector<std::string> CommandFor(const Trace& trace,
                                    const std::vector<std::string>& operands) {
  std::error_code ignored;
  const fs::path path = fs::absolute(OperandPath(operands[0]), ignored);
  std::vector<std::string> words(operands.begin() + 1, operands.end());
  if (words.empty()) {
    words.push_back(BinaryOf(trace.header.target));
  } else {
    words[0] = OperandPath(words[0]);
  }
  words.push_back(absl::StrCat("--gtest_filter=", trace.header.suite, ".",
                               trace.header.test));
  words.push_back(absl::StrCat("--orrery_replay=", path.string()));
  words.push_back(
      absl::StrCat("--orrery_shrink=", absl::GetFlag(FLAGS_replays)));
  return words;
}

}  // namespace

int RunShrink(const std::vector<std::string>& operands) {
  if (operands.empty()) return Trouble("shrink: name a trace");
  if (operands[0] == "-") {
    return Trouble(
        "shrink: the trace has to be a file, beside which the small one is "
        "written");
  }
  if (absl::GetFlag(FLAGS_replays) == 0) {
    return Trouble("shrink: --replays=0: expected at least 1");
  }
  const absl::StatusOr<Trace> trace = ReadOperand(operands[0]);
  if (!trace.ok()) return Trouble(trace.status().message());
  const std::vector<std::string> words = CommandFor(*trace, operands);
  const std::string& target = trace->header.target;
  if (words[0].empty()) {
    return Trouble(absl::StrCat(
        "shrink: ", operands[0],
        target.empty() ? " does not say which program it is of"
                       : absl::StrCat(" is of ", target,
                                      ", which is not in this workspace"),
        "; name the test program after --: orrery shrink FILE -- PROGRAM"));
  }
  std::error_code ignored;
  if (!fs::exists(words[0], ignored)) {
    return Trouble(absl::StrCat(
        "shrink: there is no ", words[0],
        operands.size() > 1
            ? ""
            : absl::StrCat(", the test program of ", target,
                           "; build it, run this at the root of its "
                           "workspace, or name it after --")));
  }
  const Ended ended = RunProgram(words);
  if (!ended.problem.empty()) {
    return Trouble(
        absl::StrCat("shrink: cannot run ", words[0], ": ", ended.problem));
  }
  bool said = false;
  if (WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0) {
    for (absl::string_view line : absl::StrSplit(ended.output, '\n')) {
      if (!absl::ConsumePrefix(&line, kMark)) continue;
      PrintLine(line);
      said = true;
    }
  }
  if (said) return kSame;
  return Trouble(absl::StrCat("shrink: ", words[0], " has not shrunk it",
                              ended.output.empty() ? "" : ":\n",
                              absl::StripSuffix(ended.output, "\n")));
}

}  // namespace orrery
