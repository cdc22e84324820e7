// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a fuzzer is told of each run. That it finds something is tested in
// tests/swarm/fuzz_test.cc, where there is a fuzzer.

#include "orrery/testing/sim_fuzz.h"

#include <cstdint>
#include <string>
#include <vector>

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Bytes = std::vector<uint8_t>;

// First in, first out, and with zeros, it passes; so it does as a SIM_TEST.
SIM_FUZZ(Fuzzed, IsATestToo, {.max_steps = 100}) {
  if (Choose(10, "first") != 3) co_return;
  const uint64_t second = Choose(1000, "second");
  EXPECT_NE(second, 999) << "the second draw is too high";
  if (second == 998) throw std::runtime_error("thrown");
  while (second == 997) co_await Yield();
}

FuzzTarget Target() {
  FuzzTarget target;
  target.name = "Fuzzed.IsATestToo";
  target.options = &Fuzzed_IsATestToo_SimTest::OrreryOptions;
  target.make_body = &sim_test_internal::MakeBody<Fuzzed_IsATestToo_SimTest>;
  return target;
}

Bytes Choices(uint16_t first, uint16_t second) {
  return {static_cast<uint8_t>(first), static_cast<uint8_t>(first >> 8),
          static_cast<uint8_t>(second), static_cast<uint8_t>(second >> 8)};
}

TEST(SimFuzzTest, ARunThatPassesHasNoReportAndSaysHowFarItGot) {
  FuzzedRun run = FuzzOnce(Target(), {}, "file");
  EXPECT_EQ(run.report, "");
  EXPECT_EQ(run.used, 2);
  run = FuzzOnce(Target(), Choices(3, 0), "file");
  EXPECT_EQ(run.report, "");
  EXPECT_EQ(run.used, 4);
}

TEST(SimFuzzTest, ARunThatFailsIsReportedWithCommandsThatRepeatIt) {
  const FuzzedRun run = FuzzOnce(Target(), Choices(3, 999), "found.bytes");
  EXPECT_THAT(run.report,
              AllOf(HasSubstr("Fuzzed.IsATestToo failed\n"),
                    HasSubstr("the second draw is too high"),
                    HasSubstr("found.bytes\n"),
                    HasSubstr("_replay --gtest_filter=Fuzzed.IsATestToo "
                              "--orrery_scheduler=bytes:found.bytes\n")));
}

TEST(SimFuzzTest, ErrorsAndLimitsAreFailuresToo) {
  EXPECT_THAT(FuzzOnce(Target(), Choices(3, 998), "file").report,
              HasSubstr("thrown"));
  EXPECT_THAT(FuzzOnce(Target(), Choices(3, 997), "file").report,
              HasSubstr("100 steps"));
}

TEST(SimFuzzTest, RunsLeaveNothingBehind) {
  const FuzzedRun first = FuzzOnce(Target(), Choices(3, 999), "file");
  FuzzOnce(Target(), Choices(3, 997), "file");
  EXPECT_EQ(FuzzOnce(Target(), Choices(3, 999), "file").report, first.report);
}

}  // namespace
}  // namespace orrery
