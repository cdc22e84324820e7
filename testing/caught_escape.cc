// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/caught_escape.h"

#include <dlfcn.h>
#include <errno.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "orrery/base/check.h"
#include "orrery/base/prng.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/call_stack.h"
#include "orrery/testing/escapes.h"

namespace orrery {
namespace {

constexpr size_t kMaxCallers = 6;
constexpr int64_t kNanosecondsPerAnswer = 1'000'000;

// Libraries may escape when it is for themselves. That is decided by the
// functions between the call and the first one of the program: those of these.
constexpr absl::string_view kLibraries[] = {
    "std::", "__", "absl::", "testing::", "google::", "?"};
// The parts of them that do so for themselves.
constexpr absl::string_view kAllowedCallers[] = {
    "absl::log_internal::",      // the time in front of each line of a log
    "absl::raw_log_internal::",  //
    "absl::base_internal::NominalCPUFrequency",
    "google::LogMessage",
    "google::protobuf::internal::LogMessage",
    "orrery::MappedFile::",        // a trace in a file
    "testing::internal::Capture",  // CaptureStdout() and death tests
    "testing::internal::DeathTest",
    "testing::internal::ExecDeathTest",
    "testing::internal::GetCaptured",
    "testing::internal::GetThreadCount",
    "testing::internal::NoExecDeathTest",
};
// Where the program ends and the event loop begins.
constexpr absl::string_view kEventLoop = "orrery::Simulation::";

// Set while an escape is being reported, which opens files.
constinit thread_local bool reporting = false;

bool StartsWithOneOf(absl::string_view name,
                     absl::Span<const absl::string_view> starts) {
  return std::any_of(
      starts.begin(), starts.end(),
      [&](absl::string_view start) { return absl::StartsWith(name, start); });
}

// Returns "std::vector<int> Work()" without what a template's name begins with,
// the type that it returns, and without versions of the ABI.
absl::string_view PlainName(absl::string_view name) {
  const size_t end = std::min(name.find('('), name.find('<'));
  const size_t space = name.substr(0, end).rfind(' ');
  return space == absl::string_view::npos ? name : name.substr(space + 1);
}

bool IsLibrarys(absl::string_view caller) {
  return StartsWithOneOf(PlainName(caller), kLibraries);
}

bool ComesFromAllowedCaller(const std::vector<const void*>& stack) {
  for (const void* address : stack) {
    const std::string name = FunctionAt(address);
    if (StartsWithOneOf(PlainName(name), kAllowedCallers)) return true;
    if (!IsLibrarys(name)) return false;
  }
  return false;
}

// Returns the program's functions that have led to the call, the innermost
// first, and of a library's which one the program calls, without what it does
// within itself, and how it calls the program.
std::vector<std::string> Callers(const std::vector<const void*>& stack) {
  std::vector<std::string> names;
  for (const void* address : stack) {
    std::string name = FunctionAt(address);
    if (absl::StartsWith(PlainName(name), kEventLoop)) break;
    names.push_back(std::move(name));
  }
  while (!names.empty() && IsLibrarys(names.back())) names.pop_back();
  std::vector<std::string> callers;
  for (size_t i = 0; i < names.size(); ++i) {
    // The last one is the program's.
    const bool inside = IsLibrarys(names[i]) && IsLibrarys(names[i + 1]);
    if (!inside && names[i] != "?") callers.push_back(names[i]);
  }
  return callers;
}

bool IsEntropy(absl::string_view file) {
  return file == "/dev/urandom" || file == "/dev/random" ||
         file == "/dev/hwrng";
}

std::string Describe(absl::string_view name, const char* file, EscapeKind kind,
                     const std::vector<std::string>& callers) {
  const EscapeKindTexts& texts = TextsOf(kind);
  std::string text = absl::StrCat("escape: ", name);
  if (file != nullptr) absl::StrAppend(&text, "(\"", file, "\")");
  absl::StrAppend(&text, " was called inside a simulation: ", texts.why, "\n  ",
                  texts.instead);
  for (size_t i = 0; i < callers.size(); ++i) {
    if (i == kMaxCallers) {
      absl::StrAppend(&text, "\n  ... and ", callers.size() - i, " more");
      break;
    }
    absl::StrAppend(&text, "\n  called by ", callers[i]);
  }
  absl::StrAppend(&text,
                  "\n  where it is meant: AllowEscape, or {.allow_escapes = \"",
                  name, "\"}");
  return text;
}

// What answers depend on, begun anew with each simulation.
struct Answers {
  uint32_t simulation = 0;
  int64_t later_ns = 0;
  Prng numbers = Prng(0);
};
constinit thread_local Answers answers;

Answers& AnswersOf(const Simulation& simulation) {
  if (answers.simulation != simulation.serial()) {
    answers = {simulation.serial(), 0, Prng(simulation.seed().value)};
  }
  return answers;
}

Answers& CurrentAnswers() {
  return AnswersOf(Simulation::Current("the answer to an escape"));
}

}  // namespace

bool escape_internal::IsCaught(Simulation& simulation, const char* name,
                               const char* file, const void* caller) {
  if (reporting || AllowEscape::Any()) return false;
  if (!simulation.current_task_id() || simulation.closing()) return false;
  reporting = true;
  const int error = errno;  // the function that was meant may not touch it
  const EscapeKind kind = file != nullptr && IsEntropy(file)
                              ? EscapeKind::kEntropy
                              : KindOfEscape(name);
  bool caught = !AllowedEscapes::Has(name, kind);
  if (caught) {
    const std::vector<const void*> stack = CallAddresses(caller);
    caught = !ComesFromAllowedCaller(stack);
    // Only the first failure of a run counts, and is worth a description.
    if (caught && !simulation.stopping()) {
      std::string text = Describe(name, file, kind, Callers(stack));
      NoteEscape(simulation, text);
      simulation.Fail(std::move(text), SourceSite());
    }
  }
  errno = error;
  reporting = false;
  return caught;
}

void* escape_internal::FindReal(const char* symbol) {
  void* const function = ::dlsym(RTLD_NEXT, symbol);
  if (function == nullptr) {
    FailCheck("what is caught exists",
              absl::StrCat("this system's libraries have no ", symbol),
              SourceSite::current());
  }
  return function;
}

SimTime AnswerTime() {
  Answers& now = CurrentAnswers();
  const SimTime answer =
      After(Simulation::Current("the answer to an escape").now(), now.later_ns);
  AnswerSleep(kNanosecondsPerAnswer);
  return answer;
}

void AnswerSleep(int64_t nanoseconds) {
  Answers& now = CurrentAnswers();
  now.later_ns =
      After(SimTime(now.later_ns), std::max<int64_t>(0, nanoseconds)).ns;
}

uint64_t AnswerNumber() { return CurrentAnswers().numbers.Next(); }

void AnswerBytes(void* bytes, size_t size) {
  auto* to = static_cast<unsigned char*>(bytes);
  while (size > 0) {
    const uint64_t number = AnswerNumber();
    const size_t part = std::min(size, sizeof(number));
    std::memcpy(to, &number, part);
    to += part;
    size -= part;
  }
}

}  // namespace orrery
