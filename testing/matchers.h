// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Matchers on what happened in a simulation.
//
// In a simulated test, about the lines that were logged and about tasks that
// have a name:
//   EXPECT_THAT(Logs(), LogsAre(At(absl::Seconds(1), "Bonjour"),
//                               At(absl::Seconds(2), "Monde")));
//   EXPECT_THAT(Timeline(), CompletesAt("hello", absl::Seconds(1)));
//   EXPECT_THAT(Timeline(), CompletesWithin("hello", absl::Seconds(3)));
//   EXPECT_THAT(Timeline(), HappensBefore("Bonjour", "world"));
// In a plain test, about a whole run:
//   EXPECT_THAT(Simulation().Run(Main), CompletesAt(absl::Seconds(3)));
//   EXPECT_THAT(Simulation().Run(Dine), Deadlocks());

#ifndef ORRERY_TESTING_MATCHERS_H_
#define ORRERY_TESTING_MATCHERS_H_

#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "orrery/sim/history.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/slow_step.h"

namespace orrery {

// Returns all that has happened so far in the simulation that runs: lines that
// were logged and the ends of named tasks, in order.
History Timeline();

// How GoogleTest prints them: "[1.000s] Bonjour".
void PrintTo(const HistoryEntry& entry, std::ostream* out);
void PrintTo(const RunResult& result, std::ostream* out);
void PrintTo(const SlowStep& slow, std::ostream* out);

// Matches one entry: its time is exactly `time`, and its text matches.
testing::Matcher<const HistoryEntry&> At(
    absl::Duration time, const testing::Matcher<std::string>& text);

// Matches one entry of the history whose text matches, at any time.
testing::Matcher<const HistoryEntry&> Line(
    const testing::Matcher<std::string>& text);

// Matches the lines logged, all of them, in order.
template <typename... Matchers>
auto LogsAre(const Matchers&... lines) {
  return testing::ElementsAre(lines...);
}

// Matches a history in which the named task ends exactly `at`; of several
// tasks with that name, the first one that ends.
testing::Matcher<const History&> CompletesAt(const std::string& task,
                                             absl::Duration at);
// ... in which the named task ends, `limit` after the beginning at the latest.
testing::Matcher<const History&> CompletesWithin(const std::string& task,
                                                 absl::Duration limit);
// ... in which `first` comes before `second`, and both come. Each names a line
// that was logged or a task, which stands for its end; the first such entry
// counts.
testing::Matcher<const History&> HappensBefore(const std::string& first,
                                               const std::string& second);

// Matches a run that completed.
testing::Matcher<const RunResult&> Completes();
// ... exactly `elapsed` of simulated time after it began.
testing::Matcher<const RunResult&> CompletesAt(absl::Duration elapsed);
// ... after `limit` of simulated time at the latest.
testing::Matcher<const RunResult&> CompletesWithin(absl::Duration limit);
// Matches a run that ended in a deadlock.
testing::Matcher<const RunResult&> Deadlocks();
// Matches a run that failed with a message that matches.
testing::Matcher<const RunResult&> FailsWith(
    const testing::Matcher<std::string>& message);

}  // namespace orrery

#endif  // ORRERY_TESTING_MATCHERS_H_
