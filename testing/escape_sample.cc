// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests that escape; run by sim_test_escapes_test, which expects what they say.

#include <fcntl.h>
#include <unistd.h>

#include <thread>

#include "absl/time/clock.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

[[gnu::noinline]] void ReadTheClock() {
  volatile int64_t sink = absl::ToUnixNanos(absl::Now());
  sink = sink + 1;
}

SIM_TEST(EscapeSample, ReadsTheClock) { ReadTheClock(); }

SIM_TEST(EscapeSample, ReadsTheClockInEachRun, {.runs = 3}) {
  co_await Sleep(absl::Seconds(1));
  ReadTheClock();
}

SIM_TEST(EscapeSample, ReadsTheClockAndFails) {
  ReadTheClock();
  ADD_FAILURE() << "of something else";
}

SIM_TEST(EscapeSample, MayReadTheClock, {.allow_escapes = "clock"}) {
  ReadTheClock();
}

SIM_TEST(EscapeSample, AllowsWhatThereIsNot, {.allow_escapes = "clocks"}) {}

// As in a destructor: the error cannot be told.
[[gnu::noinline]] void StartAThread() noexcept {
  std::thread([] {}).join();
}

SIM_TEST(EscapeSample, DiesOfTheAnswer) { StartAThread(); }

class FileTest : public SimTest {
 protected:
  FileTest() : file_(::open("/dev/null", O_RDONLY)) {}
  ~FileTest() {
    ReadTheClock();
    ::close(file_);
  }

  const int file_;
};

SIM_TEST_F(FileTest, IsOpenedByTheFixture) { EXPECT_GE(file_, 0); }

}  // namespace
}  // namespace orrery
