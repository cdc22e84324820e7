// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/crash_report.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constexpr int kSignals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};

struct Current {
  std::string test;
  std::string trace_path;
  std::string rerun;
  TraceWriter* writer = nullptr;
  pid_t process = 0;
  pthread_t thread = {};
};

Current* current = nullptr;
struct sigaction before[std::size(kSignals)];

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
  }
  return "a signal";
}

// The process dies anyway: this may allocate, and if that kills it a second
// time, the handlers are those from before.
void HandleSignal(int number) {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &before[i], nullptr);
  }
  Current* dying = std::exchange(current, nullptr);
  // A forked child (a death test, say) is not the process that recorded.
  if (dying != nullptr && dying->process == ::getpid() &&
      ::pthread_equal(dying->thread, ::pthread_self()) != 0) {
    std::string text =
        absl::StrCat("\norrery: ", SignalName(number), " in ", dying->test);
    if (const Simulation* simulation = Simulation::CurrentOrNull()) {
      absl::StrAppend(&text, " at ", FormatSimTime(simulation->now()),
                      ", step ", simulation->steps(), ", task ",
                      simulation->CurrentTaskName(), ", seed ",
                      simulation->seed().value);
    }
    if (dying->writer != nullptr) {
      dying->writer->Rescue(dying->trace_path);
      absl::StrAppend(&text, "\ntrace:  ", dying->trace_path);
    }
    if (!dying->rerun.empty()) {
      absl::StrAppend(&text, "\nrerun:  ", dying->rerun);
    }
    text.push_back('\n');
    [[maybe_unused]] const ssize_t written =
        ::write(STDERR_FILENO, text.data(), text.size());
  }
  ::raise(number);
}

}  // namespace

CrashReport::CrashReport(std::string test, std::string trace_path,
                         std::string rerun, TraceWriter* writer) {
  current = new Current{std::move(test),  std::move(trace_path),
                        std::move(rerun), writer,
                        ::getpid(),       ::pthread_self()};
  struct sigaction action = {};
  action.sa_handler = &HandleSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_NODEFER;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &action, &before[i]);
  }
}

CrashReport::~CrashReport() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i], &before[i], nullptr);
  }
  delete std::exchange(current, nullptr);
}

}  // namespace orrery
