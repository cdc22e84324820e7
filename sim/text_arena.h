// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TextArena`: copies of texts that live until the run is over.

#ifndef ORRERY_SIM_TEXT_ARENA_H_
#define ORRERY_SIM_TEXT_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"

namespace orrery {

class TextArena {
 public:
  // Returns a copy of `text`.
  absl::string_view Copy(absl::string_view text) {
    if (text.empty()) return {};
    if (chunks_.empty() || size_ - used_ < text.size()) Grow(text.size());
    char* copy = chunks_.back().get() + used_;
    std::memcpy(copy, text.data(), text.size());
    used_ += text.size();
    return {copy, text.size()};
  }

  // Forgets all copies; keeps one chunk for the next run.
  void Reset() {
    if (chunks_.size() > 1) {
      chunks_.clear();
      size_ = 0;
    }
    used_ = 0;
  }

 private:
  static constexpr size_t kChunk = 4096;

  void Grow(size_t least) {
    size_ = std::max(kChunk, least);
    used_ = 0;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size_));
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t size_ = 0;
  size_t used_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_TEXT_ARENA_H_
