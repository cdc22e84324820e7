// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Queue<T>`: items in transit between tasks, first in, first out, as
// asyncio.Queue. Neither side suspends where it need not wait.
//
//   co_await jobs.Put(job);
//
//   Job job = co_await jobs.Get();
//   Run(job);
//   jobs.TaskDone();

#ifndef ORRERY_SIM_SYNC_QUEUE_H_
#define ORRERY_SIM_SYNC_QUEUE_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/sync/queue_base.h"
#include "orrery/sim/sync/ring_buffer.h"

namespace orrery {

// What a queue can do is said in queue_base.h.
template <typename T>
class Queue : public QueueBase<T, RingBuffer<T>> {
  using Base = QueueBase<T, RingBuffer<T>>;

 public:
  // `capacity`, at least 1, is how many items there is room for. `name` is for
  // reports.
  explicit Queue(size_t capacity = Base::kUnbounded,
                 absl::string_view name = "",
                 SourceSite site = SourceSite::current())
      : Base("Queue", capacity, name, site) {}
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_QUEUE_H_
