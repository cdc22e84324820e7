// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/packer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace orrery {

void Packer::Grow(size_t more) {
  const size_t used = buffer_ == nullptr ? 0 : size();
  const size_t capacity =
      std::max<size_t>(2 * static_cast<size_t>(end_ - buffer_.get()), 4096) +
      more;
  std::unique_ptr<char[]> larger =
      std::make_unique_for_overwrite<char[]>(capacity);
  if (used > 0) std::memcpy(larger.get(), buffer_.get(), used);
  buffer_ = std::move(larger);
  at_ = buffer_.get() + used;
  end_ = buffer_.get() + capacity;
}

void Packer::DropFront(size_t dropped) {
  const size_t rest = size() - dropped;
  if (rest > 0) std::memmove(data(), data() + dropped, rest);
  Truncate(rest);
}

void Packer::WidenLength(size_t begin, size_t length) {
  Reserve(8);
  size_t extra = 0;
  for (uint64_t rest = length >> 7; rest != 0; rest >>= 7) ++extra;
  std::memmove(data() + begin + extra, data() + begin, length);
  at_ = data() + begin - 1;
  Varint(length);
  at_ += length;
}

}  // namespace orrery
