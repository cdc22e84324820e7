// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

// How much is read at a time.
constexpr uint64_t kStep = 1 << 20;

}  // namespace

void TraceSource::Fill(uint64_t begin, uint64_t n) {
  buffer_.erase(0, static_cast<size_t>(kept_ - begin_));
  begin_ = kept_;
  const uint64_t read_to = begin_ + buffer_.size();
  // A record may say that it is longer than the file.
  const uint64_t wanted = std::min(size_ - begin, n);
  const uint64_t end =
      std::min(size_, std::max(begin + wanted, read_to + kStep));
  const size_t old_size = buffer_.size();
  buffer_.resize(static_cast<size_t>(end - begin_));
  const size_t got =
      ReadAt(read_to, buffer_.size() - old_size, buffer_.data() + old_size);
  buffer_.resize(old_size + got);
  if (read_to + got < end) size_ = read_to + got;
  window_ = buffer_;
}

absl::string_view TraceSource::Last(size_t n) {
  n = static_cast<size_t>(std::min<uint64_t>(n, size_));
  if (fd_ < 0) return window_.substr(window_.size() - n);
  last_.resize(n);
  last_.resize(ReadAt(size_ - n, n, last_.data()));
  return last_;
}

// Returns how many bytes there are; fewer than `n` at the end of the file, or
// after an error.
size_t TraceSource::ReadAt(uint64_t offset, size_t n, char* to) {
  size_t done = 0;
  while (done < n) {
    const ssize_t got =
        ::pread(fd_, to + done, n - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) status_ = SystemError("cannot read the trace", name_);
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

}  // namespace orrery
