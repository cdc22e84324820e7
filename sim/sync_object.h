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

namespace orrery {

class Simulation;
struct TaskState;

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
  // The task that has it to itself; none if nobody has or nobody can.
  const TaskState* holder() const { return holder_; }

  // Returns "Mutex \"state\"", or "Mutex#3" if it has no name.
  std::string ToString() const;

 protected:
  // `type` is a literal; `name` is for people and may be empty.
  SyncObject(const char* type, absl::string_view name, const SourceSite& site);
  ~SyncObject() = default;

  void set_holder(const TaskState* task) { holder_ = task; }

 private:
  friend Simulation;

  ObjectKey key_;
  ObjectId id_;
  const char* type_;
  absl::string_view name_;
  const TaskState* holder_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_OBJECT_H_
