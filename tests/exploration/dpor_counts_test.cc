// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// DPOR on the engine: as many schedules of the corpus as there are ways for
// their steps to depend on each other. The numbers are those of published
// programs, or of formulas, where there are any.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/dpor_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"
#include "orrery/tests/exploration/search.h"

namespace orrery {
namespace {

using corpus::Version;

struct Counted {
  uint64_t schedules = 0;
  uint64_t repetitions = 0;
  uint64_t bugs = 0;  // schedules in which it showed
};

// The programs go on when their bug has shown itself.
Counted Count(Task<> (*main)(), uint64_t order = 0) {
  std::vector<std::string> bugs;
  corpus::noted_bugs = &bugs;
  DporScheduler scheduler;
  Counted counted;
  SearchOptions options;
  options.order = order;
  options.ignored = [&] {
    const bool bug = !bugs.empty();
    bugs.clear();
    if (scheduler.repeated()) return true;
    if (bug) ++counted.bugs;
    return false;
  };
  const Searched searched = Search(scheduler, main, options);
  corpus::noted_bugs = nullptr;
  EXPECT_EQ(searched.end, NextRun::kExhausted) << scheduler.Completeness();
  counted.schedules = scheduler.schedules();
  counted.repetitions = scheduler.repetitions();
  for (const auto& [outcome, times] : searched.outcomes) {
    if (outcome == "deadlock") {
      counted.bugs += times;
    } else {
      EXPECT_EQ(outcome, "");
    }
  }
  return counted;
}

template <auto kProgram, auto... kArguments>
Task<> Buggy() {
  return kProgram(Version::kBuggy, kArguments...);
}
template <auto kProgram, auto... kArguments>
Task<> Fixed() {
  return kProgram(Version::kFixed, kArguments...);
}

TEST(DporCountsTest, TheClassicsHaveAsManySchedulesAsPublished) {
  struct Case {
    const char* name;
    Task<> (*main)();
    uint64_t schedules;
  };
  const Case cases[] = {
      {"deadlock01", Buggy<corpus::OppositeLocks>, 3},
      {"lazy01", Buggy<corpus::Lazy>, 6},
      {"reorder_3", Buggy<corpus::Reorder, 2, 1>, 56},
      {"reorder_4", Buggy<corpus::Reorder, 3, 1>, 1248},
      {"twostage_2", Buggy<corpus::TwoStage, 1>, 3},
      {"twostage_3", Buggy<corpus::TwoStage, 2>, 40},
      {"wronglock_1", Buggy<corpus::WrongLock, 1>, 7},
      {"wronglock_3", Buggy<corpus::WrongLock, 3>, 360},
      {"stringbuffer", Buggy<corpus::StringBuffer>, 6},
  };
  for (const Case& c : cases) {
    // However the search begins.
    const uint64_t orders = c.schedules > 100 ? 1 : 4;
    std::set<uint64_t> bugs;
    for (uint64_t order = 0; order < orders; ++order) {
      const Counted counted = Count(c.main, order);
      EXPECT_EQ(counted.schedules, c.schedules) << c.name << " " << order;
      EXPECT_GT(counted.bugs, 0u) << c.name;
      bugs.insert(counted.bugs);
    }
    EXPECT_EQ(bugs.size(), 1u) << c.name;
  }
}

TEST(DporCountsTest, FixedProgramsHaveNoBugInAnySchedule) {
  Task<> (*const programs[])() = {
      Fixed<corpus::OppositeLocks>, Fixed<corpus::Bluetooth>,
      Fixed<corpus::TwoStage, 1>,   Fixed<corpus::WrongLock, 1>,
      Fixed<corpus::StringBuffer>,  Fixed<corpus::Dining, 4>,
      Fixed<corpus::LostUpdate, 2>, Fixed<corpus::LostWakeup>,
  };
  for (Task<> (*const main)() : programs) EXPECT_EQ(Count(main).bugs, 0u);
}

// All but one of the ways in which n neighbors can share n forks.
template <int kSeats>
void CheckDining() {
  const Counted counted = Count(Buggy<corpus::Dining, kSeats>);
  EXPECT_EQ(counted.schedules, (uint64_t{1} << kSeats) - 1) << kSeats;
  EXPECT_EQ(counted.bugs, 1u) << kSeats;
}

TEST(DporCountsTest, PhilosophersMeetTheDeadlockInOneOfTheirSchedules) {
  CheckDining<2>();
  CheckDining<3>();
  CheckDining<4>();
  CheckDining<5>();
  CheckDining<7>();
}

template <int kReaders>
Task<> ReadersOf() {
  return corpus::Readers(kReaders);
}

TEST(DporCountsTest, EachReaderSeesTheOldOrTheNewValue) {
  EXPECT_EQ(Count(ReadersOf<1>).schedules, 2u);
  EXPECT_EQ(Count(ReadersOf<2>).schedules, 4u);
  EXPECT_EQ(Count(ReadersOf<4>).schedules, 16u);
  EXPECT_EQ(Count(ReadersOf<8>).schedules, 256u);
}

template <int kWriters>
void CheckLastZero() {
  constexpr uint64_t kExpected = uint64_t{kWriters + 3} << (kWriters - 2);
  EXPECT_EQ(Count([] { return corpus::LastZero(kWriters); }).schedules,
            kExpected)
      << kWriters;
}

TEST(DporCountsTest, LastZeroHasAsManySchedulesAsItsFormulaSays) {
  CheckLastZero<2>();
  CheckLastZero<3>();
  CheckLastZero<4>();
  CheckLastZero<5>();
  CheckLastZero<6>();
  CheckLastZero<7>();
}

}  // namespace
}  // namespace orrery
