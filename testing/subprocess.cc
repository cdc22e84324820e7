// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/subprocess.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr const char* kInherited[] = {"PATH",         "ASAN_OPTIONS",
                                      "LSAN_OPTIONS", "UBSAN_OPTIONS",
                                      "TSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH"};

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void Become(const Program& program, int output) {
  ::setpgid(0, 0);  // so that a shell's children can be told to stop, too
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::close(output);
  std::vector<std::string> words = program.words;
  std::vector<std::string> environment;
  for (const char* name : kInherited) {
    const char* value = std::getenv(name);
    if (value != nullptr) {
      environment.push_back(absl::StrCat(name, "=", value));
    }
  }
  for (const auto& [name, value] : program.environment) {
    environment.push_back(absl::StrCat(name, "=", value));
  }
  if (program.folder.empty() || ::chdir(program.folder.c_str()) == 0) {
    ::execve(words.front().c_str(), Pointers(words).data(),
             Pointers(environment).data());
  }
  const std::string reason =
      absl::StrCat("cannot run ", words.front(), ": ", std::strerror(errno));
  [[maybe_unused]] const ssize_t written =
      ::write(STDOUT_FILENO, reason.data(), reason.size());
  ::_exit(127);
}

}  // namespace

ProgramResult RunProgram(const Program& program) {
  ProgramResult result;
  int ends[2];
  if (::pipe(ends) != 0) {
    ADD_FAILURE() << "no pipe: " << std::strerror(errno);
    return result;
  }
  const pid_t child = ::fork();
  if (child < 0) {
    ADD_FAILURE() << "no process: " << std::strerror(errno);
    return result;
  }
  if (child == 0) {
    ::close(ends[0]);
    Become(program, ends[1]);
  }
  ::close(ends[1]);
  ::setpgid(child, child);  // whoever comes first
  int impatient = 0;
  char buffer[4096];
  for (;;) {
    pollfd wait = {ends[0], POLLIN, 0};
    const int ready = ::poll(&wait, 1, program.patience_seconds * 1000);
    if (ready == 0) {
      ::kill(-child, impatient++ == 0 ? SIGTERM : SIGKILL);
      continue;
    }
    const ssize_t got = ::read(ends[0], buffer, sizeof(buffer));
    if (got <= 0) break;
    result.output.append(buffer, static_cast<size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return result;
}

ProgramResult RunShell(const std::string& line, Program program) {
  program.words = {"/bin/sh", "-c", line};
  return RunProgram(program);
}

std::string MakeTestFolder(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path.string();
}

std::string ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)),
                     std::istreambuf_iterator<char>());
}

void WriteWholeFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (!file) ADD_FAILURE() << "cannot write " << path;
}

}  // namespace orrery
