// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/bytes_scheduler.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"

namespace orrery {
namespace {

uint64_t Draw(BytesScheduler& scheduler, uint64_t n) {
  return scheduler.Draw({.kind = ChoiceKind::kData, .n = n});
}

size_t Pick(BytesScheduler& scheduler, size_t n) {
  const std::vector<const Candidate*> ready(n);
  return scheduler.PickNext({.n = n}, ready);
}

TEST(BytesSchedulerTest, AChoiceIsALittleEndianWordModuloTheAlternatives) {
  const uint8_t bytes[] = {5, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 1, 255, 255};
  BytesScheduler scheduler(bytes);
  EXPECT_EQ(Pick(scheduler, 3), 5u % 3);
  EXPECT_EQ(Draw(scheduler, 65536), 256u);
  EXPECT_EQ(Draw(scheduler, 65537), ((uint64_t{1} << 56) + 7) % 65537);
  EXPECT_EQ(Draw(scheduler, 1000), 65535u % 1000);
  EXPECT_EQ(scheduler.used(), 14u);
}

TEST(BytesSchedulerTest, BytesBeyondTheEndAreZeros) {
  const uint8_t bytes[] = {9};
  BytesScheduler scheduler(bytes);
  EXPECT_EQ(Draw(scheduler, 100), 9u);
  EXPECT_EQ(Draw(scheduler, 100), 0u);
  EXPECT_EQ(Draw(scheduler, uint64_t{1} << 63), 0u);
  EXPECT_EQ(Pick(scheduler, 100), 0u);
}

TEST(BytesSchedulerTest, EachRunBeginsWithTheFirstByte) {
  const uint8_t bytes[] = {3, 0, 4, 0};
  BytesScheduler scheduler(bytes);
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    scheduler.BeginRun({.seed = Seed(seed)});
    EXPECT_EQ(Pick(scheduler, 10), 3u);
    EXPECT_EQ(Pick(scheduler, 10), 4u);
  }
}

TEST(BytesSchedulerTest, NoBytesAreFirstInFirstOut) {
  const ModelProgram program = Wronglock(3);
  ModelRunner runner(program);
  FifoScheduler fifo;
  runner.Run(fifo, {});
  const std::vector<uint32_t> schedule = runner.schedule();
  BytesScheduler scheduler({});
  runner.Run(scheduler, {});
  EXPECT_EQ(runner.schedule(), schedule);
}

TEST(BytesSchedulerTest, SomeBytesMeetTheBug) {
  const ModelProgram program = Deadlock01();
  ModelRunner runner(program);
  bool found = false;
  // All strings of one bit a choice, where that is enough.
  for (uint32_t bits = 0; bits < 1 << 12 && !found; ++bits) {
    std::vector<uint8_t> bytes(24);
    for (size_t i = 0; i < 12; ++i) bytes[2 * i] = bits >> i & 1;
    BytesScheduler scheduler(bytes);
    found = FoundBug(runner.Run(scheduler, {}));
  }
  EXPECT_TRUE(found);
}

TEST(BytesSchedulerTest, NamesItsFileIfThereIsOne) {
  EXPECT_EQ(BytesScheduler({}).Spec(), "bytes");
  EXPECT_EQ(BytesScheduler({}, "bytes:a/b").Spec(), "bytes:a/b");
}

}  // namespace
}  // namespace orrery
