// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

// Nobody watches a campaign that is over by then.
constexpr absl::Duration kFirst = absl::Seconds(1);
constexpr absl::Duration kInterval = absl::Milliseconds(200);

std::string Count(uint64_t number, const char* what) {
  return absl::StrCat(number, " ", what, number == 1 ? "" : "s");
}

}  // namespace

std::string FormatShare(uint64_t part, uint64_t whole) {
  // In thousandths, without an overflow.
  const uint64_t scale = std::max<uint64_t>(1, whole >> 50);
  const uint64_t thousandths =
      (part / scale * 1000 + whole / scale / 2) / (whole / scale);
  return absl::StrCat(thousandths / 10, ".", thousandths % 10, "%");
}

std::string FormatProgress(const ProgressNumbers& numbers) {
  const int64_t ms =
      std::max<int64_t>(1, absl::ToInt64Milliseconds(numbers.real_time));
  std::string text =
      numbers.runs_wanted > 0
          ? absl::StrCat(numbers.runs, " of ", numbers.runs_wanted, " runs")
          : Count(numbers.runs, "run");
  absl::StrAppend(&text, ", ", numbers.runs * 1000 / static_cast<uint64_t>(ms),
                  "/s, ", numbers.distinct_traces, " distinct schedules");
  if (numbers.runs > 0) {
    absl::StrAppend(&text, ", next is new: ",
                    FormatShare(numbers.traces_seen_once, numbers.runs));
  }
  return absl::StrCat(text, ", ", Count(numbers.failures, "failure"));
}

ProgressLine::ProgressLine(bool wanted)
    : on_(wanted && ::isatty(STDERR_FILENO) == 1), next_(kFirst) {}

ProgressLine::~ProgressLine() { Clear(); }

void ProgressLine::Update(const ProgressNumbers& numbers) {
  if (!on_ || numbers.real_time < next_) return;
  next_ = numbers.real_time + kInterval;
  std::fprintf(stderr, "\r\x1b[K[  ORRERY  ] %s",
               FormatProgress(numbers).c_str());
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::Clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace orrery
