// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Wait`: waits for some of several tasks or futures, and changes nothing about
// them; as asyncio.wait.
//
//   WaitResult<JoinHandle<int>> result =
//       co_await Wait(handles, {.until = WaitUntil::kFirstCompleted,
//                               .timeout = absl::Seconds(5)});
//   for (const JoinHandle<int>& handle : result.done) Use(handle.Result());
//   for (const JoinHandle<int>& handle : result.pending) handle.Cancel();

#ifndef ORRERY_SIM_COMBINATORS_WAIT_H_
#define ORRERY_SIM_COMBINATORS_WAIT_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/scoped_timer.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

enum class WaitUntil : uint8_t {
  kAllCompleted,
  kFirstCompleted,
  kFirstException,  // or all are over; a cancelled one is no exception
};

struct WaitOptions {
  WaitUntil until = WaitUntil::kAllCompleted;
  // From the time at which this is awaited; then it is over in any case.
  absl::Duration timeout = absl::InfiniteDuration();
};

// `Handle` is a JoinHandle, a TaskHandle or a Future.
template <typename Handle>
struct WaitResult {
  WaitResult() {}  // g++ 12 destroys an aggregate twice

  std::vector<Handle> done;
  std::vector<Handle> pending;
};

namespace wait_internal {

class Waiting : public Children {
 public:
  Waiting(const WaitOptions& options, size_t count, const SourceSite& site)
      : Children("Wait", site, count, &ChildIsOver),
        until_(options.until),
        left_(count) {
    if (options.timeout == absl::InfiniteDuration()) return;
    timer_.StartAt(
        DueIn(Simulation::Current("Wait"), ToNanoseconds(options.timeout)),
        [this] {
          if (!done()) Finish(End::kValue);
        },
        site);
  }

  WaitKind wait_kind() const {
    return until_ == WaitUntil::kAllCompleted ? WaitKind::kAll : WaitKind::kAny;
  }

 private:
  static void ChildIsOver(Children* self, size_t index) {
    auto* waiting = static_cast<Waiting*>(self);
    const bool enough = --waiting->left_ == 0 ||
                        waiting->until_ == WaitUntil::kFirstCompleted ||
                        (waiting->until_ == WaitUntil::kFirstException &&
                         (*waiting)[index].end == End::kError);
    if (!enough) return;
    waiting->timer_.Cancel();
    if (!waiting->done()) waiting->Finish(End::kValue);
  }

  const WaitUntil until_;
  size_t left_;
  ScopedTimer timer_;
};

}  // namespace wait_internal

// Waits until so many of `handles` are over as `options` say, or their time is
// up. Returns which of them are over then, and which are not, each in the order
// in which they were given. Errors stay with the tasks; nobody is cancelled,
// also not if the waiting task is. Of no handles nothing is waited for.
//
// It suspends even if all are over.
template <typename Handle>
Task<WaitResult<Handle>> Wait(std::vector<Handle> handles,
                              WaitOptions options = {}) {
  const SourceSite site = co_await WhereAwaited();
  if (!handles.empty()) {
    wait_internal::Waiting waiting(options, handles.size(), site);
    for (const Handle& handle : handles) {
      waiting.Add(combinators_internal::CompletionOf(handle));
    }
    co_await waiting.Wait(waiting.wait_kind());
  }
  WaitResult<Handle> result;
  for (Handle& handle : handles) {
    const bool done = combinators_internal::CompletionOf(handle).done();
    (done ? result.done : result.pending).push_back(std::move(handle));
  }
  co_return result;
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_WAIT_H_
