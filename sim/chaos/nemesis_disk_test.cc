// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

// Two machines with disks, and a file of ten bytes on each.
struct Lab {
  Lab()
      : disks(world),
        nemesis(world, nullptr, &disks),
        a(world.AddNode("a", Idle)),
        b(world.AddNode("b", Idle)) {}

  // Writes the file of `node`, syncs it and reads it back. Returns the first
  // error, or what it reads.
  Task<absl::StatusOr<std::string>> Use(const Node* node) {
    absl::StatusOr<File> file =
        co_await disks.of(node).Open("f", {.create = true});
    if (!file.ok()) co_return file.status();
    const absl::StatusOr<size_t> wrote = co_await file->Write(0, "0123456789");
    if (!wrote.ok()) co_return wrote.status();
    const absl::Status synced = co_await file->Sync();
    if (!synced.ok()) co_return synced;
    co_return co_await file->Read(0, 10);
  }

  World world;
  Disks disks;
  Nemesis nemesis;
  Node& a;
  Node& b;
};

// Expects that, while `what` lasts, the file of a cannot be used or is another
// one, and that of b can; and that all is well before and after.
Task<> Breaks(Mishap what, std::string wrong) {
  Lab lab;
  EXPECT_EQ(*co_await lab.Use(&lab.a), "0123456789");
  EXPECT_TRUE(Faults::Current().counts().empty());
  EXPECT_TRUE(*lab.nemesis.Do(what));
  lab.disks.of(lab.a).DropCaches();
  const absl::StatusOr<std::string> of_a = co_await lab.Use(&lab.a);
  if (wrong.empty()) {
    EXPECT_NE(*of_a, "0123456789");
  } else {
    EXPECT_EQ(absl::StatusCodeToString(of_a.status().code()), wrong)
        << of_a.status();
  }
  EXPECT_EQ(*co_await lab.Use(&lab.b), "0123456789");
  lab.nemesis.Heal();
  EXPECT_EQ(*co_await lab.Use(&lab.a), "0123456789");
  EXPECT_GT(Faults::Current().Get(what.fault()).reached(), 0u);
  EXPECT_TRUE(Faults::Current().CheckEffects().ok())
      << Faults::Current().CheckEffects();
}

template <typename Body, typename... Arguments>
void RunTest(Body body, Arguments... arguments) {
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.seed = Seed(1), .scheduler = &scheduler})
          .Run(body, arguments...);
  EXPECT_TRUE(result.ok()) << (result.failure.has_value()
                                   ? result.failure->message
                                   : "");
}

TEST(NemesisDiskTest, WhileErrorsLastADiskFails) {
  RunTest(Breaks, mishap::ReadErrors(Chance::Always(), "a"), "DATA_LOSS");
  RunTest(Breaks, mishap::WriteErrors(Chance::Always(), "a"), "DATA_LOSS");
  RunTest(Breaks, mishap::SyncErrors(Chance::Always(), "a"), "DATA_LOSS");
}

TEST(NemesisDiskTest, WhileBitsRotWhatIsReadIsWrong) {
  RunTest(Breaks, mishap::BitRot(Chance::Always(), "a"), "");
}

Task<> IsFull() {
  Lab lab;
  EXPECT_TRUE((co_await lab.Use(&lab.a)).ok());
  const uint64_t capacity = lab.disks.of(lab.a).capacity();
  EXPECT_TRUE(*lab.nemesis.Do(mishap::DiskFull("a"), absl::Seconds(2)));
  EXPECT_TRUE(*lab.nemesis.Do(mishap::DiskFull("a"), absl::Seconds(4)));
  co_await Sleep(absl::Seconds(3));
  absl::StatusOr<File> file =
      co_await lab.disks.of(lab.a).Open("g", {.create = true});
  if (file.ok()) {
    const absl::StatusOr<size_t> wrote = co_await file->Write(0, "0123456789");
    EXPECT_EQ(wrote.status().code(), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_TRUE((co_await lab.Use(&lab.b)).ok());
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(lab.disks.of(lab.a).capacity(), capacity);
  EXPECT_TRUE((co_await lab.Use(&lab.a)).ok());
  EXPECT_GT(Faults::Current().Get("disk.full").effects(), 0u);
}
TEST(NemesisDiskTest, AFullDiskTakesNoMore) { RunTest(IsFull); }

Task<> Stalls() {
  Lab lab;
  EXPECT_TRUE(*lab.nemesis.Do(mishap::DiskStalls(Chance::Always(), "a")));
  absl::Time before = Now();
  EXPECT_TRUE((co_await lab.Use(&lab.b)).ok());
  EXPECT_LT(Now() - before, absl::Milliseconds(500));
  before = Now();
  EXPECT_TRUE((co_await lab.Use(&lab.a)).ok());
  EXPECT_GE(Now() - before, absl::Seconds(3));
}
TEST(NemesisDiskTest, AStalledDiskTakesItsTime) { RunTest(Stalls); }

Task<> LosesWrites() {
  Lab lab;
  EXPECT_TRUE(*lab.nemesis.Do(mishap::LostWrites(Chance::Always(), "a")));
  EXPECT_TRUE((co_await lab.Use(&lab.a)).ok());
  lab.disks.of(lab.a).DropCaches();
  EXPECT_NE(lab.disks.of(lab.a).Peek("f"), "0123456789");
}
TEST(NemesisDiskTest, ALostWriteIsSaidToBeDone) { RunTest(LosesWrites); }

Task<> Overlap() {
  Lab lab;
  DiskFaults& faults = lab.disks.of(lab.a).faults();
  faults.read_error = Chance::Percent(10);
  EXPECT_TRUE(*lab.nemesis.Do(mishap::ReadErrors(Chance::Percent(5), "a"),
                              absl::Seconds(2)));
  EXPECT_EQ(faults.read_error, Chance::Percent(10));
  EXPECT_TRUE(*lab.nemesis.Do(mishap::ReadErrors(Chance::Percent(50), "a"),
                              absl::Seconds(4)));
  EXPECT_TRUE(*lab.nemesis.Do(mishap::BitRot(Chance::Percent(7), "a"),
                              absl::Seconds(6)));
  co_await Sleep(absl::Seconds(3));
  EXPECT_EQ(faults.read_error, Chance::Percent(50));
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(faults.read_error, Chance::Percent(10));
  EXPECT_EQ(faults.bit_rot, Chance::Percent(7));
  co_await Sleep(absl::Seconds(2));
  EXPECT_TRUE(faults.bit_rot.never());
}
TEST(NemesisDiskTest, OfBurstsAtATimeTheWorstCounts) { RunTest(Overlap); }

}  // namespace
}  // namespace orrery
