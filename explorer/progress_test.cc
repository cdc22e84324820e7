// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/progress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::HasSubstr;

constexpr ProgressNumbers kNumbers = {.runs = 1200,
                                      .runs_wanted = 5000,
                                      .distinct_traces = 412,
                                      .traces_seen_once = 100,
                                      .failures = 1,
                                      .real_time = absl::Seconds(2)};

TEST(FormatProgressTest, TellsHowItGoes) {
  EXPECT_EQ(FormatProgress(kNumbers),
            "1200 of 5000 runs, 600/s, 412 distinct schedules, next is new: "
            "8.3%, 1 failure");
  ProgressNumbers begun;
  EXPECT_EQ(FormatProgress(begun),
            "0 runs, 0/s, 0 distinct schedules, 0 failures");
}

TEST(FormatShareTest, Rounds) {
  EXPECT_EQ(FormatShare(0, 1), "0.0%");
  EXPECT_EQ(FormatShare(1, 3), "33.3%");
  EXPECT_EQ(FormatShare(2, 3), "66.7%");
  EXPECT_EQ(FormatShare(7, 7), "100.0%");
  const uint64_t all = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(FormatShare(all, all), "100.0%");
  EXPECT_EQ(FormatShare(all / 2, all), "50.0%");
}

// Standard error as something else, for as long as it lives.
class OtherStderr {
 public:
  explicit OtherStderr(int fd) : before_(::dup(STDERR_FILENO)) {
    ::dup2(fd, STDERR_FILENO);
  }
  ~OtherStderr() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

TEST(ProgressTest, IsOffWhereNobodyWatches) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    const OtherStderr other(ends[1]);
    ProgressLine progress(true);
    EXPECT_FALSE(progress.on());
    progress.Update(kNumbers);
  }
  ::close(ends[1]);
  char byte;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);
  ::close(ends[0]);
}

TEST(ProgressTest, IsALineOnATerminalThatGoesAwayAgain) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) {
    GTEST_SKIP() << "this machine has no pseudo-terminals";
  }
  const int other_end = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  ASSERT_GE(other_end, 0);
  {
    const OtherStderr other(other_end);
    EXPECT_FALSE(ProgressLine(false).on());
    ProgressLine progress(true);
    EXPECT_TRUE(progress.on());
    ProgressNumbers numbers = kNumbers;
    numbers.real_time = absl::Milliseconds(10);
    progress.Update(numbers);  // too soon
    numbers.real_time = absl::Seconds(2);
    progress.Update(numbers);
    progress.Update(numbers);  // too soon again
  }
  ::close(other_end);
  // A terminal hands on what it has in pieces, and ends with an error.
  std::string text;
  char piece[4096];
  for (ssize_t got; (got = ::read(terminal, piece, sizeof(piece))) > 0;) {
    text.append(piece, static_cast<size_t>(got));
  }
  EXPECT_EQ(text,
            "\r\x1b[K[  ORRERY  ] " + FormatProgress(kNumbers) + "\r\x1b[K");
  ::close(terminal);
}

}  // namespace
}  // namespace orrery
