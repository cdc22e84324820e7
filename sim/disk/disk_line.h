// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiskLine`: a disk as something that tasks wait for. It passes one thing at a
// time if its throughput is limited, and any number at once if not.

#ifndef ORRERY_SIM_DISK_DISK_LINE_H_
#define ORRERY_SIM_DISK_DISK_LINE_H_

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <limits>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/post.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync/before_access.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class DiskLine : public SyncObject {
 public:
  static constexpr int64_t kForever = std::numeric_limits<int64_t>::max();

  // `name` is that of its machine.
  explicit DiskLine(absl::string_view name)
      : SyncObject("Disk", name, SourceSite::current()) {}
  ~DiskLine() { Forsake(waiting_); }

  // A wait for the disk, by the simulation's clock: that of the machine may
  // stand still. The task that is woken is known to use the disk.
  class [[nodiscard]] Wait : public OperationAwaiter<Wait> {
   public:
    Wait(DiskLine* line, AccessKind kind, int64_t nanoseconds)
        : OperationAwaiter(line, kind, /*over_when_woken=*/true),
          line_(line),
          nanoseconds_(nanoseconds) {}
    // Before it has begun: g++ 12 moves what is awaited.
    Wait(Wait&& other) noexcept
        : Wait(other.line_, other.access_kind(), other.nanoseconds_) {}
    Wait& operator=(Wait&&) = delete;
    ~Wait() {
      if (!fired_) posted_.Cancel();
    }

    bool await_ready() const { return nanoseconds_ <= 0; }
    template <TaskPromise Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) {
      OperationAwaiter::await_suspend(frame);
      if (nanoseconds_ != kForever) Post();
    }
    void await_resume() const { ThrowIfCancelled(); }

    bool CanDo() const { return over_; }
    bool MayAsk() const { return false; }
    // Who waits tells of what it does then.
    bool IsAccess() const { return false; }
    void Do(Simulation&) const {}
    WaitKind wait_kind() const { return WaitKind::kEvent; }
    WaiterList& waiters() const { return line_->waiting_; }
    void Withdrawn(Simulation&, bool) const {}

   private:
    friend DiskLine;

    void Post() {
      Simulation& simulation = Simulation::Current("Disk");
      auto* posted = new PostedCallback([this] {
        fired_ = true;
        IsOver();
      });
      posted->id = simulation.NewEntity();
      posted_ = PostHandle(posted);
      const SimTime due = After(simulation.now(), nanoseconds_);
      simulation.nodes().RunOn(NodeId(), [&] {
        simulation.PostCallback(posted, EntityKind::kTimer, due, SourceSite());
      });
    }
    void IsOver() {
      over_ = true;
      // It may have been cancelled, or the disk may be gone.
      if (state() != State::kPending) return;
      line_->waiting_.Remove(this);
      WaiterList::Wake(Simulation::Current("Disk"), this);
    }

    DiskLine* line_;
    int64_t nanoseconds_;
    PostHandle posted_;
    bool over_ = false;
    bool fired_ = false;  // what was posted has run
  };

  // Waits so long; `kForever`: until the task is cancelled. Zero or less: not
  // at all. What the task does next to the disk is of this `kind`.
  Wait For(AccessKind kind, int64_t nanoseconds) {
    return Wait(this, kind, nanoseconds);
  }

  // Ends all waits but those of tasks on `node`, which is about to go down; 0:
  // all.
  void Release(NodeId node) {
    Operation* next = nullptr;
    for (Operation* o = waiting_.front(); o != nullptr; o = next) {
      next = waiting_.after(o);
      if (o->state() != Operation::State::kPending) continue;
      if (node && o->task()->node == node) continue;
      static_cast<Wait*>(o)->IsOver();
    }
  }

  // Lets others go first, if a policy wants to, before the disk is used.
  BeforeAccess Ask(AccessKind kind) { return BeforeAccess(*this, kind); }

  // Takes the time for `bytes` on the line, behind what it was taken for
  // before. Returns when that is over, in nanoseconds from now. A throughput of
  // 0 is unlimited.
  int64_t Occupy(uint64_t bytes, uint64_t throughput) {
    if (throughput == 0) return 0;
    const SimTime now = Simulation::Current("Disk").now();
    const auto takes = static_cast<int64_t>(
        static_cast<unsigned __int128>(bytes) * 1'000'000'000 / throughput);
    free_at_ = After(std::max(free_at_, now), takes);
    return free_at_.ns - now.ns;
  }

 private:
  SimTime free_at_;
  WaiterList waiting_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_LINE_H_
