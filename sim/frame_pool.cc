// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/frame_pool.h"

#include <memory>
#include <vector>

namespace orrery {

constinit thread_local FramePool::Lists FramePool::lists_ = {};

void* FramePool::Refill(size_t rounded) {
  thread_local std::vector<std::unique_ptr<char[]>> chunks;
  chunks.push_back(std::make_unique_for_overwrite<char[]>(kChunk));
  lists_.begin = chunks.back().get() + rounded;
  lists_.end = chunks.back().get() + kChunk;
  return chunks.back().get();
}

}  // namespace orrery
