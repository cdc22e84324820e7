// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RingBuffer<T>`: items first in, first out, in one block of memory that grows
// by doubling. A std::deque would do, at three times the instructions for each
// item, in the middle of what a queue's speed depends on.

#ifndef ORRERY_SIM_SYNC_RING_BUFFER_H_
#define ORRERY_SIM_SYNC_RING_BUFFER_H_

#include <cstddef>
#include <memory>
#include <utility>

namespace orrery {

template <typename T>
class RingBuffer {
 public:
  RingBuffer() = default;
  RingBuffer(const RingBuffer&) = delete;
  RingBuffer& operator=(const RingBuffer&) = delete;
  ~RingBuffer() {
    while (!empty()) Pop();
    if (items_ != nullptr) {
      std::allocator<T>().deallocate(items_, mask_ + 1);
    }
  }

  bool empty() const { return begin_ == end_; }
  size_t size() const { return end_ - begin_; }

  void Push(T item) {
    if (size() > mask_ || items_ == nullptr) [[unlikely]]
      Grow();
    std::construct_at(items_ + (end_ & mask_), std::move(item));
    ++end_;
  }
  // Takes the first item. There is one.
  T Pop() {
    T* first = items_ + (begin_ & mask_);
    T item = std::move(*first);
    std::destroy_at(first);
    ++begin_;
    return item;
  }

 private:
  void Grow() {
    const size_t capacity = items_ == nullptr ? 8 : 2 * (mask_ + 1);
    T* larger = std::allocator<T>().allocate(capacity);
    const size_t count = size();
    for (size_t i = 0; i < count; ++i) {
      std::construct_at(larger + i, Pop());
    }
    if (items_ != nullptr) std::allocator<T>().deallocate(items_, mask_ + 1);
    items_ = larger;
    mask_ = capacity - 1;
    begin_ = 0;
    end_ = count;
  }

  T* items_ = nullptr;
  size_t mask_ = 0;  // the capacity, a power of two, less one
  // Counted on without end; what is in use is the difference.
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_RING_BUFFER_H_
