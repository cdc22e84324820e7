// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/other_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace orrery {
namespace {

// How the child says that it could not even begin.
constexpr int kNoProgram = 125;

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) {
    pointers.push_back(const_cast<char*>(word.c_str()));  // exec's old manners
  }
  pointers.push_back(nullptr);
  return pointers;
}

void SetAddressChoice(bool fixed) {
  // Under a debugger they are fixed, and the other process would not learn
  // anything. Where this is forbidden they stay as they are.
  const int now = ::personality(0xffffffff);
  if (now == -1) return;
  const int flag = ADDR_NO_RANDOMIZE;
  ::personality(static_cast<unsigned long>(fixed ? now | flag : now & ~flag));
}

// Only what is safe between `fork` and `exec` in a process with threads.
[[noreturn]] void Become(const OtherProcess& process, char* const* words,
                         char* const* environment, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kNoProgram);  // it is dead already
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int output = ::open(process.output_path.c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (output < 0 || input < 0) ::_exit(kNoProgram);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  if (!process.folder.empty() && ::chdir(process.folder.c_str()) != 0) {
    ::_exit(kNoProgram);
  }
  SetAddressChoice(process.fixed_addresses);
  ::execve("/proc/self/exe", words, environment);
  ::_exit(kNoProgram);
}

// Returns whether the other side of `end` was closed in time.
bool WaitForClose(int end, absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  for (;;) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) return false;
    pollfd wait = {end, POLLIN, 0};
    const int ready =
        ::poll(&wait, 1, static_cast<int>(left < 60'000 ? left : 60'000));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;
  }
}

}  // namespace

OtherProcessEnd RunInOtherProcess(const OtherProcess& process) {
  OtherProcessEnd end;
  const std::vector<char*> words = Pointers(process.words);
  const std::vector<char*> environment = Pointers(process.environment);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    end.problem = absl::StrCat("no pipe: ", std::strerror(errno));
    return end;
  }
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    // Survives exec, and is closed when the process ends.
    ::fcntl(ends[1], F_SETFD, 0);
    Become(process, words.data(), environment.data(), parent);
  }
  const int fork_error = errno;
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    end.problem = absl::StrCat("no process: ", std::strerror(fork_error));
    return end;
  }
  end.out_of_patience = !WaitForClose(ends[0], process.patience);
  if (end.out_of_patience) ::kill(child, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  pid_t waited;
  do {
    waited = ::waitpid(child, &status, 0);
  } while (waited < 0 && errno == EINTR);
  if (waited == child && WIFEXITED(status)) {
    end.exit_code = WEXITSTATUS(status);
    if (end.exit_code == kNoProgram) {
      end.problem = absl::StrCat(
          "the program could not be started again from /proc/self/exe, with ",
          process.output_path, " for its output");
    }
  } else if (waited == child && WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  }
  return end;
}

std::string OtherProcessEnd::ToString() const {
  if (!problem.empty()) return absl::StrCat("did not begin: ", problem);
  if (out_of_patience) return "did not end and was killed";
  if (signal != 0) {
    const char* name = ::strsignal(signal);
    return absl::StrCat("was killed by signal ", signal, " (",
                        name == nullptr ? "unknown" : name, ")");
  }
  return absl::StrCat("exited with code ", exit_code);
}

}  // namespace orrery
