// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/scoped_trace.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

using Seen = std::map<std::string, std::vector<std::string>>;

void Look(Seen& seen, const std::string& where) {
  seen[where] = ScopedTraces();
}

Task<> Work(std::string name, absl::Duration offset, Seen& seen) {
  co_await Sleep(offset);
  SIM_SCOPED_TRACE(absl::StrCat(name, " outer"));
  co_await Sleep(absl::Seconds(1));
  {
    SIM_SCOPED_TRACE(absl::StrCat(name, " inner"));
    co_await Sleep(absl::Seconds(1));
    Look(seen, name + " inside");
  }
  co_await Sleep(absl::Seconds(1));
  Look(seen, name + " outside");
}

// Each is within its scopes while the other enters and leaves its own.
Task<> Interleave(Seen& seen) {
  JoinHandle<> a = Spawn("a", Work, "a", absl::ZeroDuration(), std::ref(seen));
  JoinHandle<> b =
      Spawn("b", Work, "b", absl::Milliseconds(500), std::ref(seen));
  co_await a;
  co_await b;
  Look(seen, "main");
}

TEST(ScopedTraceTest, BelongsToTheTaskThatMadeIt) {
  Seen seen;
  EXPECT_TRUE(Simulation().Run(Interleave, seen).ok());
  EXPECT_THAT(seen["a inside"],
              ElementsAre(EndsWith(": a inner"), EndsWith(": a outer")));
  EXPECT_THAT(seen["b inside"],
              ElementsAre(EndsWith(": b inner"), EndsWith(": b outer")));
  EXPECT_THAT(seen["a outside"], ElementsAre(EndsWith(": a outer")));
  EXPECT_THAT(seen["b outside"], ElementsAre(EndsWith(": b outer")));
  EXPECT_THAT(seen["main"], IsEmpty());
}

constexpr int kNamedLine = __LINE__ + 2;
Task<> Named(Seen& seen) {
  SIM_SCOPED_TRACE("here");
  Look(seen, "task");
  co_return;
}

TEST(ScopedTraceTest, SaysWhereItStands) {
  Seen seen;
  EXPECT_TRUE(Simulation().Run(Named, seen).ok());
  EXPECT_THAT(seen["task"],
              ElementsAre(absl::StrCat(
                  "testing/scoped_trace_test.cc:", kNamedLine, ": here")));
}

Task<> Hold() {
  SIM_SCOPED_TRACE("for good");
  co_await Sleep(absl::InfiniteDuration());
}
Task<> LeaveOneBehind() {
  Spawn(Hold);
  co_await Yield();
}
Task<> LookAround(Seen& seen) {
  Look(seen, "main");
  JoinHandle<> child = Spawn(Named, std::ref(seen));
  co_await child;
}

TEST(ScopedTraceTest, LeavesNothingToTheNextRun) {
  Seen seen;
  EXPECT_TRUE(Simulation().Run(LeaveOneBehind).ok());
  EXPECT_TRUE(Simulation().Run(LookAround, seen).ok());
  EXPECT_THAT(seen["main"], IsEmpty());
  EXPECT_THAT(seen["task"], ElementsAre(EndsWith(": here")));
}

TEST(ScopedTraceTest, BelongsToOneSimulationOfTwo) {
  Seen seen;
  Simulation outer;
  Simulation inner;
  const Simulation::Scope in_outer(outer);
  SIM_SCOPED_TRACE("of the outer one");
  {
    const Simulation::Scope in_inner(inner);
    Look(seen, "inner");
  }
  Look(seen, "outer");
  EXPECT_THAT(seen["inner"], IsEmpty());
  EXPECT_THAT(seen["outer"], ElementsAre(EndsWith(": of the outer one")));
}

Task<> LookLater(Seen& seen, std::string name) {
  co_await Sleep(absl::Seconds(1));
  SIM_SCOPED_TRACE("child");
  Look(seen, name);
}
Task<> SpawnInRounds(Seen& seen) {
  std::vector<JoinHandle<>> children;
  for (int round = 1; round <= 2; ++round) {
    SIM_SCOPED_TRACE(absl::StrCat("round ", round));
    const std::string name = absl::StrCat("child ", round);
    children.push_back(Spawn(LookLater, std::ref(seen), name));
    Post([&seen, round] { Look(seen, absl::StrCat("callback ", round)); });
  }
  for (JoinHandle<>& child : children) co_await child;
  Look(seen, "main");
}

// The round that they were spawned in, though their parent has gone on.
TEST(ScopedTraceTest, IsHandedDown) {
  Seen seen;
  EXPECT_TRUE(Simulation().Run(SpawnInRounds, seen).ok());
  for (int round = 1; round <= 2; ++round) {
    const std::string line = absl::StrCat(": round ", round);
    EXPECT_THAT(seen[absl::StrCat("child ", round)],
                ElementsAre(EndsWith(": child"), EndsWith(line)));
    EXPECT_THAT(seen[absl::StrCat("callback ", round)],
                ElementsAre(EndsWith(line)));
  }
  EXPECT_THAT(seen["main"], IsEmpty());
}

TEST(ScopedTraceTest, OutsideOfASimulationThereIsNone) {
  EXPECT_THAT(ScopedTraces(), IsEmpty());
}

TEST(ScopedTraceDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(
      { SIM_SCOPED_TRACE("nowhere"); },
      "SIM_SCOPED_TRACE was used outside of a simulation. Use it in a "
      "SIM_TEST");
}

}  // namespace
}  // namespace orrery
