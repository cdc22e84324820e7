// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/crash_report.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/task_report.h"
#include "orrery/base/task_tree.h"
#include "orrery/sim/faults/swarm.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task_state.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/failure_capture.h"

// In programs that are built with a sanitizer; null in others.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(
    void (*callback)());

namespace orrery {

struct CrashReport::Current {
  std::string test;
  std::function<Texts(Seed)> texts;
  TraceWriter* writer = nullptr;
  bool saved = false;
  pid_t process = 0;
  pthread_t thread = {};
  stack_t stack_before = {};
};

namespace {

// SIGTRAP is what --gtest_break_on_failure raises.
constexpr int kSignals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE,
                            SIGILL,  SIGTRAP, SIGTERM};
constexpr size_t kStackBytes = 256 * 1024;
// A process that dies with its memory in disorder may never finish its report.
constexpr unsigned kPatienceSeconds = 10;
constexpr size_t kMaxTaskLines = 30;

// Read by handlers. A volatile pointer, since they come between any two
// instructions.
CrashReport::Current* volatile current = nullptr;
struct sigaction before[std::size(kSignals)];
int dying_of = 0;

const char* SignalName(int number) {
  switch (number) {
    case SIGABRT:
      return "SIGABRT";
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    case SIGTRAP:
      return "SIGTRAP";
    case SIGTERM:
      return "SIGTERM";
  }
  return "a signal";
}

// Text in a fixed buffer: the process may have died with the allocator's lock
// taken.
class Line {
 public:
  Line& operator<<(absl::string_view text) {
    const size_t n = std::min(text.size(), sizeof(text_) - size_);
    std::memcpy(text_ + size_, text.data(), n);
    size_ += n;
    return *this;
  }
  Line& operator<<(uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return *this << absl::string_view(digits + at, sizeof(digits) - at);
  }
  // As `FormatSimTime`.
  Line& operator<<(SimTime time) {
    const uint64_t ns = static_cast<uint64_t>(time.ns);
    *this << ns / 1000000000u << ".";
    uint64_t rest = ns % 1000000000u;
    for (int digit = 0; digit < 9 && (digit < 3 || rest != 0); ++digit) {
      *this << rest / 100000000u;
      rest = rest % 100000000u * 10;
    }
    return *this << "s";
  }
  void Write() const {
    [[maybe_unused]] const ssize_t written =
        ::write(STDERR_FILENO, text_, size_);
  }

 private:
  char text_[1024];
  size_t size_ = 0;
};

// Null between two runs.
Simulation* SimulationOfTest() {
  const FailureCapture* capture = FailureCapture::Current();
  return capture != nullptr ? capture->simulation() : nullptr;
}

void WriteWhereItDied(const CrashReport::Current& dying, const char* of) {
  Line line;
  line << "\norrery: " << of << " in " << dying.test;
  if (const Simulation* simulation = Simulation::CurrentOrNull()) {
    line << " at " << simulation->now() << ", step " << simulation->steps();
    if (const TaskState* task = simulation->current_task()) {
      line << ", task "
           << (task->origin->name.empty() ? "task" : task->origin->name) << "#"
           << uint64_t{simulation->current_task_id().value};
    }
  }
  if (const Simulation* simulation = SimulationOfTest()) {
    line << ", seed " << simulation->seed().value;
  }
  line << "\n";
  line.Write();
}

// The assertions that had failed before: they were held back for the report.
void WriteFailures() {
  const FailureCapture* capture = FailureCapture::Current();
  if (capture == nullptr) return;
  size_t written = 0;
  for (const CapturedFailure& failure : capture->failures()) {
    Line line;
    if (++written > 5) {
      line << "... and " << capture->count() - 5 << " more failures\n";
      line.Write();
      return;
    }
    line << "before that, " << failure.file << ":"
         << static_cast<uint64_t>(failure.line) << ": Failure\n"
         << failure.message << "\n";
    line.Write();
  }
}

// An escape that was answered with an error may be why it dies.
void WriteEscape() {
  const Simulation* simulation = SimulationOfTest();
  if (simulation == nullptr) return;
  std::string text = NotedEscape(*simulation);
  if (text.empty()) return;
  text = absl::StrCat("before that, the run had failed:\n", text, "\n");
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), text.size());
}

// What the run had drawn for itself.
void WriteSwarm() {
  const Simulation* simulation = SimulationOfTest();
  if (simulation == nullptr) return;
  std::string text = Swarm::NotesOf(*simulation);
  if (text.empty()) return;
  text += "\n";
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), text.size());
}

void SaveAndWriteCommands(CrashReport::Current& dying) {
  Simulation* simulation = SimulationOfTest();
  if (simulation == nullptr) return;
  const CrashReport::Texts texts = dying.texts(simulation->seed());
  std::string text;
  const bool traced = dying.saved || dying.writer != nullptr;
  if (dying.writer != nullptr) {
    simulation->FlushTrace();
    dying.writer->Rescue(texts.trace_path);
  }
  if (traced && !texts.lasting_path.empty()) {
    absl::StrAppend(&text, "trace:  ", texts.lasting_path, "\n");
  }
  if (!texts.rerun.empty()) {
    absl::StrAppend(&text, "rerun:  ", texts.rerun, "\n");
  }
  if (traced && !texts.replay.empty()) {
    absl::StrAppend(&text, "replay: ", texts.replay, "\n");
  }
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), text.size());
}

// What every task is up to, for whoever reads and in the trace. It comes last:
// where memory is in disorder, to look at them may end the process.
void WriteTasks(CrashReport::Current& dying) {
  const Simulation* simulation = SimulationOfTest();
  if (simulation == nullptr || simulation->closing()) return;
  const std::vector<TaskReport> tasks = simulation->ReportTasks();
  if (tasks.empty()) return;
  std::string text = absl::StrCat("tasks that are not done (", tasks.size(),
                                  "), and below each those it waits for:\n");
  for (const std::string& line : FormatTaskTree(tasks, kMaxTaskLines)) {
    absl::StrAppend(&text, "  ", line, "\n");
  }
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), text.size());
  if (dying.writer != nullptr) {
    dying.writer->Rescue(dying.texts(simulation->seed()).trace_path, tasks);
  }
}

void GiveUp(int) {
  ::signal(dying_of, SIG_DFL);
  ::raise(dying_of);
  ::_exit(128 + dying_of);
}

// `with_tasks`: where they stand can still be looked at.
void Report(const char* of, bool with_tasks = true) {
  CrashReport::Current* dying = current;
  current = nullptr;
  // A forked child (a death test, say) is not the process that recorded.
  if (dying == nullptr || dying->process != ::getpid()) return;
  if (::pthread_equal(dying->thread, ::pthread_self()) == 0) {
    // What the simulation's own thread is doing to the trace is not known.
    Line line;
    line << "\norrery: " << of << " in another thread, while " << dying->test
         << " ran\n";
    line.Write();
    return;
  }
  const AllowEscape allow("the trace is written to a file");
  WriteWhereItDied(*dying, of);
  WriteFailures();
  WriteEscape();
  ::signal(SIGALRM, &GiveUp);
  ::alarm(kPatienceSeconds);
  WriteSwarm();
  SaveAndWriteCommands(*dying);
  if (with_tasks) WriteTasks(*dying);
  ::alarm(0);
}

void HandleSignal(int number, siginfo_t* info, void* context);

// Leaves those alone that the test has put in the place of ours.
void RestoreHandlers() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction now = {};
    ::sigaction(kSignals[i], nullptr, &now);
    if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == &HandleSignal) {
      ::sigaction(kSignals[i], &before[i], nullptr);
    }
  }
}

void HandleSignal(int number, siginfo_t* info, void*) {
  // If this dies in its turn, then as it would have without us.
  RestoreHandlers();
  dying_of = number;
  Report(SignalName(number));
  // What the processor has found it will find again when we return, for the
  // handler from before to see the right place: a sanitizer's, or none.
  const bool comes_again =
      info->si_code > 0 && (number == SIGSEGV || number == SIGBUS ||
                            number == SIGFPE || number == SIGILL);
  if (!comes_again) ::raise(number);
}

void HandleSanitizerDeath() {
  dying_of = SIGABRT;
  Report("a sanitizer's finding");
}

// By now the memory in which coroutines lived is gone, as all that belongs to
// the thread.
void HandleExit() { Report("a call of exit()", /*with_tasks=*/false); }

}  // namespace

CrashReport::CrashReport(std::string test, std::function<Texts(Seed)> texts)
    : current_(std::make_unique<Current>()),
      stack_(std::make_unique_for_overwrite<char[]>(kStackBytes)) {
  current_->test = std::move(test);
  current_->texts = std::move(texts);
  current_->process = ::getpid();
  current_->thread = ::pthread_self();
  current = current_.get();

  stack_t stack = {};
  stack.ss_sp = stack_.get();
  stack.ss_size = kStackBytes;
  ::sigaltstack(&stack, &current_->stack_before);
  struct sigaction action = {};
  action.sa_sigaction = &HandleSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_NODEFER | SA_ONSTACK | SA_SIGINFO;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &action, &before[i]);
    // Whoever started us may want a SIGTERM to be ignored.
    if (before[i].sa_handler == SIG_IGN) {
      ::sigaction(kSignals[i], &before[i], nullptr);
    }
  }
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(&HandleSanitizerDeath);
  }
  [[maybe_unused]] static const int registered = std::atexit(&HandleExit);
}

void CrashReport::SetWriter(TraceWriter* writer) {
  current_->saved = false;
  current_->writer = writer;
}

void CrashReport::SetSaved() {
  current_->writer = nullptr;
  current_->saved = true;
}

CrashReport::~CrashReport() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(nullptr);
  }
  RestoreHandlers();
  current = nullptr;
  ::sigaltstack(&current_->stack_before, nullptr);
}

}  // namespace orrery
