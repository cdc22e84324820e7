// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PriorityQueue<T>`: a queue from which the least item comes out first, as
// asyncio.PriorityQueue. Among items of which neither is less, the one that was
// put in first comes first; asyncio leaves that open.

#ifndef ORRERY_SIM_SYNC_PRIORITY_QUEUE_H_
#define ORRERY_SIM_SYNC_PRIORITY_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/sync/queue_base.h"

namespace orrery {

namespace priority_queue_internal {

template <typename T, typename Before>
class Heap {
 public:
  explicit Heap(Before before) : later_{std::move(before)} {}

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  void Push(T item) {
    entries_.push_back(Entry{std::move(item), pushed_++});
    std::push_heap(entries_.begin(), entries_.end(), later_);
  }
  // Takes the first item. There is one.
  T Pop() {
    std::pop_heap(entries_.begin(), entries_.end(), later_);
    T item = std::move(entries_.back().item);
    entries_.pop_back();
    return item;
  }

 private:
  struct Entry {
    T item;
    uint64_t number;  // which of all items it is
  };
  // Whether `a` comes out after `b`: the standard's heaps have the greatest in
  // front.
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      if (before(b.item, a.item)) return true;
      return b.number < a.number && !before(a.item, b.item);
    }
    Before before;
  };

  Later later_;
  uint64_t pushed_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace priority_queue_internal

// `Before` says which of two items comes out first; it must be a strict weak
// order. What a queue can do is said in queue_base.h.
template <typename T, typename Before = std::less<T>>
class PriorityQueue
    : public QueueBase<T, priority_queue_internal::Heap<T, Before>> {
  using Base = QueueBase<T, priority_queue_internal::Heap<T, Before>>;

 public:
  // `capacity`, at least 1, is how many items there is room for. `name` is for
  // reports.
  explicit PriorityQueue(size_t capacity = Base::kUnbounded,
                         absl::string_view name = "", Before before = Before(),
                         SourceSite site = SourceSite::current())
      : Base("PriorityQueue", capacity, name, site, std::move(before)) {}
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_PRIORITY_QUEUE_H_
