// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceSource`: the bytes of a trace, all at once or a window of them that
// moves on, so that a file may be larger than memory.

#ifndef ORRERY_TRACES_TRACE_SOURCE_H_
#define ORRERY_TRACES_TRACE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace orrery {

class TraceSource {
 public:
  // All of a trace that is in memory; `bytes` must outlive this.
  explicit TraceSource(absl::string_view bytes)
      : size_(bytes.size()), window_(bytes) {}
  // `size` bytes of an open file, from its first one on. The descriptor stays
  // the caller's, and `name` is for messages.
  TraceSource(int fd, uint64_t size, std::string name)
      : fd_(fd), size_(size), name_(std::move(name)) {}
  TraceSource(const TraceSource&) = delete;
  TraceSource& operator=(const TraceSource&) = delete;

  // Of all of it. May become less when the file turns out to be shorter.
  uint64_t size() const { return size_; }

  // Returns the bytes from `begin` to the end of the window, of which there are
  // at least `n`, unless the file ends before. They stay until the next call.
  // `begin` may not lie before an earlier `Drop`.
  absl::string_view From(uint64_t begin, uint64_t n) {
    const uint64_t at = begin - begin_;
    if (window_.size() - at < n && begin_ + window_.size() < size_)
      Fill(begin, n);
    return window_.substr(begin - begin_);
  }

  // Returns the bytes from `begin` to `end`, which have been in the window and
  // were not dropped.
  absl::string_view Between(uint64_t begin, uint64_t end) const {
    return window_.substr(begin - begin_, end - begin);
  }

  // Says that nothing before `begin` will be asked for any more.
  void Drop(uint64_t begin) { kept_ = begin; }

  // Returns the last `n` bytes, or fewer where there are not so many. They stay
  // until the next call.
  absl::string_view Last(size_t n);

  // What the operating system says about the reading so far.
  const absl::Status& status() const { return status_; }

 private:
  void Fill(uint64_t begin, uint64_t n);
  size_t ReadAt(uint64_t offset, size_t n, char* to);

  int fd_ = -1;
  uint64_t size_;
  std::string name_;
  absl::string_view window_;
  uint64_t begin_ = 0;  // where the window begins
  uint64_t kept_ = 0;   // from here on bytes stay in it
  std::string buffer_;  // of a file: what the window shows
  std::string last_;
  absl::Status status_;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_SOURCE_H_
