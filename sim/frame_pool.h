// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FramePool`: memory for coroutine frames and task records, recycled through
// free lists that live as long as the thread, so that a short simulation does
// not pay for warming up. Under AddressSanitizer every block comes from the
// heap instead, so that uses after free are still seen.

#ifndef ORRERY_SIM_FRAME_POOL_H_
#define ORRERY_SIM_FRAME_POOL_H_

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define ORRERY_FRAME_POOL_USES_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ORRERY_FRAME_POOL_USES_HEAP 1
#endif
#endif

namespace orrery {

class FramePool {
 public:
  // Returns `size` bytes, aligned as `operator new` aligns.
  static void* Allocate(size_t size) {
#ifdef ORRERY_FRAME_POOL_USES_HEAP
    return ::operator new(size);
#else
    const size_t index = (size + kGrain - 1) / kGrain;
    if (index >= kClasses) [[unlikely]] {
      return ::operator new(size);
    }
    Block*& head = lists_.free[index];
    if (Block* block = head; block != nullptr) {
      head = block->next;
      return block;
    }
    const size_t rounded = index * kGrain;
    if (static_cast<size_t>(lists_.end - lists_.begin) >= rounded) {
      char* block = lists_.begin;
      lists_.begin += rounded;
      return block;
    }
    return Refill(rounded);
#endif
  }

  // Gives back what `Allocate(size)` returned, on the same thread.
  static void Deallocate(void* pointer, size_t size) {
#ifdef ORRERY_FRAME_POOL_USES_HEAP
    ::operator delete(pointer, size);
#else
    const size_t index = (size + kGrain - 1) / kGrain;
    if (index >= kClasses) [[unlikely]] {
      ::operator delete(pointer, size);
      return;
    }
    Block* block = static_cast<Block*>(pointer);
    block->next = lists_.free[index];
    lists_.free[index] = block;
#endif
  }

 private:
  static constexpr size_t kGrain = 16;
  static constexpr size_t kClasses = 65;  // up to 1 KiB
  static constexpr size_t kChunk = 64 * 1024;

  struct Block {
    Block* next;
  };
  // Plain data, so that reaching it needs no guard; the chunks themselves are
  // owned by an object that the first refill makes.
  struct Lists {
    Block* free[kClasses];
    char* begin;
    char* end;
  };

  static void* Refill(size_t rounded);

  static constinit thread_local Lists lists_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FRAME_POOL_H_
