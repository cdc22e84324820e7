// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FutureState`: a completion that is no task. `Future` (future.h) is made of
// one, and so is each combinator that tasks wait in.

#ifndef ORRERY_SIM_FUTURE_STATE_H_
#define ORRERY_SIM_FUTURE_STATE_H_

#include <coroutine>
#include <exception>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

struct FutureState : Completion, SyncObject {
  // What a request to cancel does. Returns whether it had an effect: if not,
  // the task that waits is told itself. The default ends the future.
  using CancelFunction = bool (*)(FutureState*, Simulation&);

  FutureState(const char* type, absl::string_view name, const SourceSite& site)
      : Completion(/*task=*/false), SyncObject(type, name, site) {}
  ~FutureState() { Simulation::Forsake(*this); }

  // Ends it, which must not be over. `failure` is what was thrown, for kError.
  void Finish(End how, std::exception_ptr failure = nullptr) {
    Simulation& simulation = Simulation::Current("Future");
    error = std::move(failure);
    if (simulation.closing()) {
      end = how;
      return;
    }
    simulation.Accessed(*this, AccessKind::kSignal);
    simulation.RecordFutureEnd(*this, how);
    simulation.Complete(*this, how, {key(), AccessKind::kWait});
  }

  // An object of its own: g++ 12 copies an awaiter that has a name.
  class [[nodiscard]] Awaiter {
   public:
    Awaiter(FutureState* state, WaitKind wait) : state_(state), wait_(wait) {}
    bool await_ready() const { return state_->done(); }
    template <TaskPromise Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) const {
      Simulation::Current("co_await")
          .Await(frame, wait_, state_, state_->id().value);
    }
    // Throws what the future ended with, if that is not a value.
    void await_resume() const {
      ThrowIfCancelled();
      state_->Seen();
    }

   private:
    FutureState* state_;
    WaitKind wait_;
  };

  // Waits until it is over. `wait` is for reports; see `WaitsForCompletion`.
  Awaiter Wait(WaitKind wait) { return Awaiter(this, wait); }

  // Whether it is over, asked by the program: its step has looked at it.
  bool AskDone() const {
    Simulation* simulation = Simulation::CurrentOrNull();
    if (simulation != nullptr)
      simulation->Attempted({key(), AccessKind::kRead});
    return done();
  }

  // Notes that somebody has seen its end; throws unless that was a value.
  void Seen() {
    Simulation::Current("Future").Accessed(*this, AccessKind::kWait);
    retrieved = true;
    if (end == End::kCancelled) promise_internal::ThrowCancelled();
    if (end == End::kError) std::rethrow_exception(error);
  }

  CancelFunction on_cancel = nullptr;
  // What reports name in its place, for kPool. It tells when it goes first.
  const SyncObject* part_of = nullptr;
  std::exception_ptr error;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FUTURE_STATE_H_
