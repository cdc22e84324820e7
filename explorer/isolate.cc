// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/digest.h"
#include "orrery/base/sim_time.h"
#include "orrery/explorer/explorer.pb.h"
#include "orrery/explorer/recording_scheduler.h"
#include "orrery/explorer/run_codec.h"
#include "orrery/explorer/signature.h"

// In programs that are built with a sanitizer, or to measure coverage; null in
// others.
extern "C" __attribute__((weak)) int __lsan_do_recoverable_leak_check();
extern "C" __attribute__((weak)) int __llvm_profile_write_file();

namespace orrery {
namespace {

// How long a process may take to go once it was asked to.
constexpr absl::Duration kGrace = absl::Seconds(5);
// A signal may come just before we begin to wait.
constexpr int kTickMs = 100;

volatile sig_atomic_t told_to_stop = 0;
void NoteToldToStop(int) { told_to_stop = 1; }

// Watches for the signal with which Bazel ends a test that takes too long.
class TerminationWatch {
 public:
  TerminationWatch() {
    told_to_stop = 0;
    struct sigaction action = {};
    action.sa_handler = &NoteToldToStop;
    ::sigaction(SIGTERM, &action, &before_);
    // Whoever started us may want it to be ignored.
    if (before_.sa_handler == SIG_IGN) Restore();
  }
  ~TerminationWatch() {
    Restore();
    if (told_to_stop != 0) ::raise(SIGTERM);
  }
  void Restore() { ::sigaction(SIGTERM, &before_, nullptr); }

 private:
  struct sigaction before_ = {};
};

// The two ends of a pipe that programs which are started do not inherit.
struct Pipe {
  int read = -1;
  int write = -1;

  bool Open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static void Close(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
  ~Pipe() {
    Close(read);
    Close(write);
  }
};

void WriteFully(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

// The end of a message is the end of its length, which comes first.
std::string WithLength(const std::string& message) {
  const uint64_t size = message.size();
  std::string text(sizeof(size), '\0');
  memcpy(text.data(), &size, sizeof(size));
  return absl::StrCat(text, message);
}

// Returns the message in `received`; none if it is not whole.
std::optional<explorer::v1::EndOfRun> ParseEnd(absl::string_view received) {
  uint64_t size = 0;
  if (received.size() < sizeof(size)) return std::nullopt;
  memcpy(&size, received.data(), sizeof(size));
  received.remove_prefix(sizeof(size));
  if (received.size() != size) return std::nullopt;
  explorer::v1::EndOfRun end;
  if (!end.ParseFromArray(received.data(), static_cast<int>(size))) {
    return std::nullopt;
  }
  return end;
}

}  // namespace

// The process of one run, from both sides.
class Isolation::Child {
 public:
  Child(const IsolateOptions& options, ChoiceLog& log, const RunFunction& run,
        const RunRequest& request)
      : options_(options), log_(log), run_(run), request_(request) {}

  IsolatedRun Run() {
    log_.Begin();
    // What is buffered would be written by both.
    std::fflush(nullptr);
    TerminationWatch watch;
    if (!result_.Open() || !errors_.Open()) return NotStarted();
    const pid_t parent = ::getpid();
    child_ = ::fork();
    if (child_ < 0) return NotStarted();
    if (child_ == 0) {
      watch.Restore();
      Be(parent);
    }
    Pipe::Close(result_.write);
    Pipe::Close(errors_.write);
    Listen();
    Reap();
    return Conclude();
  }

 private:
  // ---- In the child

  [[noreturn]] void Be(pid_t parent) {
    // No run outlives whoever waits for it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    // A signal for all of us reaches the parent, which passes it on: two would
    // cut the last words short.
    ::setpgid(0, 0);
    ::signal(SIGTTOU, SIG_IGN);  // may write to the terminal all the same
    Pipe::Close(result_.read);
    Pipe::Close(errors_.read);
    ::dup2(errors_.write, STDERR_FILENO);
    if (options_.quiet) {
      const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      if (nowhere >= 0) ::dup2(nowhere, STDOUT_FILENO);
    }
    RecordingScheduler scheduler(request_.scheduler, &log_);
    RunRequest request = request_;
    request.scheduler = &scheduler;
    request.trace = nullptr;
    explorer::v1::EndOfRun end;
    EncodeRunReport(run_(request), *end.mutable_report());
    if (scheduler.next().has_value()) {
      end.set_next_run(static_cast<int32_t>(*scheduler.next()));
    }
    if (request.profile || scheduler.traits().searches) {
      end.set_policy_state(scheduler.SaveState());
    }
    if (options_.check_leaks && __lsan_do_recoverable_leak_check != nullptr) {
      end.set_leaked(__lsan_do_recoverable_leak_check() != 0);
    }
    std::fflush(nullptr);
    if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
    WriteFully(result_.write, WithLength(end.SerializeAsString()));
    // Not exit(): what the program does at its end, it does in the parent.
    ::_exit(0);
  }

  // ---- In the parent

  IsolatedRun NotStarted() {
    IsolatedRun run;
    run.died = true;
    run.died_of = absl::StrCat("no process: ", ::strerror(errno));
    run.report.failed = true;
    run.report.message =
        absl::StrCat("cannot start a process for the run: ", ::strerror(errno));
    run.report.signature = "no process";
    return run;
  }

  // Reads what the child says until it is gone, or must go.
  void Listen() {
    absl::Time deadline = absl::Now() + options_.real_time_limit;
    int asked = 0;  // how often it was asked to go
    while (result_.read >= 0) {
      pollfd waits[] = {{result_.read, POLLIN, 0}, {errors_.read, POLLIN, 0}};
      const int ready = ::poll(waits, errors_.read >= 0 ? 2 : 1, kTickMs);
      if (ready > 0) {
        if (waits[0].revents != 0) Receive(result_, &received_);
        if (errors_.read >= 0 && waits[1].revents != 0) {
          Receive(errors_, &errors_text_);
          LimitErrors();
        }
        if (asked == 0 && absl::Now() < deadline) continue;
      } else if (IsGone()) {  // and a child of its own holds on to the pipe
        return;
      }
      const absl::Time now = absl::Now();
      if (now < deadline && (told_to_stop == 0 || asked > 0)) continue;
      timed_out_ = timed_out_ || told_to_stop == 0;
      ::kill(child_, asked++ == 0 ? SIGTERM : SIGKILL);
      deadline = now + kGrace;
    }
  }

  static void Receive(Pipe& pipe, std::string* text) {
    char buffer[16 << 10];
    const ssize_t got = ::read(pipe.read, buffer, sizeof(buffer));
    if (got > 0) {
      text->append(buffer, static_cast<size_t>(got));
    } else if (got == 0 || errno != EINTR) {
      Pipe::Close(pipe.read);
    }
  }

  // Passes on what is not going to be among the last words.
  void LimitErrors() {
    if (errors_text_.size() <= 2 * kLastWords) return;
    const size_t passed = errors_text_.size() - kLastWords;
    PassOn(absl::string_view(errors_text_).substr(0, passed));
    errors_text_.erase(0, passed);
  }

  void PassOn(absl::string_view text) const {
    if (!options_.quiet) WriteFully(STDERR_FILENO, text);
  }

  bool IsGone() {
    if (reaped_) return true;
    reaped_ = ::waitpid(child_, &status_, WNOHANG) == child_;
    return reaped_;
  }

  void Reap() {
    while (!reaped_) {
      const pid_t done = ::waitpid(child_, &status_, 0);
      if (done < 0 && errno == EINTR) continue;
      reaped_ = true;
    }
    // What it wrote in its last moments.
    if (errors_.read >= 0) {
      ::fcntl(errors_.read, F_SETFL, O_NONBLOCK);
      while (errors_.read >= 0) Receive(errors_, &errors_text_);
      LimitErrors();
    }
  }

  std::string DiedOf() const {
    if (timed_out_) {
      return absl::StrCat("no end within ",
                          absl::FormatDuration(options_.real_time_limit));
    }
    if (WIFSIGNALED(status_)) {
      const char* name = ::sigabbrev_np(WTERMSIG(status_));
      return name != nullptr ? absl::StrCat("SIG", name)
                             : absl::StrCat("signal ", WTERMSIG(status_));
    }
    return absl::StrCat("exit code ", WEXITSTATUS(status_));
  }

  IsolatedRun Conclude() {
    IsolatedRun run;
    run.policy = std::string(log_.policy());
    std::optional<explorer::v1::EndOfRun> end = ParseEnd(received_);
    if (!end.has_value() || timed_out_ || told_to_stop != 0) {
      if (told_to_stop != 0) PassOn(errors_text_);
      return Died(std::move(run));
    }
    PassOn(errors_text_);
    run.report = DecodeRunReport(end->report());
    if (end->has_next_run()) run.next = static_cast<NextRun>(end->next_run());
    if (end->has_policy_state()) {
      ORRERY_CHECK(request_.scheduler->RestoreState(end->policy_state()),
                   "a policy does not take back the state that it has saved");
    }
    if (end->leaked() && !run.report.failed) {
      run.report.failed = true;
      run.report.signature = "leak";
      run.report.message =
          "the run has leaked memory: see LeakSanitizer's report on standard "
          "error";
    }
    HandOnChoices(run.report);
    return run;
  }

  IsolatedRun Died(IsolatedRun run) {
    run.died = true;
    run.died_of = DiedOf();
    run.last_words = std::move(errors_text_);
    if (run.last_words.size() > kLastWords) {
      run.last_words.erase(0, run.last_words.size() - kLastWords);
    }
    run.report.failed = true;
    run.report.signature = SignatureOfDeath(run.died_of, run.last_words);
    run.report.message =
        absl::StrCat("the process of this run died: ", run.died_of);
    run.report.elapsed = ToDuration(log_.last_time());
    run.report.steps = log_.last_step();
    run.report.choices = log_.count();
    run.report.digests = {Digest(0), Digest(0)};  // not known
    HandOnChoices(run.report);
    return run;
  }

  void HandOnChoices(const RunReport& report) {
    if (request_.trace == nullptr ||
        request_.trace->level() == TraceLevel::kOff) {
      return;
    }
    const Schedule schedule =
        log_.ToSchedule(request_.scheduler->traits().orders);
    std::vector<Choice> choices;
    choices.reserve(schedule.choices.size());
    for (const ScheduledChoice& choice : schedule.choices) {
      choices.push_back({choice.kind, choice.n, choice.chosen,
                         schedule.SiteOf(choice), choice.span});
    }
    if (!choices.empty()) request_.trace->OnChoices(choices, report.digests);
  }

  const IsolateOptions& options_;
  ChoiceLog& log_;
  const RunFunction& run_;
  const RunRequest& request_;
  Pipe result_;
  Pipe errors_;
  pid_t child_ = -1;
  bool reaped_ = false;
  int status_ = 0;
  bool timed_out_ = false;
  std::string received_;
  std::string errors_text_;
};

IsolatedRun Isolation::Run(const RunFunction& run, const RunRequest& request) {
  return Child(options_, log_, run, request).Run();
}

RunFunction Isolated(RunFunction run, IsolateOptions options) {
  const auto isolation = std::make_shared<Isolation>(options);
  return [run = std::move(run), isolation](const RunRequest& request) {
    return isolation->Run(run, request).report;
  };
}

}  // namespace orrery
