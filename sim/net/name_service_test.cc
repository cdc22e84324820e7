// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/name_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Lines = std::vector<std::string>;

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

// Runs `body` and returns how many choices there were.
template <typename Body>
uint64_t RunTest(Body body, Scheduler* scheduler = nullptr) {
  const RunResult result = Simulation({.scheduler = scheduler}).Run(body);
  EXPECT_TRUE(result.ok()) << Message(result);
  return result.choices;
}

HostAddress Host(uint32_t last) { return {10u << 24 | last}; }

std::string Text(const absl::StatusOr<NameService::Hosts>& answer) {
  if (!answer.ok()) {
    return std::string(absl::StatusCodeToString(answer.status().code()));
  }
  std::string text;
  for (const HostAddress host : *answer) {
    absl::StrAppend(&text, text.empty() ? "" : " ", host.ToString());
  }
  return text;
}

Task<std::string> Ask(NameService& names, std::string name) {
  const absl::StatusOr<NameService::Hosts> answer =
      co_await names.Resolve(std::move(name));
  co_return Text(answer);
}

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

TEST(NameServiceTest, AMachinesNameIsItsAddress) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world);
    world.AddNode("a", Idle);
    world.AddNode("b", Idle, {.boot = false});
    EXPECT_EQ(co_await Ask(names, "a"), "10.0.0.1");
    EXPECT_EQ(co_await Ask(names, "b"), "10.0.0.2");
    EXPECT_EQ(co_await Ask(names, "c"), "NOT_FOUND");
    EXPECT_EQ(Elapsed(), 3 * absl::Microseconds(200));
    EXPECT_EQ(names.counts().asked, 3u);
  });
}

TEST(NameServiceTest, NamesAreRegisteredAndUnregistered) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world);
    world.AddNode("a", Idle);
    names.Register("db", {Host(7), Host(8)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.7 10.0.0.8");
    names.Register("db", {Host(9)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.9");
    EXPECT_TRUE(names.Unregister("db"));
    EXPECT_FALSE(names.Unregister("db"));
    EXPECT_EQ(co_await Ask(names, "db"), "NOT_FOUND");
    // A machine's name is one like any other.
    names.Register("a", {Host(9)});
    EXPECT_EQ(co_await Ask(names, "a"), "10.0.0.9");
    EXPECT_TRUE(names.Unregister("a"));
    EXPECT_EQ(co_await Ask(names, "a"), "NOT_FOUND");
  });
}

TEST(NameServiceTest, AnAddressIsItsOwnAndNobodyIsAsked) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.failure = Chance::Always()});
    EXPECT_EQ(co_await Ask(names, "10.0.0.77"), "10.0.0.77");
    EXPECT_EQ(names.counts().asked, 0u);
    EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  });
}

TEST(NameServiceTest, ANameWithAPortIsAnAddress) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world);
    names.Register("db", {Host(7), Host(8)});
    const auto found = co_await names.ResolveAddress("db:80");
    EXPECT_THAT(*found,
                ElementsAre(Address{Host(7), 80}, Address{Host(8), 80}));
    const auto literal = co_await names.ResolveAddress("10.0.0.1:65535");
    EXPECT_THAT(*literal, ElementsAre(Address{Host(1), 65535}));
    EXPECT_EQ((co_await names.ResolveAddress("dc:80")).status().code(),
              absl::StatusCode::kNotFound);
    for (const char* bad : {"db", "db:", "db:x", "db:65536", "db:-1", ""}) {
      EXPECT_EQ((co_await names.ResolveAddress(bad)).status().code(),
                absl::StatusCode::kInvalidArgument)
          << bad;
    }
  });
}

TEST(NameServiceTest, AddressesHaveNames) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world);
    world.AddNode("a", Idle);
    names.Register("primary", {Host(1)});
    names.Register("z", {Host(9)});
    names.Register("db", {Host(8), Host(9)});
    EXPECT_EQ(*co_await names.ReverseLookup(Host(1)), "a");
    EXPECT_EQ(*co_await names.ReverseLookup(Host(9)), "db");
    EXPECT_EQ((co_await names.ReverseLookup(Host(5))).status().code(),
              absl::StatusCode::kNotFound);
    EXPECT_EQ(names.counts().asked, 3u);
  });
}

TEST(NameServiceTest, AddressesAreRotatedOrDrawn) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.order = AddressOrder::kRotated});
    names.Register("db", {Host(1), Host(2), Host(3)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.1 10.0.0.2 10.0.0.3");
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.2 10.0.0.3 10.0.0.1");
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.3 10.0.0.1 10.0.0.2");
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.1 10.0.0.2 10.0.0.3");
  });
  RandomScheduler scheduler;
  RunTest(
      []() -> Task<> {
        World world;
        NameService names(world, {.order = AddressOrder::kDrawn});
        names.Register("db", {Host(1), Host(2), Host(3)});
        std::vector<int> first(4);
        constexpr int kTimes = 900;
        for (int i = 0; i < kTimes; ++i) {
          const auto found = co_await names.Resolve("db");
          EXPECT_THAT(*found, UnorderedElementsAre(Host(1), Host(2), Host(3)));
          ++first[found->front().value & 3];
        }
        // 300 each, with a deviation of 14.
        for (int host = 1; host <= 3; ++host) {
          EXPECT_GT(first[host], 230);
          EXPECT_LT(first[host], 370);
        }
      },
      &scheduler);
}

TEST(NameServiceTest, AnAnswerTakesItsTimeWhateverTheMachinesClockDoes) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.delay = LatencyLaw(absl::Seconds(2))});
    std::string got;
    Node& a =
        world.AddNode("a", [&]() -> Task<> { got = co_await Ask(names, "a"); });
    a.FreezeClock();
    co_await Sleep(absl::Milliseconds(1999));
    EXPECT_EQ(got, "");
    co_await Sleep(absl::Milliseconds(2));
    EXPECT_EQ(got, "10.0.0.1");
  });
}

TEST(NameServiceTest, AnAnswerIsAsOldAsItsDelay) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.delay = LatencyLaw(absl::Seconds(1))});
    names.Register("db", {Host(1)});
    JoinHandle<std::string> asked = Spawn("ask", Ask, std::ref(names), "db");
    co_await Sleep(absl::Milliseconds(500));
    names.Register("db", {Host(2)});
    EXPECT_EQ(co_await asked, "10.0.0.1");
  });
}

TEST(NameServiceTest, WhoAsksCanBeCancelled) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world);
    JoinHandle<std::string> asked = Spawn("ask", Ask, std::ref(names), "db");
    co_await Yield();
    EXPECT_TRUE(asked.Cancel());
    co_await Sleep(absl::Seconds(1));
    EXPECT_TRUE(asked.Cancelled());
  });
}

// ---- What a machine keeps ---------------------------------------------------

TEST(NameServiceTest, AnswersAreKeptForTheirTimeToLive) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.time_to_live = absl::Seconds(10)});
    names.Register("db", {Host(1)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.1");
    EXPECT_EQ(co_await Ask(names, "none"), "NOT_FOUND");
    names.Register("db", {Host(2)});
    names.Register("none", {Host(3)});
    co_await Sleep(absl::Seconds(9));
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.1");
    EXPECT_EQ(co_await Ask(names, "none"), "NOT_FOUND");
    EXPECT_EQ(names.counts().asked, 2u);
    EXPECT_EQ(names.counts().cached, 2u);
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.2");
    EXPECT_EQ(co_await Ask(names, "none"), "10.0.0.3");
  });
}

TEST(NameServiceTest, WhatIsKeptGoesByTheMachinesClockAndDiesWithIt) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.time_to_live = absl::Seconds(10)});
    names.Register("db", {Host(1)});
    Lines lines;
    auto main = [&]() -> Task<> {
      for (;;) {
        lines.push_back(co_await Ask(names, "db"));
        co_await Sleep(absl::Seconds(1));
      }
    };
    Node& fast = world.AddNode("fast", main);
    fast.SetClockDrift(100'000);
    co_await Sleep(absl::Milliseconds(1));
    names.Register("db", {Host(2)});
    // Its own 10 seconds are over after 9.09 s.
    co_await Sleep(absl::Milliseconds(9'050));
    EXPECT_EQ(lines.back(), "10.0.0.1");
    co_await Sleep(absl::Milliseconds(100));
    EXPECT_EQ(lines.back(), "10.0.0.2");
    names.Register("db", {Host(3)});
    co_await Sleep(absl::Seconds(2));
    EXPECT_EQ(lines.back(), "10.0.0.2");
    fast.Restart();
    co_await Sleep(absl::Milliseconds(1));
    EXPECT_EQ(lines.back(), "10.0.0.3");
    // Nobody else knows what it has kept.
    names.Register("db", {Host(4)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.4");
  });
}

// ---- Faults -----------------------------------------------------------------

Task<> AllAsWell(NameService& names) {
  names.Register("db", {Host(1)});
  names.Register("db", {Host(2)});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.2");
  }
}

TEST(NameServiceTest, WithoutFaultsNothingIsDrawn) {
  RandomScheduler scheduler;
  EXPECT_EQ(RunTest(
                []() -> Task<> {
                  World world;
                  NameService names(world);
                  co_await AllAsWell(names);
                  EXPECT_THAT(Faults::Current().counts(), IsEmpty());
                },
                &scheduler),
            0u);
}

TEST(NameServiceTest, MaskedFaultsDoNotHappen) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.failure = Chance::Always(),
                              .hang = Chance::Always(),
                              .stale = Chance::Always()});
    Faults::Current().Mask("net");
    co_await AllAsWell(names);
  });
}

TEST(NameServiceTest, AFailureIsAnAnswerToo) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.time_to_live = absl::Seconds(10),
                              .failure = Chance::Always()});
    world.AddNode("a", Idle);
    EXPECT_EQ(co_await Ask(names, "a"), "UNAVAILABLE");
    EXPECT_EQ((co_await names.ReverseLookup(Host(1))).status().code(),
              absl::StatusCode::kUnavailable);
    EXPECT_EQ(Elapsed(), 2 * absl::Microseconds(200));
    names.options().failure = Chance::Never();
    EXPECT_EQ(co_await Ask(names, "a"), "10.0.0.1");  // it is not kept
    EXPECT_THAT(Faults::Current().counts(),
                ElementsAre(FaultCounts{"net.dns_failure", 2, 2, 2}));
  });
}

TEST(NameServiceTest, AnAnswerThatNeverComesIsATimeout) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world,
                      {.timeout = absl::Seconds(3), .hang = Chance::Always()});
    EXPECT_EQ(co_await Ask(names, "a"), "DEADLINE_EXCEEDED");
    EXPECT_EQ(Elapsed(), absl::Seconds(3));
    names.options().timeout = absl::InfiniteDuration();
    JoinHandle<std::string> asked = Spawn("ask", Ask, std::ref(names), "a");
    co_await Sleep(absl::Hours(1000));
    EXPECT_FALSE(asked.Done());
    asked.Cancel();
    EXPECT_THAT(Faults::Current().counts(),
                ElementsAre(FaultCounts{"net.dns_hang", 2, 2, 2}));
  });
}

TEST(NameServiceTest, AnAnswerThatTakesLongerThanTheTimeoutIsOneToo) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.delay = LatencyLaw(absl::Seconds(9))});
    EXPECT_EQ(co_await Ask(names, "a"), "DEADLINE_EXCEEDED");
    EXPECT_EQ(Elapsed(), absl::Seconds(5));
  });
}

TEST(NameServiceTest, AStaleAnswerIsThatBeforeTheLastChange) {
  RunTest([]() -> Task<> {
    World world;
    NameService names(world, {.stale = Chance::Always()});
    world.AddNode("a", Idle);
    EXPECT_EQ(co_await Ask(names, "a"), "10.0.0.1");  // it never changed
    names.Register("db", {Host(1)});
    EXPECT_EQ(co_await Ask(names, "db"), "NOT_FOUND");
    names.Register("db", {Host(2)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.1");
    names.Register("db", {Host(3)});
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.2");
    names.Unregister("db");
    EXPECT_EQ(co_await Ask(names, "db"), "10.0.0.3");
    names.Register("a", {Host(9)});
    EXPECT_EQ(co_await Ask(names, "a"), "10.0.0.1");
    EXPECT_THAT(Faults::Current().counts(),
                ElementsAre(FaultCounts{"net.dns_stale", 5, 5, 5}));
  });
}

TEST(NameServiceTest, FaultsHappenAsOftenAsTheyShould) {
  RandomScheduler scheduler;
  RunTest(
      []() -> Task<> {
        World world;
        NameService names(world, {.failure = Chance::Percent(10),
                                  .hang = Chance::Percent(20),
                                  .stale = Chance::Percent(50)});
        names.Register("db", {Host(1)});
        names.Register("db", {Host(2)});
        constexpr int kTimes = 2'000;
        int failed = 0;
        int hung = 0;
        int stale = 0;
        for (int i = 0; i < kTimes; ++i) {
          const std::string got = co_await Ask(names, "db");
          failed += got == "UNAVAILABLE";
          hung += got == "DEADLINE_EXCEEDED";
          stale += got == "10.0.0.1";
        }
        EXPECT_NEAR(hung, 400, 4 * 18);    // of 2,000
        EXPECT_NEAR(failed, 160, 4 * 12);  // of the other 1,600
        EXPECT_NEAR(stale, 720, 4 * 19);   // of the other 1,440
        EXPECT_TRUE(Faults::Current().CheckEffects().ok());
      },
      &scheduler);
}

}  // namespace
}  // namespace orrery
