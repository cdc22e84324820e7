// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CauseIndex`: what led to each event of a trace. A step was begun by whatever
// made its task ready, which happened in another step, and so on: the chain of
// them is a short story of a long run.

#ifndef ORRERY_ANALYSIS_CAUSES_H_
#define ORRERY_ANALYSIS_CAUSES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// How an event led to another.
enum class CauseKind : uint8_t {
  kNone,     // it is not known, or nothing did: the beginning
  kStep,     // both are in one step, which began with the former
  kWoken,    // the former made the task ready that the latter resumes
  kSpawned,  // the former brought the task into being of which the latter is
  kTimer,    // the former set the timer that fires with the latter
  kTurn,     // the former gave up the turn that the latter takes again
  kMessage,  // the former sent the message that the latter delivers, drops or
             // copies; or delivered the one that the latter wakes somebody for
  kCancel,   // the former asked the task to cancel that the latter wakes
};
// Returns what stands before the former in a sentence about the latter: "woken
// by", "timer set by". Empty for kNone.
absl::string_view CauseKindName(CauseKind kind);

// `event` is an index into `Trace::events`; the number that people know it by
// is that and `Trace::first_event`. It is smaller than that of what it led to.
struct Cause {
  CauseKind kind = CauseKind::kNone;
  uint64_t event = 0;

  friend bool operator==(const Cause&, const Cause&) = default;
};

// Knows of each event the one that led to it directly.
//
//   a Resumed         the Woken or Spawned that made the task ready; the
//                     Suspended that it goes on after, if none did
//   a Woken           the CancelRequested for that task in the same step; where
//                     the loop wakes it, the Suspended that said until when, or
//                     the Spawned of the timer, or a message that was delivered
//   a message's end   the MessageSent, or the MessageCopied that made it
//   all else          the Resumed that the step of its task began with; of an
//                     eager task, which has none at first, its Spawned
//
// In a trace without its first events, or an odd one, causes may be missing;
// those that are there are right.
class CauseIndex {
 public:
  // Looks at each event once. `trace` is not needed afterwards.
  explicit CauseIndex(const Trace& trace);

  // Returns the direct cause of the event with that index; kNone if there is no
  // such event.
  Cause Of(uint64_t event) const;

  // Returns what led to the event, what led to that, and so on, the nearest
  // first, as far back as it is known, but at most `limit` of them.
  std::vector<Cause> Chain(uint64_t event, size_t limit = 1000) const;

 private:
  std::vector<Cause> causes_;
};

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_CAUSES_H_
