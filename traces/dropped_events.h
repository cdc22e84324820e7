// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DroppedEvents`: what a trace that grows too large keeps of the events that
// it drops. That is enough to replay the run, and to say who does what in the
// events that are left.

#ifndef ORRERY_TRACES_DROPPED_EVENTS_H_
#define ORRERY_TRACES_DROPPED_EVENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/traces/packer.h"
#include "orrery/traces/wire.h"

namespace orrery {

class DroppedEvents {
 public:
  // Of the tasks and objects that were brought into being and may be there
  // still, so many are kept: those that did or met something last.
  static constexpr size_t kMaxMade = 10'000;

  // Forgets everything.
  void Clear();

  // Takes the next records of a trace at level kEvents, whole ones as
  // `TraceWriter` has written them. Appends to `front` what is kept as it is:
  // the texts and places, and the choices.
  void Take(absl::string_view records, Packer& front);

  // Appends the `Truncated` record, which says what is missing.
  void WriteTruncated(Packer& front) const;

  // How many events have been taken.
  uint64_t count() const { return count_; }

 private:
  // An event by which something came into being, or a node into its state.
  struct Made {
    uint64_t event = 0;  // its number
    SimTime time;
    TaskId task;
    std::string what;        // the field of the event's message
    uint64_t last_used = 0;  // the number of the last event about it
  };
  enum class Kind : uint64_t { kTask, kObject, kNode, kNodeState };
  static uint64_t Key(Kind kind, uint64_t id) {
    return static_cast<uint64_t>(kind) << 32 | id;
  }

  void TakeEvent(absl::string_view event, Packer& front);
  void TakeChoice(absl::string_view chosen, Packer& front);
  void Keep(Kind kind, uint64_t id, const WireField& what);
  void Use(Kind kind, uint64_t id);
  void Forget(Kind kind, uint64_t id) { made_.erase(Key(kind, id)); }
  void ForgetUnused();
  void CloseBlock(Packer& front);

  uint64_t count_ = 0;
  SimTime now_;
  TaskId task_;
  uint64_t choices_ = 0;
  Packer block_;  // the choices that are not in a front yet
  uint64_t block_count_ = 0;
  absl::flat_hash_map<uint64_t, Made> made_;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_DROPPED_EVENTS_H_
