// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/packer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace orrery {

void Packer::UseStorage(PackerStorage* storage, size_t used) {
  storage_ = storage;
  if (storage == nullptr) {
    begin_ = at_ = buffer_.get();
    end_ = begin_ + buffer_size_;
    return;
  }
  begin_ = at_ = end_ = nullptr;
  const absl::Span<char> room = storage->Grow(used);
  begin_ = room.data();
  at_ = begin_ + used;
  end_ = begin_ + room.size();
}

void Packer::Grow(size_t more) {
  const size_t used = size();
  if (storage_ != nullptr) {
    const absl::Span<char> room = storage_->Grow(used + more);
    begin_ = room.data();
    at_ = begin_ + used;
    end_ = begin_ + room.size();
    return;
  }
  const size_t capacity = std::max<size_t>(2 * buffer_size_, 4096) + more;
  std::unique_ptr<char[]> larger =
      std::make_unique_for_overwrite<char[]>(capacity);
  if (used > 0) std::memcpy(larger.get(), begin_, used);
  buffer_ = std::move(larger);
  buffer_size_ = capacity;
  begin_ = buffer_.get();
  at_ = begin_ + used;
  end_ = begin_ + capacity;
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
