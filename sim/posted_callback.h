// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PostedCallback`: what the event loop knows about a callback that waits to
// run. It is shared by the loop and by the handle that can cancel it.

#ifndef ORRERY_SIM_POSTED_CALLBACK_H_
#define ORRERY_SIM_POSTED_CALLBACK_H_

#include <cstdint>
#include <new>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/frame_pool.h"
#include "orrery/sim/local_values.h"
#include "orrery/sim/runnable.h"

namespace orrery {

class Simulation;

struct PostedCallback : Runnable {
  explicit PostedCallback(absl::AnyInvocable<void() &&> f)
      : function(std::move(f)) {}
  // For what is part of something larger: `r` is called with it, and `function`
  // is empty.
  explicit PostedCallback(void (*r)(PostedCallback*)) : run(r) {}
  virtual ~PostedCallback() = default;

  static void* operator new(size_t size) { return FramePool::Allocate(size); }
  static void operator delete(void* block, size_t size) {
    FramePool::Deallocate(block, size);
  }

  void Ref() { ++references; }
  void Unref() {
    if (--references == 0) delete this;
  }

  absl::AnyInvocable<void() &&> function;
  void (*run)(PostedCallback*) = nullptr;
  Simulation* owner = nullptr;  // in whose loop it waits; null if it does not
  Completion* waits_for = nullptr;  // whose end it is to run at
  LocalValues locals;  // of task-local variables, as it was posted with
  uint32_t references = 1;
  uint32_t cuts = 0;  // how often its node had been cut off when it was posted
  SourceSite site;    // where it was posted
  // It is a job on a thread pool: time cannot pass in it on the loop's clock.
  bool on_worker = false;
};

}  // namespace orrery

#endif  // ORRERY_SIM_POSTED_CALLBACK_H_
