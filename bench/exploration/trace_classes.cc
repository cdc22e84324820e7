// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/exploration/trace_classes.h"

#include <cstdint>

#include "orrery/base/access.h"
#include "orrery/base/digest.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

SchedulerTraits TraceClasses::traits() const {
  SchedulerTraits traits = policy_->traits();
  traits.observes_steps = true;
  return traits;
}

void TraceClasses::BeginRun(const RunInfo& run) {
  counts_ = !run.profile;
  entities_.clear();
  objects_.clear();
  drawn_.clear();
  policy_->BeginRun(run);
}

uint64_t TraceClasses::Draw(const ChoicePoint& where) {
  const uint64_t drawn = policy_->Draw(where);
  drawn_[where.entity].Mix(drawn);
  return drawn;
}

void TraceClasses::OnStep(const StepInfo& step) {
  entities_.insert(step.id);
  for (const Access& access : step.accesses) {
    if (!Counts(access)) continue;
    Past& past = objects_[access.object];
    if (!past.first) past.first = step.id;
    if (past.first != step.id) past.shared = true;
    Digest digest = past.writes;
    digest.Mix(step.id.value);
    digest.Mix(static_cast<uint64_t>(access.kind));
    if (access.kind == AccessKind::kRead) {
      past.reads += digest.value();
    } else {
      digest.Mix(past.reads);
      past.writes = digest;
      past.reads = 0;
    }
  }
  if (policy_->traits().observes_steps) policy_->OnStep(step);
}

bool TraceClasses::Counts(const Access& access) const {
  switch (access.kind) {
    case AccessKind::kNone:
      return false;
    case AccessKind::kUnlock:
      // Whoever comes after it could as well come before, and wait.
      return false;
    default:
      // Whether a task is over when another one joins it changes nothing.
      return !entities_.contains(EntityId(access.object.value));
  }
}

NextRun TraceClasses::EndRun(const RunSummary& run) {
  Digest trace;
  for (const auto& [key, past] : objects_) {
    if (!past.shared) continue;
    trace.Mix(key.value);
    trace.Mix(past.writes.value());
    trace.Mix(past.reads);
  }
  for (const auto& [entity, drawn] : drawn_) {
    trace.Mix(entity.value);
    trace.Mix(drawn.value());
  }
  if (counts_) counter_.Add(trace);
  return policy_->EndRun(run);
}

}  // namespace orrery
