// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SyncObject`: the identity of something that tasks share or wait for.

#ifndef ORRERY_SIM_SYNC_OBJECT_H_
#define ORRERY_SIM_SYNC_OBJECT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/task_state.h"

namespace orrery {

class Operation;
class Simulation;
class WaiterList;

// The base of all primitives. Made inside a simulation (in a task, or in the
// fixture of a simulated test), it belongs to that simulation.
class SyncObject {
 public:
  SyncObject(const SyncObject&) = delete;
  SyncObject& operator=(const SyncObject&) = delete;

  ObjectId id() const { return id_; }
  ObjectKey key() const { return key_; }
  const char* type() const { return type_; }
  absl::string_view name() const { return name_; }
  // The task that has it to itself, which may be over; none if nobody has or
  // nobody can.
  TaskId holder() const { return holder_; }
  const SpawnOrigin* holder_origin() const { return holder_origin_; }

  // Returns "Mutex \"state\"", or "Mutex#3" if it has no name.
  std::string ToString() const;

 protected:
  // `type` is a literal; `name` is for people and may be empty.
  SyncObject(const char* type, absl::string_view name, const SourceSite& site);
  // The same for the one that belongs to the loop itself, whoever makes it.
  struct OfLoop {};
  SyncObject(OfLoop, const char* type, absl::string_view name);
  ~SyncObject() {
    if (attempts_ != 0) [[unlikely]]
      ForsakeAttempts();
  }

  // Null: nobody.
  void set_holder(const TaskState* task) {
    holder_ = task != nullptr ? task->number() : TaskId();
    holder_origin_ = task != nullptr ? task->origin : nullptr;
  }
  // For destructors: those who wait in `waiters` wait for nothing any more, and
  // reports say so.
  void Forsake(WaiterList& waiters);
  // The same for one that was pending and is in no list any more, if
  // `MustForsake()`.
  static void Forsake(Operation* operation);
  // Whether the run goes on without the object: with it, its tasks are gone.
  bool MustForsake() const;

 private:
  friend Operation;
  friend Simulation;

  void ForsakeAttempts();

  ObjectKey key_;
  ObjectId id_;
  uint32_t attempts_ = 0;  // ready tasks that are about to attempt an operation
  uint32_t simulation_ = 0;  // its serial number
  const char* type_;
  absl::string_view name_;
  TaskId holder_;
  const SpawnOrigin* holder_origin_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_OBJECT_H_
