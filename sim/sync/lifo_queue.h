// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LifoQueue<T>`: a queue from which the latest item comes out first, as
// asyncio.LifoQueue. Those who wait are served first in, first out all the
// same.

#ifndef ORRERY_SIM_SYNC_LIFO_QUEUE_H_
#define ORRERY_SIM_SYNC_LIFO_QUEUE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/sync/queue_base.h"

namespace orrery {

namespace lifo_queue_internal {

template <typename T>
class Stack {
 public:
  bool empty() const { return items_.empty(); }
  size_t size() const { return items_.size(); }
  void Push(T item) { items_.push_back(std::move(item)); }
  // Takes the latest item. There is one.
  T Pop() {
    T item = std::move(items_.back());
    items_.pop_back();
    return item;
  }

 private:
  std::vector<T> items_;
};

}  // namespace lifo_queue_internal

// What a queue can do is said in queue_base.h.
template <typename T>
class LifoQueue : public QueueBase<T, lifo_queue_internal::Stack<T>> {
  using Base = QueueBase<T, lifo_queue_internal::Stack<T>>;

 public:
  // `capacity`, at least 1, is how many items there is room for. `name` is for
  // reports.
  explicit LifoQueue(size_t capacity = Base::kUnbounded,
                     absl::string_view name = "",
                     SourceSite site = SourceSite::current())
      : Base("LifoQueue", capacity, name, site) {}
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_LIFO_QUEUE_H_
