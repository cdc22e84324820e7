// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ProgressLine`: a line on a terminal that tells how a long campaign goes. It
// is for whoever watches: nothing of it goes into a report or a trace.

#ifndef ORRERY_EXPLORER_PROGRESS_H_
#define ORRERY_EXPLORER_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace orrery {

// Where a campaign stands.
struct ProgressNumbers {
  uint64_t runs = 0;
  uint64_t runs_wanted = 0;  // 0: no limit
  uint64_t distinct_traces = 0;
  uint64_t traces_seen_once = 0;
  uint64_t failures = 0;  // distinct ones
  absl::Duration real_time;
};

// Returns "1200 of 5000 runs, 830/s, 412 distinct schedules, next is new: 8.3%,
// 1 failure".
std::string FormatProgress(const ProgressNumbers& numbers);

// Returns the share of `part` in `whole` with one digit after the point,
// rounded to the nearest: "8.3%". `whole` is at least 1.
std::string FormatShare(uint64_t part, uint64_t whole);

class ProgressLine {
 public:
  // Writes nothing where standard error is no terminal, or if not `wanted`.
  explicit ProgressLine(bool wanted);
  // Takes the line away.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Writes the line anew if the last time was long enough ago.
  void Update(const ProgressNumbers& numbers);
  // Takes the line away, for something else to be written.
  void Clear();

  bool on() const { return on_; }

 private:
  bool on_;
  bool shown_ = false;
  absl::Duration next_;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_PROGRESS_H_
