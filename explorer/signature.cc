// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/signature.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/base/task_report.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

constexpr size_t kMaxText = 200;
constexpr size_t kMaxLastWords = 3;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}
bool IsHexDigit(char c) {
  return absl::ascii_isxdigit(static_cast<unsigned char>(c));
}

// "client#7" -> "client". A name of the program's own keeps its numbers.
std::string WithoutTaskNumbers(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && i + 1 < text.size() && IsDigit(text[i + 1])) {
      while (i + 1 < text.size() && IsDigit(text[i + 1])) ++i;
      continue;
    }
    result.push_back(text[i]);
  }
  return result;
}

absl::string_view FirstLine(absl::string_view text) {
  return text.substr(0, text.find('\n'));
}

absl::string_view BaseName(absl::string_view file) {
  const size_t slash = file.rfind('/');
  return slash == absl::string_view::npos ? file : file.substr(slash + 1);
}

// ---- Deadlocks --------------------------------------------------------------

// Whom each task waits for, where that is a task: by name.
std::map<std::string, std::string> WaitsFor(
    const std::vector<TaskReport>& tasks) {
  std::map<std::string, std::string> waits_for;
  for (const TaskReport& task : tasks) {
    absl::string_view other = task.waits_for;
    if (!task.held_by.empty()) {
      waits_for[task.name] = task.held_by;
    } else if (task.wait == WaitKind::kJoin &&
               absl::ConsumePrefix(&other, "task ")) {
      waits_for[task.name] = std::string(other);
    }
  }
  return waits_for;
}

// The names of those that are part of a circle.
std::set<std::string> InCircles(const std::vector<TaskReport>& tasks) {
  const std::map<std::string, std::string> waits_for = WaitsFor(tasks);
  std::set<std::string> circle;
  for (const TaskReport& task : tasks) {
    // Nobody waits for more than one: a task is in a circle if following it
    // leads back to it.
    std::string at = task.name;
    for (size_t i = 0; i < tasks.size(); ++i) {
      const auto next = waits_for.find(at);
      if (next == waits_for.end()) break;
      at = next->second;
      if (at == task.name) {
        circle.insert(at);
        break;
      }
    }
  }
  return circle;
}

std::string OfDeadlock(const std::vector<TaskReport>& tasks) {
  const std::set<std::string> circle = InCircles(tasks);
  std::set<std::string> waits;
  // Of equal ones (a hundred clients at one line) it counts that there are
  // some: how many may be chance.
  const auto add = [&waits](const TaskReport& task) {
    waits.insert(absl::StrCat(WithoutTaskNumbers(task.name), " waits for ",
                              WithoutTaskNumbers(task.waits_for), " at ",
                              task.stack.empty()
                                  ? "an unknown place"
                                  : BaseName(task.stack.front())));
  };
  for (const TaskReport& task : tasks) {
    const bool only_joins = task.wait == WaitKind::kJoin ||
                            task.wait == WaitKind::kAll ||
                            task.wait == WaitKind::kGroup;
    if (circle.empty() ? !only_joins : circle.count(task.name) != 0) add(task);
  }
  if (waits.empty()) {
    for (const TaskReport& task : tasks) add(task);
  }
  return absl::StrCat("deadlock ", absl::StrJoin(waits, "; "));
}

// ---- The rest ---------------------------------------------------------------

// A property that is violated is known by its name, wherever that was noticed.
// Returns "Always \"NAME\"", or "" if `message` is not of a property.
std::string OfProperty(absl::string_view message) {
  for (absl::string_view kind :
       {"Always \"", "Unreachable \"", "EventuallyWithin \""}) {
    if (!absl::StartsWith(message, kind)) continue;
    const size_t end = message.find('"', kind.size());
    if (end != absl::string_view::npos) {
      return std::string(message.substr(0, end + 1));
    }
  }
  return "";
}

std::string OfAssertion(const FailedAssertion& assertion) {
  if (assertion.file.empty()) {
    return absl::StrCat("assertion: ",
                        WithoutNumbers(FirstLine(assertion.message)));
  }
  return absl::StrCat("assertion ", BaseName(assertion.file), ":",
                      assertion.line);
}

std::string OfOutcome(const RunResult& result) {
  switch (result.outcome) {
    case Outcome::kCompleted:
      return "";
    case Outcome::kDeadlock:
      return OfDeadlock(result.tasks);
    case Outcome::kFailed:
      break;
    default:
      return std::string(OutcomeName(result.outcome));
  }
  if (!result.failure.has_value()) return "failed";
  const RunFailure& failure = *result.failure;
  if (std::string name = OfProperty(failure.message); !name.empty())
    return name;
  std::string text = "failed";
  if (!failure.task_name.empty()) {
    absl::StrAppend(&text, " ", WithoutTaskNumbers(failure.task_name));
  }
  if (!failure.site.empty()) {
    absl::StrAppend(&text, " at ", BaseName(failure.site));
  }
  return absl::StrCat(
      text, ": ",
      WithoutNumbers(FirstLine(failure.message).substr(0, kMaxText)));
}

bool SaysWhere(absl::string_view line) {
  return absl::StartsWith(line, "orrery: ") ||
         absl::StartsWith(line, "terminate called") ||
         absl::StrContains(line, "what():") ||
         absl::StrContains(line, "Assertion `") ||
         absl::StrContains(line, "Sanitizer: ") ||
         absl::StrContains(line, "runtime error: ");
}

}  // namespace

std::string WithoutNumbers(absl::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    if (absl::StartsWith(text.substr(i), "0x")) {
      i += 2;
      while (i < text.size() && IsHexDigit(text[i])) ++i;
      result.push_back('#');
    } else if (IsDigit(text[i])) {
      // With a fraction, if there is one.
      while (i < text.size() &&
             (IsDigit(text[i]) || (text[i] == '.' && i + 1 < text.size() &&
                                   IsDigit(text[i + 1])))) {
        ++i;
      }
      result.push_back('#');
    } else {
      result.push_back(text[i++]);
    }
  }
  return result;
}

std::string SignatureOf(const RunResult& result,
                        absl::Span<const FailedAssertion> assertions) {
  if (assertions.empty()) return OfOutcome(result);
  const std::string first = OfAssertion(assertions.front());
  // That a task threw may be no more than what a fatal assertion does.
  if (result.ok() || result.outcome == Outcome::kFailed) return first;
  return absl::StrCat(first, ", ", OfOutcome(result));
}

std::string SignatureOfDeath(absl::string_view of,
                             absl::string_view last_words) {
  std::string text = absl::StrCat("died of ", of);
  size_t taken = 0;
  for (absl::string_view line : absl::StrSplit(last_words, '\n')) {
    if (!SaysWhere(line)) continue;
    absl::StrAppend(&text, taken == 0 ? ": " : "; ",
                    WithoutNumbers(line.substr(0, kMaxText)));
    if (++taken == kMaxLastWords) break;
  }
  return text;
}

}  // namespace orrery
