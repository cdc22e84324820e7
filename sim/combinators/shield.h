// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Shield`: waits for something without passing on a request to cancel; as
// asyncio.shield.
//
//   JoinHandle<> save = Spawn("save", Save);
//   co_await Shield(save);  // `save` is written to its end in any case
//
// If the waiting task is cancelled, it is thrown `Cancelled` at once, and what
// it waited for runs on. To know how that ends, keep a handle: an error that
// nobody sees fails the run.

#ifndef ORRERY_SIM_COMBINATORS_SHIELD_H_
#define ORRERY_SIM_COMBINATORS_SHIELD_H_

#include <type_traits>
#include <utility>

#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace shield_internal {

// Ends as its only child does. A request to cancel ends it, and not the child.
class Shielded : public Children {
 public:
  Shielded(Completion& completion, const SourceSite& site)
      : Children("Shield", site, 1, &ChildIsOver) {
    Add(completion);
  }
  ~Shielded() {
    // It may be over, and just have had no time to tell.
    if ((*this)[0].done()) ForgiveAll();
  }

 private:
  static void ChildIsOver(Children* self, size_t) {
    Completion& child = (*self)[0];
    const std::exception_ptr error = combinators_internal::ErrorOf(child);
    if (!self->done()) self->Finish(child.end, error);
  }
};

}  // namespace shield_internal

// Returns the result of `awaited`, a Task, JoinHandle or Future, or throws what
// that ended with. A Task is started when this is awaited. If it is over, the
// waiting task does not suspend.
//
// A result is moved out of a Task, and copied from the others if it can be.
template <combinators_internal::Awaited A>
Task<combinators_internal::ResultOf<A>> Shield(A awaited) {
  const SourceSite site = co_await WhereAwaited();
  const auto handle = combinators_internal::Start(std::move(awaited), site);
  Completion& completion = combinators_internal::CompletionOf(handle);
  if (!completion.done()) {
    shield_internal::Shielded shielded(completion, site);
    co_await shielded.Wait(WaitKind::kFuture);
  }
  if constexpr (std::is_void_v<combinators_internal::ResultOf<A>>) {
    handle.Result();
  } else {
    co_return combinators_internal::TakeValue<A>(handle);
  }
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_SHIELD_H_
