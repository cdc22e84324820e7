// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/post.h"

#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

PostHandle PostKind(EntityKind kind, SimTime due,
                    absl::AnyInvocable<void() &&> callback,
                    const SourceSite& site) {
  PostedCallback* posted = new PostedCallback(std::move(callback));
  Simulation::Current("Post").PostCallback(posted, kind, due, site);
  return PostHandle(posted);
}

}  // namespace

bool PostHandle::Cancel() {
  if (callback_ == nullptr) return false;
  if (callback_->owner == nullptr) {
    // The step has seen that it is too late.
    if (Simulation* simulation = Simulation::CurrentOrNull()) {
      simulation->Attempted(
          {ObjectKey(callback_->id.value), AccessKind::kWrite});
    }
    return false;
  }
  callback_->owner->CancelCallback(callback_);
  return true;
}

PostHandle Post(absl::AnyInvocable<void() &&> callback, SourceSite site) {
  return PostKind(EntityKind::kCallback, SimTime(), std::move(callback), site);
}

PostHandle PostAfter(absl::Duration delay,
                     absl::AnyInvocable<void() &&> callback, SourceSite site) {
  const SimTime due =
      DueIn(Simulation::Current("PostAfter"), ToNanoseconds(delay));
  return PostKind(EntityKind::kTimer, due, std::move(callback), site);
}

PostHandle PostAt(absl::Time instant, absl::AnyInvocable<void() &&> callback,
                  SourceSite site) {
  const SimTime due = DueAt(Simulation::Current("PostAt"),
                            SimTime(ToNanoseconds(instant - SimEpoch())));
  return PostKind(EntityKind::kTimer, due, std::move(callback), site);
}

}  // namespace orrery
