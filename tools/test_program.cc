// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/test_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/tools/verb.h"

extern char** environ;

namespace orrery {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

std::vector<char*> TestEnvironment() {
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

absl::StatusOr<std::vector<std::string>> ReplayWords(
    absl::string_view verb, const Trace& trace,
    const std::vector<std::string>& operands) {
  std::error_code ignored;
  const TraceHeader& header = trace.header;
  const bool named = operands.size() > 1;
  std::vector<std::string> words(operands.begin() + 1, operands.end());
  if (named) {
    words[0] = OperandPath(words[0]);
  } else {
    words.push_back(BinaryOf(header.target));
  }
  if (words[0].empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        verb, ": ", operands[0],
        header.target.empty() ? " does not say which program it is of"
                              : absl::StrCat(" is of ", header.target,
                                             ", which is not in this "
                                             "workspace"),
        "; name the test program after --: orrery ", verb, " FILE -- PROGRAM"));
  }
  if (!fs::exists(words[0], ignored)) {
    return absl::NotFoundError(absl::StrCat(
        verb, ": there is no ", words[0],
        named ? ""
              : absl::StrCat(", the test program of ", header.target,
                             "; build it, run this at the root of its "
                             "workspace, or name it after --")));
  }
  if (words.size() == 1) {
    words.insert(words.end(), header.arguments.begin(), header.arguments.end());
  }
  const fs::path path = fs::absolute(OperandPath(operands[0]), ignored);
  words.push_back(
      absl::StrCat("--gtest_filter=", header.suite, ".", header.test));
  if (absl::StrContains(header.suite, "DISABLED_") ||
      absl::StrContains(header.test, "DISABLED_")) {
    words.push_back("--gtest_also_run_disabled_tests");
  }
  words.push_back(absl::StrCat("--orrery_replay=", path.string()));
  return words;
}

EndedProgram RunTestProgram(
    std::vector<std::string> words,
    const std::function<void(absl::string_view)>& on_output) {
  EndedProgram ended;
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
                                  arguments.data(), TestEnvironment().data());
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
      on_output({buffer, static_cast<size_t>(got)});
    }
    while (::waitpid(child, &ended.status, 0) < 0 && errno == EINTR) {
    }
  }
  ::close(ends[0]);
  return ended;
}

}  // namespace orrery
