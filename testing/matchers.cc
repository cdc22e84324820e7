// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/matchers.h"

#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

using testing::Matcher;

MATCHER_P2(IsEntry, time, text,
           "is at " + FormatSimTime(time) + " and its text " +
               testing::DescribeMatcher<std::string>(text)) {
  return arg.time == time && testing::Matches(text)(arg.text);
}

MATCHER_P(HasText, text,
          "has a text that " + testing::DescribeMatcher<std::string>(text)) {
  return testing::Matches(text)(arg.text);
}

const HistoryEntry* FindTaskEnd(const History& history,
                                const std::string& task) {
  for (const HistoryEntry& entry : history) {
    if (entry.kind == HistoryEntry::Kind::kTaskEnd && entry.text == task) {
      return &entry;
    }
  }
  return nullptr;
}

size_t Find(const History& history, const std::string& text) {
  size_t i = 0;
  while (i < history.size() && history[i].text != text) ++i;
  return i;
}

MATCHER_P2(TaskEndsAt, task, time,
           "has the task \"" + task + "\" end at " + FormatSimTime(time)) {
  const HistoryEntry* end = FindTaskEnd(arg, task);
  if (end == nullptr) {
    *result_listener << "where no task \"" << task << "\" has ended";
    return false;
  }
  *result_listener << "where it ended at " << FormatSimTime(end->time);
  return end->time == time;
}

MATCHER_P2(TaskEndsWithin, task, limit,
           "has the task \"" + task + "\" end by " + FormatSimTime(limit)) {
  const HistoryEntry* end = FindTaskEnd(arg, task);
  if (end == nullptr) {
    *result_listener << "where no task \"" << task << "\" has ended";
    return false;
  }
  *result_listener << "where it ended at " << FormatSimTime(end->time);
  return end->time <= limit;
}

MATCHER_P2(Precedes, first, second,
           "has \"" + first + "\" before \"" + second + "\"") {
  const size_t a = Find(arg, first);
  const size_t b = Find(arg, second);
  if (a == arg.size() || b == arg.size()) {
    *result_listener << "where \"" << (a == arg.size() ? first : second)
                     << "\" does not happen";
    return false;
  }
  *result_listener << "where they are entries " << a << " and " << b;
  return a < b;
}

MATCHER_P2(EndsLike, outcome, elapsed_matcher,
           std::string("is a run that ends as ") +
               std::string(OutcomeName(outcome)) +
               " after a simulated time that " +
               testing::DescribeMatcher<absl::Duration>(elapsed_matcher)) {
  if (arg.outcome != outcome) return false;
  return testing::Matches(elapsed_matcher)(arg.elapsed);
}

MATCHER_P(FailsSaying, message,
          "is a run that fails with a message that " +
              testing::DescribeMatcher<std::string>(message)) {
  return arg.failure.has_value() &&
         testing::Matches(message)(arg.failure->message);
}

SimTime ToSimTime(absl::Duration d) { return SimTime(ToNanoseconds(d)); }

}  // namespace

History Timeline() { return Simulation::Current("Timeline").history(); }

void PrintTo(const HistoryEntry& entry, std::ostream* out) {
  *out << "[" << FormatSimTime(entry.time) << "] "
       << (entry.kind == HistoryEntry::Kind::kTaskEnd ? "end of task " : "")
       << entry.text;
}

void PrintTo(const RunResult& result, std::ostream* out) {
  *out << FormatRunResult(result);
}

Matcher<const HistoryEntry&> At(absl::Duration time,
                                const Matcher<std::string>& text) {
  return IsEntry(ToSimTime(time), text);
}

Matcher<const HistoryEntry&> Line(const Matcher<std::string>& text) {
  return HasText(text);
}

Matcher<const History&> CompletesAt(const std::string& task,
                                    absl::Duration at) {
  return TaskEndsAt(task, ToSimTime(at));
}

Matcher<const History&> CompletesWithin(const std::string& task,
                                        absl::Duration limit) {
  return TaskEndsWithin(task, ToSimTime(limit));
}

Matcher<const History&> HappensBefore(const std::string& first,
                                      const std::string& second) {
  return Precedes(first, second);
}

Matcher<const RunResult&> Completes() {
  return EndsLike(Outcome::kCompleted, testing::A<absl::Duration>());
}

Matcher<const RunResult&> CompletesAt(absl::Duration elapsed) {
  return EndsLike(Outcome::kCompleted,
                  Matcher<absl::Duration>(testing::Eq(elapsed)));
}

Matcher<const RunResult&> CompletesWithin(absl::Duration limit) {
  return EndsLike(Outcome::kCompleted,
                  Matcher<absl::Duration>(testing::Le(limit)));
}

Matcher<const RunResult&> Deadlocks() {
  return EndsLike(Outcome::kDeadlock, testing::A<absl::Duration>());
}

Matcher<const RunResult&> FailsWith(const Matcher<std::string>& message) {
  return FailsSaying(message);
}

}  // namespace orrery
