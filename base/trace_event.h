// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceEvent`: the closed set of all that can happen in a run, as plain
// structs. The engine makes them, sinks take them, readers of traces give them
// back.

#ifndef ORRERY_BASE_TRACE_EVENT_H_
#define ORRERY_BASE_TRACE_EVENT_H_

#include <cstdint>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"

namespace orrery {

// What kind of thing can be chosen to run next.
enum class EntityKind : uint8_t {
  kTask = 1,
  kCallback = 2,  // posted to run as soon as possible
  kTimer = 3,     // posted to run at an instant
  kMessage = 4,   // ready to be delivered
};
absl::string_view EntityKindName(EntityKind kind);

// What a task that does not run waits for.
enum class WaitKind : uint8_t {
  kNothing = 0,
  kTurn = 1,   // could run: it yielded, or stands before a declared access
  kSleep = 2,  // an instant
  kJoin = 3,   // another task's end
  kAll = 4,    // the end of several tasks
  kMutex = 5,
  kEvent = 6,
  kQueueGet = 7,
  kQueuePut = 8,
  kForeign = 9,  // an awaitable that is not Orrery's
  kFuture = 10,
  kSemaphore = 11,
  kCondition = 12,
  kBarrier = 13,
  kChannelReceive = 14,
  kChannelSend = 15,
  kReadLock = 16,
  kWriteLock = 17,
  kGroup = 18,   // the end of a task group's children
  kAny = 19,     // the first of several
  kSelect = 20,  // whichever of several cases is ready first
  kPool = 21,    // a worker of a thread pool
};
absl::string_view WaitName(WaitKind kind);
// Returns what stands before the object's name where a wait is put into words:
// "an item in ", to be followed by "Queue \"jobs\"". Empty where the name says
// it all, and where no single object is waited for.
absl::string_view WaitPrefix(WaitKind kind);

// What state a simulated machine is in.
enum class NodeState : uint8_t {
  kUp = 1,       // it runs: it has booted, or goes on after a pause
  kStopped = 2,  // it has shut down by itself
  kKilled = 3,   // its processes have been ended
  kCrashed = 4,  // it has lost power
  kPaused = 5,   // it stands still and will go on
};
// Returns "is up", "has stopped", "is killed", "crashes" or "pauses".
absl::string_view NodeStateVerb(NodeState state);

// How a run ended.
enum class Outcome : uint8_t {
  kUnknown = 0,    // the process died, or the run is not over
  kCompleted = 1,  // the main task returned
  kFailed = 2,     // an exception that nobody caught, or a failed assertion
  kDeadlock = 3,   // nothing ready, no timer, and the main task not done
  kStepLimit = 4,
  kTimeLimit = 5,
  kDiverged = 6,  // a replay met something else than was recorded
  kLiveLock = 7,  // many steps, and the clock does not move
};
absl::string_view OutcomeName(Outcome outcome);

// A place in the source as text. Both views are empty where it is not known.
struct SiteText {
  absl::string_view file;
  absl::string_view function;
  uint32_t line = 0;

  SiteText() = default;
  SiteText(const SourceSite& site)  // NOLINT: a site is its text
      : file(site.file_name()),
        function(site.function_name()),
        line(site.line()) {}
  SiteText(absl::string_view f, absl::string_view fn, uint32_t l)
      : file(f), function(fn), line(l) {}
};

namespace event {

// A task or callback came into being. The acting task is its parent.
struct Spawned {
  TaskId id;
  EntityId entity;
  EntityKind kind = EntityKind::kTask;
  NodeId node;
  absl::string_view name;
  SiteText site;
  SimTime due;  // for timers: when it is to run
};

// An object that tasks can wait for or share came into being.
struct ObjectMade {
  ObjectId id;
  ObjectKey key;
  absl::string_view type;  // "Mutex"
  absl::string_view name;
  SiteText site;
};

// The scheduler chose among `candidates` (left empty for draws of numbers, and
// where there are more than `kMaxTracedCandidates`).
struct Chosen {
  Choice choice;
  absl::Span<const TaskId> candidates;
};
inline constexpr size_t kMaxTracedCandidates = 16;

// The acting task or callback begins a step.
struct Resumed {};

// The acting task ends its step and waits. `object` is the object or, for
// kJoin, the id of the awaited task. `due` is set for kSleep.
struct Suspended {
  WaitKind wait = WaitKind::kNothing;
  uint32_t object = 0;
  SimTime due;
  SiteText site;
};

// `task` became ready to run, by the acting task's doing (or by the clock's, if
// no task acts).
struct Woken {
  TaskId task;
};

// The acting task made an access within its step.
struct Accessed {
  ObjectId object;
  AccessKind kind = AccessKind::kNone;
};

// The acting task or callback is over. Neither flag: it returned.
struct Finished {
  bool failed = false;     // by an exception
  bool cancelled = false;  // because it was asked to cancel, and gave way
};

// A timer was cancelled before it ran.
struct TimerCancelled {
  TaskId timer;
};

// The acting task (or the event loop, if no task acts) asked `task` to cancel.
// Whether the task gives way is seen when it finishes.
struct CancelRequested {
  TaskId task;
};

// A future got what its awaiters wait for, by the acting task's doing (or by
// the event loop's, if no task acts). Neither flag: it got a value.
struct FutureEnded {
  ObjectId future;
  bool failed = false;     // it got an error
  bool cancelled = false;  // it was cancelled
};

// A line that the program logged.
struct Logged {
  absl::string_view text;
  SiteText site;
};

// The program said that something is wrong: a failed assertion, an exception
// that nobody awaits.
struct Failed {
  absl::string_view message;
  SiteText site;
};

// Simulated time passed inside a step.
struct TimePassed {
  SimTime until;
  SiteText site;
};

// Something was made to go wrong. `what` names it: "partition", "crash".
struct Faulted {
  absl::string_view what;
  NodeId node;
};

// A group of choices begins or ends.
struct SpanBegun {
  SpanId id;
  SpanId parent;
  absl::string_view label;
};
struct SpanEnded {
  SpanId id;
};

// The acting task sent a message. `from` and `to` are 0 where there are no
// nodes; `payload` is a digest of what is in it.
struct MessageSent {
  MessageId id;
  NodeId from;
  NodeId to;
  absl::string_view type;  // "AppendEntries"
  uint64_t size = 0;       // in bytes
  uint64_t payload = 0;
  SiteText site;
};
// A message arrived, and the acting task (or the event loop, if no task acts)
// took it.
struct MessageDelivered {
  MessageId id;
  SiteText site;
};
// A message will never arrive. `why` is "partition", "loss", ...
struct MessageDropped {
  MessageId id;
  absl::string_view why;
};
// A message will arrive once more, as `copy`.
struct MessageCopied {
  MessageId id;
  MessageId copy;
};

// A simulated machine came into being. It is not up yet.
struct NodeMade {
  NodeId id;
  absl::string_view name;
};
// A simulated machine came into another state. `incarnation` counts, from 1,
// how often it has booted.
struct NodeChanged {
  NodeId node;
  NodeState state = NodeState::kUp;
  uint32_t incarnation = 0;
};

// The acting task did something to a file of a simulated machine.
struct FileAccessed {
  NodeId node;
  absl::string_view operation;  // "write", "fsync", "rename"
  absl::string_view file;
  uint64_t offset = 0;
  uint64_t size = 0;     // in bytes
  uint64_t payload = 0;  // a digest of what was written or read
  bool failed = false;
};

// The program mixed something of its state into the digest of the run's data.
struct StateDigested {
  absl::string_view label;  // "ledger"
  uint64_t digest = 0;      // of what was mixed in
};

}  // namespace event

struct TraceEvent {
  using What =
      std::variant<event::Spawned, event::ObjectMade, event::Chosen,
                   event::Resumed, event::Suspended, event::Woken,
                   event::Accessed, event::Finished, event::TimerCancelled,
                   event::CancelRequested, event::FutureEnded, event::Logged,
                   event::Failed, event::TimePassed, event::Faulted,
                   event::SpanBegun, event::SpanEnded, event::MessageSent,
                   event::MessageDelivered, event::MessageDropped,
                   event::MessageCopied, event::NodeMade, event::NodeChanged,
                   event::FileAccessed, event::StateDigested>;

  SimTime time;
  TaskId task;  // who acts; none: the event loop itself
  What what;
};

}  // namespace orrery

#endif  // ORRERY_BASE_TRACE_EVENT_H_
