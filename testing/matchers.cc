// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/matchers.h"

#include <cstddef>
#include <utility>

#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

using testing::Matcher;

SimTime ToSimTime(absl::Duration d) { return SimTime(ToNanoseconds(d)); }

MATCHER_P2(IsEntry, time, text,
           std::string(negation ? "is not at " : "is at ") +
               FormatSimTime(time) +
               (negation ? ", or its text " : " and its text ") +
               testing::DescribeMatcher<std::string>(text, negation)) {
  // The entry itself is printed in any case; this says which half of it is
  // wrong.
  if (arg.time != time) {
    *result_listener << "which is at " << FormatSimTime(arg.time);
    return false;
  }
  return testing::ExplainMatchResult(text, arg.text, result_listener);
}

MATCHER_P(HasText, text,
          std::string("has a text that ") +
              testing::DescribeMatcher<std::string>(text, negation)) {
  return testing::ExplainMatchResult(text, arg.text, result_listener);
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

// What the matchers below say about a history without such an end.
bool SayNotEnded(const std::string& task, testing::MatchResultListener* out) {
  *out << "where no task \"" << task << "\" has ended";
  return false;
}

MATCHER_P2(TaskEndsAt, task, time,
           std::string(negation ? "does not have" : "has") + " the task \"" +
               task + "\" end at " + FormatSimTime(time)) {
  const HistoryEntry* end = FindTaskEnd(arg, task);
  if (end == nullptr) return SayNotEnded(task, result_listener);
  *result_listener << "where it ended at " << FormatSimTime(end->time);
  return end->time == time;
}

MATCHER_P2(TaskEndsWithin, task, limit,
           std::string(negation ? "does not have" : "has") + " the task \"" +
               task + "\" end by " + FormatSimTime(limit)) {
  const HistoryEntry* end = FindTaskEnd(arg, task);
  if (end == nullptr) return SayNotEnded(task, result_listener);
  *result_listener << "where it ended at " << FormatSimTime(end->time);
  return end->time <= limit;
}

MATCHER_P2(Precedes, first, second,
           std::string(negation ? "does not have" : "has") + " \"" + first +
               "\" before \"" + second + "\"") {
  const size_t a = Find(arg, first);
  const size_t b = Find(arg, second);
  for (const auto& [index, text] :
       {std::pair(a, first), std::pair(b, second)}) {
    if (index < arg.size()) continue;
    *result_listener << "where \"" << text << "\" does not happen";
    return false;
  }
  *result_listener << "where \"" << first << "\" is entry #" << a << " at "
                   << FormatSimTime(arg[a].time) << ", and \"" << second
                   << "\" is entry #" << b << " at "
                   << FormatSimTime(arg[b].time);
  return a < b;
}

std::string DescribeEnd(bool negation, Outcome outcome) {
  return std::string(negation ? "is not a run that ends as "
                              : "is a run that ends as ") +
         std::string(OutcomeName(outcome));
}

MATCHER_P(EndsAs, outcome, DescribeEnd(negation, outcome)) {
  *result_listener << "which ended as " << OutcomeName(arg.outcome);
  return arg.outcome == outcome;
}

MATCHER_P(EndsAfter, elapsed,
          DescribeEnd(negation, Outcome::kCompleted) + " after exactly " +
              FormatSimTime(elapsed)) {
  *result_listener << "which ended as " << OutcomeName(arg.outcome) << " after "
                   << FormatSimTime(ToSimTime(arg.elapsed));
  return arg.ok() && ToSimTime(arg.elapsed) == elapsed;
}

MATCHER_P(EndsWithin, limit,
          DescribeEnd(negation, Outcome::kCompleted) + " after at most " +
              FormatSimTime(limit)) {
  *result_listener << "which ended as " << OutcomeName(arg.outcome) << " after "
                   << FormatSimTime(ToSimTime(arg.elapsed));
  return arg.ok() && ToSimTime(arg.elapsed) <= limit;
}

MATCHER_P(FailsSaying, message,
          (negation ? "is not a run that fails with a message that "
                    : "is a run that fails with a message that ") +
              testing::DescribeMatcher<std::string>(message)) {
  if (!arg.failure.has_value()) {
    *result_listener << "which completed";
    return false;
  }
  *result_listener << "whose message is \"" << arg.failure->message << "\"";
  return testing::Matches(message)(arg.failure->message);
}

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

void PrintTo(const SlowStep& slow, std::ostream* out) {
  *out << FormatSlowStep(slow);
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

Matcher<const RunResult&> Completes() { return EndsAs(Outcome::kCompleted); }

Matcher<const RunResult&> CompletesAt(absl::Duration elapsed) {
  return EndsAfter(ToSimTime(elapsed));
}

Matcher<const RunResult&> CompletesWithin(absl::Duration limit) {
  return EndsWithin(ToSimTime(limit));
}

Matcher<const RunResult&> Deadlocks() { return EndsAs(Outcome::kDeadlock); }

Matcher<const RunResult&> FailsWith(const Matcher<std::string>& message) {
  return FailsSaying(message);
}

}  // namespace orrery
