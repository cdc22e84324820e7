// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// It starts itself once more, in the environment of those that are scrambled:
// AddressSanitizer's allocator, for one, keeps freed blocks for a while.

#include "orrery/explorer/memory_scrambler.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/explorer/perturbation.h"
#include "orrery/sim/frame_pool.h"

extern char** environ;

namespace orrery {
namespace {

// How many of the blocks, in the order in which they came, lie below the one
// before them.
int Descents(const std::vector<void*>& blocks) {
  int descents = 0;
  for (size_t i = 1; i < blocks.size(); ++i) {
    const auto before = reinterpret_cast<uintptr_t>(blocks[i - 1]);
    descents += reinterpret_cast<uintptr_t>(blocks[i]) < before ? 1 : 0;
  }
  return descents;
}

// Neither up nor down: of twenty blocks in a random order, 5 to 14 descents are
// all but certain.
void ExpectScrambled(const std::vector<void*>& blocks) {
  EXPECT_GE(Descents(blocks), 4);
  EXPECT_LE(Descents(blocks), 15);
}

TEST(MemoryScramblerTest, BlocksComeInNoOrder) {
  ScrambleMemory(1);
  for (const size_t size : {24u, 56u, 200u, 600u, 1000u}) {
    std::vector<std::unique_ptr<char[]>> owned;
    std::vector<void*> blocks;
    for (int i = 0; i < 20; ++i) {
      owned.push_back(std::make_unique<char[]>(size));
      blocks.push_back(owned.back().get());
    }
    SCOPED_TRACE(size);
    ExpectScrambled(blocks);
  }
}

TEST(MemoryScramblerTest, FramesComeInNoOrder) {
  ScrambleMemory(2);
  for (const size_t size : {48u, 320u, 1000u}) {
    std::vector<void*> blocks;
    for (int i = 0; i < 20; ++i) blocks.push_back(FramePool::Allocate(size));
    SCOPED_TRACE(size);
    ExpectScrambled(blocks);
    for (void* block : blocks) FramePool::Deallocate(block, size);
  }
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  if (std::getenv(orrery::kScrambleVariable) == nullptr) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      environment.push_back(*entry);
    }
    environment = orrery::PerturbedEnvironment(
        environment, orrery::Perturbation::kHeapLayout);
    std::vector<char*> pointers;
    for (std::string& entry : environment) pointers.push_back(entry.data());
    pointers.push_back(nullptr);
    ::execve("/proc/self/exe", argv, pointers.data());
    return 1;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
