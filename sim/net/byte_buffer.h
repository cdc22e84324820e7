// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ByteBuffer`: bytes that are put in at one end and taken out at the other.

#ifndef ORRERY_SIM_NET_BYTE_BUFFER_H_
#define ORRERY_SIM_NET_BYTE_BUFFER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace orrery {

class ByteBuffer {
 public:
  bool empty() const { return begin_ == bytes_.size(); }
  size_t size() const { return bytes_.size() - begin_; }
  // What is in it, until it is changed.
  absl::string_view view() const {
    return absl::string_view(bytes_).substr(begin_);
  }

  void Append(absl::string_view bytes) {
    bytes_.append(bytes.data(), bytes.size());
  }
  // Drops the first `n` bytes; there are as many.
  void Drop(size_t n) {
    begin_ += n;
    // What is moved is no more than what was dropped.
    if (begin_ < size()) return;
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
  // Takes out the first `n` bytes; there are as many.
  std::string Take(size_t n) {
    std::string taken(view().substr(0, n));
    Drop(n);
    return taken;
  }
  void Clear() {
    bytes_.clear();
    begin_ = 0;
  }

 private:
  std::string bytes_;
  size_t begin_ = 0;  // of what is still there
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_BYTE_BUFFER_H_
