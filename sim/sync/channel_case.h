// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ChannelCase`: one thing that can be done with one channel, to send or to
// receive. `Send` and `Receive` wait for one, `Select` for the first of
// several.
//
// Whoever comes second does both sides of it at once: what waits is completed,
// and only then told. So nothing is ever on its way and could get lost: a task
// that is cancelled after that has sent, or received, and learns of the request
// where it next waits.

#ifndef ORRERY_SIM_SYNC_CHANNEL_CASE_H_
#define ORRERY_SIM_SYNC_CHANNEL_CASE_H_

#include <coroutine>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/ring.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class CaseOperation;
class ChannelBase;

class ChannelCase {
 public:
  // Whether it can be done without waiting.
  virtual bool IsReady() const = 0;
  // Does it; it is ready.
  virtual void Do(Simulation& simulation) = 0;

  ChannelBase* channel() const { return channel_; }
  AccessKind access_kind() const { return kind_; }
  // Whether its task waits, and has been neither served nor cancelled.
  bool IsPending() const;

  ChannelCase* next = nullptr;  // among those who wait
  ChannelCase* prev = nullptr;

 protected:
  ChannelCase(ChannelBase* channel, AccessKind kind)
      : channel_(channel), kind_(kind) {}
  ChannelCase(const ChannelCase&) = default;
  ~ChannelCase() = default;

  // To be called by the other side, which has done all there was to do: makes
  // the task ready.
  void Complete(Simulation& simulation);

 private:
  friend CaseOperation;
  friend ChannelBase;

  ChannelBase* channel_;
  CaseOperation* operation_ = nullptr;
  AccessKind kind_;
  bool linked_ = false;
};

// The part of a channel that does not depend on what it carries.
class ChannelBase : public SyncObject {
 public:
  // From now on nothing can be sent. Those who wait to receive get nothing;
  // those who wait to send are thrown ChannelClosed, and so are all who try.
  // What is in the channel can still be received. A second time does nothing.
  void Close();
  bool IsClosed() const { return closed_; }

 protected:
  ChannelBase(absl::string_view name, const SourceSite& site)
      : SyncObject("Channel", name, site) {}
  ~ChannelBase();

  // Throws ChannelClosed.
  [[noreturn]] void FailClosed() const;
  // The same for who waited, and may wake when the channel is gone.
  [[noreturn]] static void FailClosedMeanwhile();

  ChannelCase* FirstSender() const { return FirstPending(senders_); }
  ChannelCase* FirstReceiver() const { return FirstPending(receivers_); }

 private:
  friend CaseOperation;

  static ChannelCase* FirstPending(const Ring<ChannelCase>& cases);
  void Add(ChannelCase* waiting);
  void Remove(ChannelCase* waiting);
  void ForsakeAll(Ring<ChannelCase>& cases);
  Ring<ChannelCase>& ListOf(const ChannelCase* waiting) {
    return waiting->kind_ == AccessKind::kAcquire ? receivers_ : senders_;
  }

  Ring<ChannelCase> senders_;
  Ring<ChannelCase> receivers_;
  bool closed_ = false;
};

// Waits for the first of several cases. The base of awaitables: those keep the
// cases, where they stay.
class CaseOperation : public Operation {
 public:
  bool await_ready() { return Begin(Simulation::Current("co_await")); }
  template <TaskPromise Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    Simulation& simulation = Simulation::Current("co_await");
    if (simulation.MustAsk()) {
      SuspendBefore(simulation, frame, case_wait_);
      return;
    }
    simulation.current_task()->resume = frame;
    Wait(simulation);
  }

 protected:
  // `first` is the channel of the first case, which reports name. The cases
  // themselves are given by `SetCases`, when the operation is awaited, and stay
  // where they are from then on.
  CaseOperation(ChannelBase* first, AccessKind kind, WaitKind wait)
      : Operation(first, kind, &Function, /*over_when_woken=*/true),
        case_wait_(wait) {}

  void SetCases(absl::Span<ChannelCase* const> cases) { cases_ = cases; }
  // To be called when the task goes on. Returns the index of the case that was
  // done; throws `Cancelled` if none was, since the task is cancelled.
  size_t End();

 private:
  friend ChannelCase;
  friend ChannelBase;

  static bool Function(Operation* operation, Simulation& simulation,
                       bool withdraw);
  bool Begin(Simulation& simulation);
  bool AnyReady() const;
  void DoOne(Simulation& simulation);
  void Wait(Simulation& simulation);
  void LeaveAll();

  absl::Span<ChannelCase* const> cases_;
  const ChannelCase* done_ = nullptr;
  WaitKind case_wait_;
};

// Does the first of `cases` that is ready, or under a policy that orders steps
// one that the scheduler picks. Returns its index; cases.size() if none is.
size_t DoReadyCase(Simulation& simulation,
                   absl::Span<ChannelCase* const> cases);

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_CHANNEL_CASE_H_
