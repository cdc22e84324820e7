// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What can happen to datagrams: each knob at its extremes, and how often
// between them.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/test_machines.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A knob, so far turned.
struct Knob {
  const char* fault;
  uint64_t NetworkCounts::* count;
  LinkOptions link;
};

std::vector<Knob> Knobs(Chance chance) {
  return {
      {"net.loss", &NetworkCounts::lost, {.loss = chance}},
      {"net.duplication", &NetworkCounts::duplicated, {.duplication = chance}},
      {"net.corruption", &NetworkCounts::corrupted, {.corruption = chance}},
      {"net.reordering",
       &NetworkCounts::reordered,
       {.reordering = chance,
        .reordered_by =
            LatencyLaw::Uniform(absl::Milliseconds(1), absl::Milliseconds(9))}},
  };
}

Task<> SendHundred(LinkOptions link, NetworkCounts* counts, Lines* heard) {
  TestPair pair({.link = link});
  co_await Sleep(absl::Milliseconds(1));
  pair.Send(100, "12345678");
  co_await Sleep(absl::Seconds(1));
  *counts = pair.network.counts();
  *heard = pair.heard();
}

TEST(DatagramFaultsTest, AtItsExtremeEachHappensAlwaysAndIsSeen) {
  for (const Knob& knob : Knobs(Chance::Always())) {
    SCOPED_TRACE(knob.fault);
    RunNetworkTest([&]() -> Task<> {
      NetworkCounts counts;
      Lines heard;
      co_await SendHundred(knob.link, &counts, &heard);
      EXPECT_EQ(counts.*knob.count, 100u);
      const Fault& fault = Faults::Current().Get(knob.fault);
      EXPECT_EQ(fault.armed(), 100u);
      EXPECT_EQ(fault.reached(), 100u);
      EXPECT_GT(fault.effects(), 50u);
      EXPECT_TRUE(Faults::Current().CheckEffects().ok());
      if (knob.link.loss.always()) {
        EXPECT_THAT(heard, IsEmpty());
      }
      if (knob.link.duplication.always()) {
        EXPECT_THAT(heard, SizeIs(200));
      }
      if (knob.link.corruption.always()) {
        EXPECT_THAT(heard, SizeIs(100));
        EXPECT_THAT(heard, Each(Not(EndsWith("12345678"))));
      }
    });
  }
}

TEST(DatagramFaultsTest, AtZeroNothingHappensAndNothingIsDrawn) {
  for (const Knob& knob : Knobs(Chance::Never())) {
    SCOPED_TRACE(knob.fault);
    NetworkCounts counts;
    Lines heard;
    const RunResult result = Simulation().Run([&]() -> Task<> {
      co_await SendHundred(knob.link, &counts, &heard);
      EXPECT_THAT(Faults::Current().counts(), IsEmpty());
    });
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.choices, 0u);
    EXPECT_EQ(counts.*knob.count, 0u);
    EXPECT_EQ(counts.delivered, 100u);
    EXPECT_THAT(heard, Each(EndsWith("12345678")));
  }
}

TEST(DatagramFaultsTest, MaskedOnesLeaveTheRunAsItIsWithoutThem) {
  auto run = [](LinkOptions link, bool masked) {
    return RunNetworkTest([&]() -> Task<> {
      if (masked) Faults::Current().Mask("net");
      NetworkCounts counts;
      Lines heard;
      co_await SendHundred(link, &counts, &heard);
    });
  };
  const RunResult without = run({}, /*masked=*/false);
  for (const Knob& knob : Knobs(Chance::Percent(30))) {
    SCOPED_TRACE(knob.fault);
    const RunResult masked = run(knob.link, /*masked=*/true);
    EXPECT_EQ(masked.digests, without.digests);
    EXPECT_EQ(masked.choices, without.choices);
    EXPECT_NE(run(knob.link, /*masked=*/false).digests, without.digests);
  }
}

// Returns the sum of the squares of how far `counts` are off, in deviations of
// a binomial distribution.
double ChiSquareOfHits(const std::vector<uint64_t>& counts, double trials,
                       double chance) {
  double sum = 0;
  for (uint64_t count : counts) {
    const double off = static_cast<double>(count) - trials * chance;
    sum += off * off / (trials * chance * (1 - chance));
  }
  return sum;
}

TEST(DatagramFaultsTest, EachHappensAsOftenAsItsChanceSays) {
  for (const Knob& knob : Knobs(Chance::Percent(20))) {
    SCOPED_TRACE(knob.fault);
    std::vector<uint64_t> hits;
    RunNetworkTest([&]() -> Task<> {
      TestPair pair({.link = knob.link});
      co_await Sleep(absl::Milliseconds(1));
      for (int block = 0; block < 20; ++block) {
        const uint64_t before = pair.network.counts().*knob.count;
        pair.Send(250, "x");
        hits.push_back(pair.network.counts().*knob.count - before);
      }
      co_await Sleep(absl::Seconds(1));
      EXPECT_TRUE(Faults::Current().CheckEffects().ok());
    });
    // 20 degrees of freedom: above 45.3 once in a thousand, and below 5.9.
    EXPECT_LT(ChiSquareOfHits(hits, 250, 0.2), 45.3);
    EXPECT_GT(ChiSquareOfHits(hits, 250, 0.2), 5.9);
  }
}

TEST(DatagramFaultsTest, EachBitIsAsLikelyToBeFlipped) {
  constexpr int kCount = 8'000;
  std::vector<uint64_t> hits(64);
  RunNetworkTest([&]() -> Task<> {
    TestPair pair({.link = {.corruption = Chance::Always()}});
    co_await Yield();
    pair.Send(kCount, absl::string_view("\0\0\0\0\0\0\0\0", 8));
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), SizeIs(kCount));
    for (const std::string& line : pair.heard()) {
      const std::string got = line.substr(line.size() - 8);
      int bits = 0;
      for (size_t i = 0; i < 8; ++i) {
        const auto byte = static_cast<unsigned char>(got[i]);
        bits += std::popcount(byte);
        if (byte != 0) {
          ++hits[8 * i + static_cast<size_t>(std::countr_zero(byte))];
        }
      }
      EXPECT_EQ(bits, 1);
    }
  });
  // 63 degrees of freedom: above 103.4 once in a thousand.
  EXPECT_LT(ChiSquareOfHits(hits, kCount, 1.0 / 64), 103.4);
}

TEST(DatagramFaultsTest, ADuplicateTakesItsOwnWay) {
  RunNetworkTest([]() -> Task<> {
    TestPair pair({.link = {.latency = LatencyLaw::Uniform(
                                absl::Milliseconds(1), absl::Milliseconds(99)),
                            .duplication = Chance::Always()}});
    co_await Yield();
    pair.Send(1, "x");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), SizeIs(2));
    EXPECT_NE(pair.heard()[0], pair.heard()[1]);
  });
}

TEST(DatagramFaultsTest, OfReorderedOnesOnlyThoseCountThatAreOvertaken) {
  RunNetworkTestInOrder([]() -> Task<> {
    TestPair pair({.link = {.reordering = Chance::Always()}});
    co_await Yield();
    pair.Send(2);  // both are as late
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), ElementsAre("5500us 0", "5500us 1"));
    EXPECT_FALSE(Faults::Current().CheckEffects().ok());
    pair.Send(1, "late");
    pair.network.all_links().reordering = Chance::Never();
    pair.Send(1, "early");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard()[2], EndsWith("early"));
    EXPECT_THAT(pair.heard()[3], EndsWith("late"));
    ExpectSeen("net.reordering", 3, 1);
  });
}

TEST(DatagramFaultsTest, WhatNobodyWouldHaveHeardIsNoEffectOfLoss) {
  RunNetworkTest([]() -> Task<> {
    TestPair pair({.link = {.loss = Chance::Always()}});
    co_await Yield();
    pair.b.Kill();
    pair.Send(1);
    EXPECT_EQ(Faults::Current().Get("net.loss").reached(), 1u);
    EXPECT_EQ(Faults::Current().Get("net.loss").effects(), 0u);
    co_return;
  });
}

TEST(DatagramFaultsTest, WhatIsSentToOneselfIsSpared) {
  RunNetworkTest([]() -> Task<> {
    TestMachines one(1, {.link = {.loss = Chance::Always(),
                                  .duplication = Chance::Always(),
                                  .corruption = Chance::Always(),
                                  .reordering = Chance::Always(),
                                  .bandwidth = 1}});
    co_await Yield();
    one.Send(0, 0, 2, "self");
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(one.lines[0], ElementsAre("10us self", "10us self"));
    EXPECT_THAT(Faults::Current().counts(), IsEmpty());
  });
}

// ---- What is no chance ------------------------------------------------------

TEST(DatagramFaultsTest, BandwidthMakesDatagramsStandInLine) {
  RunNetworkTest([]() -> Task<> {
    TestPair pair({.link = {.bandwidth = 1'000}});
    co_await Yield();
    pair.Send(3, std::string(100, 'x'));
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(pair.heard(), ElementsAre(::testing::StartsWith("100500us"),
                                          ::testing::StartsWith("200500us"),
                                          ::testing::StartsWith("300500us")));
    ExpectSeen("net.bandwidth", 2, 2);
    pair.network.all_links().bandwidth = 0;
    pair.Send(1);
    EXPECT_EQ(Faults::Current().Get("net.bandwidth").armed(), 3u);
  });
}

TEST(DatagramFaultsTest, WhatIsLargerThanTheMtuIsRefused) {
  RunNetworkTest([]() -> Task<> {
    World world;
    Network network(world, {.link = {.mtu = 10}});
    auto socket = *DatagramSocket::Bind(network, 1);
    const Address to = {Network::HostOf(NodeId()), 2};
    EXPECT_EQ(socket->SendTo(to, "12345678901").code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(socket->SendTo(to, "1234567890").ok());
    ExpectSeen("net.mtu", 1, 1);
    co_return;
  });
}

// Returns how many microseconds it takes from each of three machines to the
// next one and back, sorted; `first` is the one that begins.
std::vector<int64_t> Distances(size_t first, uint64_t seed) {
  std::vector<int64_t> took;
  RunNetworkTest(
      [&]() -> Task<> {
        TestMachines three(3, {.link = {.latency = absl::ZeroDuration()},
                               .distance = LatencyLaw::Uniform(
                                   absl::Milliseconds(1), absl::Seconds(9))});
        for (size_t i = 0; i < 3; ++i) {
          co_await Sleep(absl::Seconds(10));
          const size_t from = (first + i) % 3;
          const int64_t sent = ToNanoseconds(Elapsed()) / 1000;
          three.Send(from, (from + 1) % 3, 1, absl::StrCat(sent));
          three.Send((from + 1) % 3, from, 1, absl::StrCat(sent));
        }
        co_await Sleep(absl::Seconds(10));
        for (const Lines& lines : three.lines) {
          for (const std::string& line : lines) {
            const std::pair<std::string, std::string> times =
                absl::StrSplit(line, "us ");
            took.push_back(std::stoll(times.first) - std::stoll(times.second));
          }
        }
        std::sort(took.begin(), took.end());
      },
      seed);
  return took;
}

TEST(DatagramFaultsTest, ADistanceIsDrawnOnceWhoeverSpeaksFirst) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const std::vector<int64_t> distances = Distances(0, seed);
    ASSERT_THAT(distances, SizeIs(6));
    // Three pairs, and the same way back.
    for (size_t i = 0; i < 6; i += 2) {
      EXPECT_EQ(distances[i], distances[i + 1]);
    }
    EXPECT_NE(distances[0], distances[2]);
    EXPECT_NE(distances[2], distances[4]);
    EXPECT_EQ(Distances(1, seed), distances);
    EXPECT_EQ(Distances(2, seed), distances);
  }
}

}  // namespace
}  // namespace orrery
