// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/memory_scrambler.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "orrery/base/prng.h"
#include "orrery/explorer/perturbation.h"
#include "orrery/sim/frame_pool.h"

namespace orrery {
namespace {

constexpr size_t kGrain = 16;  // allocators round sizes up to it
constexpr size_t kMaxSize = 1024;
constexpr size_t kBlocks = 48;  // of each size
constexpr unsigned char kFill = 0x5a;

struct Block {
  void* memory;
  size_t size;
};

void Shuffle(std::vector<Block>& blocks, Prng& prng) {
  for (size_t i = blocks.size(); i > 1; --i) {
    const size_t other = static_cast<size_t>(prng.Below(i));
    std::swap(blocks[i - 1], blocks[other]);
  }
}

// Every second block stays in use, so that no two of those that are free lie
// side by side and melt into one.
void ScrambleHeap(Prng& prng) {
  std::vector<Block> blocks;
  blocks.reserve(kBlocks * kMaxSize / kGrain);
  for (size_t i = 0; i < kBlocks; ++i) {
    for (size_t size = kGrain; size <= kMaxSize; size += kGrain) {
      // Less than a whole number of grains, for malloc's own eight bytes.
      Block block = {::operator new(size - 8), size - 8};
      std::memset(block.memory, kFill, block.size);
      [[maybe_unused]] void* const wall = ::operator new(kGrain - 8);
      // Never given back, and no leak: the process is short-lived.
      static void* volatile keep;
      *static_cast<void**>(wall) = keep;
      keep = wall;
      blocks.push_back(block);
    }
  }
  Shuffle(blocks, prng);
  for (const Block& block : blocks) ::operator delete(block.memory);
}

void ScrambleFrames(Prng& prng) {
  std::vector<Block> blocks;
  blocks.reserve(kBlocks * kMaxSize / kGrain);
  for (size_t i = 0; i < kBlocks; ++i) {
    for (size_t size = kGrain; size <= kMaxSize; size += kGrain) {
      Block block = {FramePool::Allocate(size), size};
      std::memset(block.memory, kFill, block.size);
      blocks.push_back(block);
    }
  }
  Shuffle(blocks, prng);
  for (const Block& block : blocks) {
    FramePool::Deallocate(block.memory, block.size);
  }
}

[[gnu::noinline]] void FillStack() {
  volatile unsigned char bytes[128 * 1024];
  for (size_t i = 0; i < sizeof(bytes); ++i) bytes[i] = kFill;
}

// Before `main`, for what the program itself allocates before it.
[[maybe_unused]] const bool scrambled = [] {
  ScrambleMemoryIfAsked();
  return true;
}();

}  // namespace

void ScrambleMemory(uint64_t seed) {
  Prng prng(seed);
  ScrambleHeap(prng);
  ScrambleFrames(prng);
  FillStack();
}

void ScrambleMemoryIfAsked() {
  const char* text = std::getenv(kScrambleVariable);
  uint64_t seed = 0;
  if (text != nullptr && absl::SimpleAtoi(text, &seed)) ScrambleMemory(seed);
}

}  // namespace orrery
