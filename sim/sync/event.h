// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Event`: a flag that tasks can wait for, as asyncio.Event.

#ifndef ORRERY_SIM_SYNC_EVENT_H_
#define ORRERY_SIM_SYNC_EVENT_H_

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class Event : public SyncObject {
 public:
  // The flag is not set at first. `name` is for reports.
  explicit Event(absl::string_view name = "",
                 SourceSite site = SourceSite::current())
      : SyncObject("Event", name, site) {}
  ~Event() { Forsake(waiters_); }

  class [[nodiscard]] WaitAwaiter : public OperationAwaiter<WaitAwaiter> {
   public:
    explicit WaitAwaiter(Event* event)
        : OperationAwaiter(event, AccessKind::kWait), event_(event) {}

    void await_resume() const { ThrowIfCancelled(); }

    // A waiter that was woken goes on even if the flag was cleared meanwhile.
    bool CanDo() const { return event_->set_ || woken(); }
    void Do(Simulation&) const {}
    WaitKind wait_kind() const { return WaitKind::kEvent; }
    WaiterList& waiters() const { return event_->waiters_; }
    void Withdrawn(Simulation&, bool) const {}

   private:
    Event* event_;
  };

  // Waits until the flag is set; does not suspend if it is.
  //   co_await event.Wait();
  WaitAwaiter Wait() { return WaitAwaiter(this); }

  // Sets the flag and makes every waiter ready, in the order in which they
  // came.
  void Set();
  // Clears the flag. Waiters that `Set` has woken go on all the same.
  void Clear();
  bool IsSet() const { return set_; }

 private:
  bool set_ = false;
  WaiterList waiters_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_EVENT_H_
