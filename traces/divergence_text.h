// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DivergenceText`: where a replay leaves the recorded run, in words. Both
// directions are named in every line, and so is what follows from it:
//
//   REPLAY DIVERGED at event #18204 (choice 2311), 1.204500s: this run does not
//   match raft.orrery
//     recorded: #18204 1.204500s loop choice of next task: 1 of 3 {...} -> ...
//     this run: #18204 1.204500s loop choice of next task among 2 {...}
//     missing in this run: election#5, last seen: #18100 ... [raft/node.cc:214]
//     data changed before the schedule did: what was logged differs
//       recorded: #18190 1.204s apply#3 logs "term 4" [raft/log.cc:77 Append]
//       this run: #18190 1.204s apply#3 logs "term 5" [raft/log.cc:77 Append]
//     => look at event #18190 [raft/log.cc:77 Append]
//     same build: ...
//     last 5 common events:
//       ...

#ifndef ORRERY_TRACES_DIVERGENCE_TEXT_H_
#define ORRERY_TRACES_DIVERGENCE_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/trace_event.h"

namespace orrery {

// Whose trace it is.
enum class RecordedBy : uint8_t {
  kUnknown,  // the trace does not say
  kThisBuild,
  kAnotherBuild,
};

// What two runs do first that is not the same.
enum class DifferenceKind : uint8_t {
  kSchedule,  // who runs, or who could
  kData,      // what was drawn, sent, written; how long something takes
  kAction,    // what a task does
  kEnd,       // when the run is over
};

// Returns how two events differ, which are not the same. Null: the run was over
// before.
DifferenceKind KindOfDifference(const TraceEvent* recorded,
                                const TraceEvent* actual);

// What was logged first that is not the same, before anything else was.
struct LogDifference {
  std::string recorded;  // the whole event; "nothing" if there is none
  std::string actual;
  std::string site;      // of one of them
  uint64_t look_at = 0;  // event of this run
};

struct DivergenceText {
  std::string where;     // "event #12 (choice 3), 1.000s"
  std::string trace;     // its name
  std::string recorded;  // what comes there
  std::string actual;
  std::vector<std::string> only_recorded;  // who could run there only
  std::vector<std::string> only_actual;
  DifferenceKind kind = DifferenceKind::kSchedule;
  std::optional<LogDifference> log;
  // The place of the difference itself, if there was none in the log.
  std::optional<uint64_t> look_at;
  std::string site;
  // Lines in the place of what follows from the difference.
  std::vector<std::string> instead;
  RecordedBy recorded_by = RecordedBy::kUnknown;
  std::vector<std::string> common;  // the last events that were the same

  // Returns all of it, without a line break at the end.
  std::string ToString() const;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_DIVERGENCE_TEXT_H_
