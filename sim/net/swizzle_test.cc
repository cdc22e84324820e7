// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/swizzle.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/test_machines.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr size_t kMachines = 4;

std::vector<const Node*> All(const TestMachines& machines) {
  return {machines.nodes.begin(), machines.nodes.end()};
}

// Whether the machine is clogged, in and out.
bool IsClogged(TestMachines& machines, size_t i) {
  const bool in = machines.network.StateOf(nullptr, machines.nodes[i]).clogged;
  const bool out = machines.network.StateOf(machines.nodes[i], nullptr).clogged;
  EXPECT_EQ(in, out);
  return in;
}

// What a swizzle of 100 ms did: "+a" as a is clogged, "-a" as it is not.
std::string Watch(uint64_t seed, uint64_t* effects) {
  std::string seen;
  RunNetworkTest(
      [&]() -> Task<> {
        TestMachines machines(kMachines);
        co_await Yield();
        JoinHandle<size_t> swizzle =
            Spawn(Swizzle, std::ref(machines.network), All(machines),
                  absl::Milliseconds(100));
        std::vector<bool> clogged(kMachines);
        size_t begun = 0;
        for (int i = 0; i < 1'010; ++i) {
          for (size_t m = 0; m < kMachines; ++m) {
            if (IsClogged(machines, m) == clogged[m]) continue;
            clogged[m] = !clogged[m];
            begun += clogged[m] ? 1 : 0;
            absl::StrAppend(&seen, clogged[m] ? "+" : "-",
                            machines.nodes[m]->name());
            if (clogged[m]) machines.Send(m, (m + 1) % kMachines, 1, "x");
            EXPECT_TRUE(clogged[m] ? i <= 500 : i >= 500) << seen;
          }
          co_await Sleep(absl::Microseconds(100));
        }
        const size_t count = co_await swizzle;
        EXPECT_EQ(count, begun);
        EXPECT_GE(count, 1u);
        for (size_t m = 0; m < kMachines; ++m) {
          EXPECT_FALSE(IsClogged(machines, m));
        }
        *effects += Faults::Current().Get("net.swizzle").effects();
      },
      seed);
  return seen;
}

TEST(SwizzleTest, SomeAreCloggedAndThenUncloggedInAnyOrder) {
  std::set<std::string> seen;
  std::set<size_t> sizes;
  int in_another_order = 0;
  uint64_t effects = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const std::string what = Watch(seed, &effects);
    seen.insert(what);
    sizes.insert(what.size());
    std::string clogged;
    std::string unclogged;
    for (size_t i = 0; i + 1 < what.size(); i += 2) {
      (what[i] == '+' ? clogged : unclogged) += what[i + 1];
    }
    EXPECT_EQ(clogged.size(), unclogged.size()) << what;
    in_another_order += clogged != unclogged ? 1 : 0;
  }
  EXPECT_THAT(sizes, SizeIs(kMachines));  // one, two, three, and all of them
  EXPECT_GT(seen.size(), 20u);
  EXPECT_GT(in_another_order, 10);
  EXPECT_GT(effects, 40u);
}

TEST(SwizzleTest, OneThatIsCancelledLeavesNothingClogged) {
  RunNetworkTest([]() -> Task<> {
    TestMachines machines(kMachines);
    JoinHandle<size_t> swizzle = Spawn(Swizzle, std::ref(machines.network),
                                       All(machines), absl::Seconds(10));
    co_await Sleep(absl::Seconds(5));
    size_t clogged = 0;
    for (size_t m = 0; m < kMachines; ++m) clogged += IsClogged(machines, m);
    EXPECT_GT(clogged, 0u);
    machines.Send(0, 1, 1, "x");
    swizzle.Cancel();
    co_await Sleep(absl::Milliseconds(1));
    for (size_t m = 0; m < kMachines; ++m) {
      EXPECT_FALSE(IsClogged(machines, m));
    }
    EXPECT_THAT(machines.lines[1], SizeIs(1));
  });
}

TEST(SwizzleTest, OneThatIsMaskedDoesAndDrawsNothing) {
  const RunResult result = RunNetworkTestInOrder([]() -> Task<> {
    TestMachines machines(kMachines);
    Faults::Current().Mask("net.swizzle");
    const std::vector<const Node*> all = All(machines);
    const size_t count =
        co_await Swizzle(machines.network, all, absl::Seconds(10));
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(Elapsed(), absl::ZeroDuration());
    EXPECT_THAT(Faults::Current().counts(), IsEmpty());
  });
  EXPECT_EQ(result.choices, 0u);
}

}  // namespace
}  // namespace orrery
