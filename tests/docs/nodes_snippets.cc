// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/nodes.md shows: machines that boot, crash, hang and come back.

#include <memory>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/post.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: program]
Task<> Beat(int* beats) {
  for (;;) {
    co_await Sleep(absl::Seconds(1));
    ++*beats;
  }
}

SIM_TEST(Nodes, ACrashedNodeDoesNothingUntilItBoots) {
  int beats = 0;
  World world;
  Node& node = world.AddNode("heart", [&beats] { return Beat(&beats); });
  co_await Sleep(absl::Milliseconds(2500));
  node.Crash();
  co_await Sleep(absl::Hours(1));
  EXPECT_EQ(beats, 2);
  node.Boot();
  co_await Sleep(absl::Milliseconds(1500));
  EXPECT_EQ(beats, 3);
  EXPECT_EQ(node.incarnation(), 2);
}
// [end: program]

// [snippet: callbacks]
class Beater : public NodeProgram {
 public:
  explicit Beater(int* beats) : beats_(beats) {}
  void Start() override { Next(); }
  void Stop() override { next_.Cancel(); }

 private:
  void Next() {
    next_ = PostAfter(absl::Seconds(1), [this] {
      ++*beats_;
      Next();
    });
  }

  int* beats_;
  PostHandle next_;
};
// [end: callbacks]

SIM_TEST(Nodes, AProgramMayBeAnObject) {
  int beats = 0;
  World world;
  Node& node = world.AddNode(
      "heart", [&beats] { return std::make_unique<Beater>(&beats); });
  co_await Sleep(absl::Milliseconds(2500));
  const bool by_itself = co_await node.Stop();
  EXPECT_TRUE(by_itself);
  EXPECT_EQ(beats, 2);
}

// [snippet: destructors]
class Lease {
 public:
  Lease() { Log("takes the lease"); }
  ~Lease() { Log("gives the lease back"); }
};

Task<> HoldALease() {
  const Lease lease;
  co_await Sleep(absl::Hours(1));
}

SIM_TEST(Nodes, ACrashLeavesNoTimeToTidyUp) {
  World world;
  Node& node = world.AddNode("holder", HoldALease);
  co_await Sleep(absl::Seconds(1));
  node.Crash();
  EXPECT_EQ(node.CountTasks(), 0);
  EXPECT_THAT(Logs(),
              LogsAre(At(absl::ZeroDuration(), "holder: takes the lease")));
}
// [end: destructors]

Task<> FailSoon() {
  co_await Sleep(absl::Seconds(1));
  throw std::runtime_error("out of memory");
}

SIM_TEST(Nodes, ANodeThatFailsIsRestarted) {
  World world;
  // [snippet: restart]
  Node& node = world.AddNode("worker", FailSoon,
                             {.restart_on_failure = RestartPolicy{
                                  .after = absl::Seconds(5), .limit = 3}});
  // [end: restart]
  co_await Sleep(absl::Seconds(13));
  EXPECT_EQ(node.incarnation(), 3);
}

SIM_TEST(Nodes, ZonesGoDownTogetherWithinABudget) {
  int beats = 0;
  // [snippet: zones]
  World world({.max_down = 2});
  for (int i = 0; i < 6; ++i) {
    world.AddNode(absl::StrCat("replica-", i),
                  [&beats] { return Beat(&beats); },
                  {.zone = absl::StrCat("zone-", i / 2)});
  }
  const std::vector<Node*> zone = world.InZone("zone-1");
  if (world.MayTakeDown(zone.size())) {
    for (Node* node : zone) node->Crash();
  }
  // [end: zones]
  EXPECT_EQ(world.CountDown(), 2);
  EXPECT_FALSE(world.MayTakeDown());
  co_return;
}

SIM_TEST(Nodes, EachNodeHasAClockOfItsOwn) {
  int beats = 0;
  World world;
  Node& node = world.AddNode("heart", [&beats] { return Beat(&beats); });
  // [snippet: clocks]
  node.SetClockDrift(100'000);  // a tenth fast
  co_await Sleep(absl::Seconds(15));
  EXPECT_EQ(beats, 16);
  EXPECT_EQ(node.SteadyTime(), absl::Milliseconds(16'500));

  node.StepWallClock(absl::Hours(-1));  // somebody set it, wrongly
  EXPECT_EQ(node.WallTime(),
            SimEpoch() + absl::Milliseconds(16'500) - absl::Hours(1));
  EXPECT_EQ(node.SteadyTime(), absl::Milliseconds(16'500));

  node.FreezeClock();
  co_await Sleep(absl::Hours(1));
  EXPECT_EQ(beats, 16);
  // [end: clocks]
}

}  // namespace
}  // namespace orrery
