// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/unpack.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

// Returns the exit code of a command whose output nobody sees; 127, as a shell
// does, if there is no such program or it was killed.
int RunQuietly(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  }
  pid_t process = 0;
  const int error = posix_spawnp(&process, arguments[0], &actions, nullptr,
                                 arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return 127;
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return 127;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

}  // namespace

absl::Status Unpack(const std::string& archive, const std::string& folder) {
  int code = RunQuietly({"unzip", "-o", "-qq", archive, "-d", folder});
  if (code == 127) {
    code = RunQuietly({"python3", "-m", "zipfile", "-e", archive, folder});
  }
  if (code == 127) {
    return absl::UnavailableError(absl::StrCat(
        archive,
        ": to unpack it takes `unzip` or `python3`; install one, or "
        "have Bazel leave files alone with "
        "--nozip_undeclared_test_outputs"));
  }
  if (code != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(archive, ": cannot be unpacked; is it a zip archive?"));
  }
  return absl::OkStatus();
}

}  // namespace orrery
