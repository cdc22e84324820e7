// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/frame_pool.h"

#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/prng.h"

namespace orrery {
namespace {

TEST(FramePoolTest, BlocksAreAlignedAsOperatorNewAligns) {
  std::vector<std::pair<void*, size_t>> blocks;
  for (size_t size = 16; size < 3000; size += 7) {
    void* block = FramePool::Allocate(size);
    EXPECT_EQ(
        reinterpret_cast<uintptr_t>(block) % __STDCPP_DEFAULT_NEW_ALIGNMENT__,
        0)
        << size;
    blocks.push_back({block, size});
  }
  for (const auto& [block, size] : blocks) FramePool::Deallocate(block, size);
}

#ifndef ORRERY_FRAME_POOL_USES_HEAP
TEST(FramePoolTest, ABlockThatWasGivenBackIsHandedOutAgain) {
  for (size_t size : {16u, 200u, 1024u}) {
    void* first = FramePool::Allocate(size);
    FramePool::Deallocate(first, size);
    void* second = FramePool::Allocate(size - 3);
    EXPECT_EQ(second, first) << "sizes are rounded up to 16";
    FramePool::Deallocate(second, size - 3);
  }
}
#endif

// Whatever is allocated is written all over, and keeps what was written.
TEST(FramePoolTest, BlocksInUseDoNotOverlap) {
  struct Block {
    unsigned char* bytes;
    size_t size;
    unsigned char mark;
  };
  Prng prng(1);
  std::vector<Block> blocks;
  for (int i = 0; i < 20'000; ++i) {
    if (blocks.size() < 500 && prng.Below(2) == 0) {
      // Around the largest size that is pooled, too.
      const size_t size = 1 + prng.Below(prng.Below(10) == 0 ? 1200 : 300);
      const auto mark = static_cast<unsigned char>(prng.Next());
      auto* bytes = static_cast<unsigned char*>(FramePool::Allocate(size));
      std::memset(bytes, mark, size);
      blocks.push_back({bytes, size, mark});
    } else if (!blocks.empty()) {
      std::swap(blocks[prng.Below(blocks.size())], blocks.back());
      const Block block = blocks.back();
      blocks.pop_back();
      for (size_t b = 0; b < block.size; ++b) {
        ASSERT_EQ(block.bytes[b], block.mark);
      }
      FramePool::Deallocate(block.bytes, block.size);
    }
  }
  for (const Block& block : blocks) {
    FramePool::Deallocate(block.bytes, block.size);
  }
}

TEST(FramePoolTest, EveryThreadHasAPoolOfItsOwn) {
  void* mine = FramePool::Allocate(64);
  FramePool::Deallocate(mine, 64);
  std::thread([mine] {
    void* theirs = FramePool::Allocate(64);
    EXPECT_NE(theirs, mine);
    FramePool::Deallocate(theirs, 64);
  }).join();
}

}  // namespace
}  // namespace orrery
