// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/mishap.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/chaos/casting.h"
#include "orrery/sim/chaos/mishap_plan.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

TEST(MishapTest, IsWrittenAsWords) {
  EXPECT_EQ(mishap::Crash("replica-1").ToString(), "crash replica-1");
  EXPECT_EQ(mishap::Partition({{"a", "b"}, {"c"}}).ToString(),
            "partition a b | c");
  EXPECT_EQ(mishap::Isolate().ToString(), "partition @any | @rest");
  EXPECT_EQ(mishap::Cut("a", {"b", "@test"}).ToString(), "cut a > b @test");
  EXPECT_EQ(mishap::Loss(Chance::Percent(20), "a").ToString(),
            "loss 200000ppm a");
  EXPECT_EQ(mishap::UpTo(mishap::ClockDrift(-500)).ToString(),
            "clock-drift <=500ppm @any");
  EXPECT_EQ(mishap::ClockStep(absl::Milliseconds(-1500), "a").ToString(),
            "clock-step -1.500s a");
  EXPECT_EQ(mishap::Heal().ToString(), "heal");
  EXPECT_EQ(mishap::Own("app.flip", {"a", "b"}).ToString(), "app.flip a b");
  EXPECT_EQ(mishap::Kill("the \"big\" one").ToString(),
            "kill \"the \\\"big\\\" one\"");
}

TEST(MishapTest, ReadsWhatItWrites) {
  std::vector<Mishap> all;
  for (const WeightedMishap& usual : UsualMishaps()) all.push_back(usual.what);
  all.push_back(mishap::Heal());
  all.push_back(mishap::Own("app.flip", {"a", "b"}));
  all.push_back(mishap::Own("app flip"));
  all.push_back(mishap::Kill({"for", "|", ">", "\"\\", ""}));
  all.push_back(mishap::Partition({{"for", "|"}, {">"}, {"a b"}}));
  all.push_back(mishap::ClockStep(absl::Nanoseconds(-1'234'567'891), "a"));
  all.push_back(mishap::LostWrites(Chance::Always(), "@all"));
  all.push_back(mishap::BitRot(Chance::Never(), "@zone:east"));
  for (const Mishap& mishap : all) {
    const absl::StatusOr<Mishap> read = Mishap::Parse(mishap.ToString());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, mishap) << mishap.ToString();
  }
}

TEST(MishapTest, SaysWhatIsWrongWithAText) {
  auto error = [](absl::string_view text) {
    const absl::StatusOr<Mishap> read = Mishap::Parse(text);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(read.status().message());
  };
  EXPECT_THAT(error(""), HasSubstr("it is empty"));
  EXPECT_THAT(error("crash"), HasSubstr("too few"));
  EXPECT_THAT(error("cut a"), HasSubstr("too few"));
  EXPECT_THAT(error("cut a > b > c"), HasSubstr("too many"));
  EXPECT_THAT(error("crash \"a"), HasSubstr("a quote is open"));
  EXPECT_THAT(error("loss"), HasSubstr("no amount"));
  EXPECT_THAT(error("loss 20% a"), HasSubstr("\"20%\" is no amount"));
  EXPECT_THAT(error("loss 1000001ppm a"), HasSubstr("is no amount"));
  EXPECT_THAT(error("loss <=0ppm a"), HasSubstr("more than 0"));
  EXPECT_THAT(error("clock-step soon a"), HasSubstr("is no amount"));
  EXPECT_THAT(error("crash a for ages"), HasSubstr("\"for\""));
}

TEST(MishapPlanTest, IsALineForEach) {
  const std::vector<PlannedMishap> plan = {
      {absl::Seconds(5), mishap::Crash("replica-1"), absl::Seconds(2)},
      {absl::Nanoseconds(9'250'000'001), mishap::Partition({{"a"}, {"b"}})},
      {absl::Seconds(12), mishap::Heal()},
  };
  EXPECT_EQ(ToPlan(plan),
            "at 5.000s crash replica-1 for 2.000s\n"
            "at 9.250000001s partition a | b\n"
            "at 12.000s heal\n");
  EXPECT_EQ(*FromPlan(ToPlan(plan)), plan);
}

TEST(MishapPlanTest, IsReadAsPeopleWriteIt) {
  const auto plan = FromPlan(
      "# what went wrong on Tuesday\n"
      "\n"
      "  at 1m30s   kill \"a for 2s\"\n"
      "at 250ms pause a for 1h\n");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(
      *plan,
      ElementsAre(PlannedMishap{absl::Seconds(90), mishap::Kill("a for 2s")},
                  PlannedMishap{absl::Milliseconds(250), mishap::Pause("a"),
                                absl::Hours(1)}));
  EXPECT_THAT(FromPlan("crash a").status().message(),
              HasSubstr("does not begin like"));
  EXPECT_THAT(FromPlan("at noon crash a").status().message(),
              HasSubstr("does not begin like"));
  EXPECT_THAT(FromPlan("at 5s crash").status().message(), HasSubstr("too few"));
  EXPECT_FALSE(FromPlan("at -5s crash a").ok());
}

// ---- Who is meant -----------------------------------------------------------

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

// Casts `open` in a world of five machines in two zones, where whatever is
// drawn is the last of what there is, or else the first.
std::string CastOf(const Mishap& open, bool last,
                   std::vector<std::string> among = {}) {
  std::string text;
  auto body = [&]() -> Task<> {
    World world;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      world.AddNode(name, Idle, {.zone = name[0] < 'c' ? "east" : "west"});
    }
    const absl::StatusOr<Mishap> cast =
        Casting(world, among).Cast(open, [last](uint64_t n) {
          return last ? n - 1 : 0;
        });
    text = cast.ok() ? cast->ToString() : std::string(cast.status().message());
    if (cast.ok()) {
      EXPECT_FALSE(cast->IsOpen()) << text;
    }
    co_return;
  };
  EXPECT_TRUE(Simulation().Run(body).ok());
  return text;
}

TEST(CastingTest, NamesWhoIsMeant) {
  EXPECT_EQ(CastOf(mishap::Crash(), false), "crash a");
  EXPECT_EQ(CastOf(mishap::Crash(), true), "crash e");
  EXPECT_EQ(CastOf(mishap::PartitionHalves(), false), "partition a b | c d e");
  EXPECT_EQ(CastOf(mishap::PartitionHalves(), true), "partition a e | b c d");
  EXPECT_EQ(CastOf(mishap::Bridge(), false), "bridge a b | c | d e");
  EXPECT_EQ(CastOf(mishap::CutOneWay(), false), "cut a > b c d e");
  EXPECT_EQ(CastOf(mishap::CutOneWay(), true), "cut a b c e > d");
  EXPECT_EQ(CastOf(mishap::Clog(), false), "clog a > b");
  EXPECT_EQ(CastOf(mishap::Ring(), true), "ring e a b c d");
  EXPECT_EQ(CastOf(mishap::Swizzle({"a", "b", "c"}), true),
            "swizzle a b c | c a b");
  EXPECT_EQ(CastOf(mishap::Crash("@zone"), false), "crash a b");
  EXPECT_EQ(CastOf(mishap::Crash("@zone"), true), "crash c d e");
  EXPECT_EQ(CastOf(mishap::Crash("@zone:west"), false), "crash c d e");
  EXPECT_EQ(CastOf(mishap::Kill({"c", "@rest"}), false), "kill c a b d e");
  EXPECT_EQ(CastOf(mishap::Crash(), true, {"b", "c"}), "crash c");
  EXPECT_EQ(CastOf(mishap::Isolate(), false, {"b", "c"}), "partition b | c");
}

TEST(CastingTest, DrawsAmounts) {
  const Mishap drift = mishap::UpTo(mishap::ClockDrift(500, "a"));
  EXPECT_EQ(CastOf(drift, false), "clock-drift 1ppm a");
  EXPECT_EQ(CastOf(drift, true), "clock-drift -500ppm a");
  const Mishap loss = mishap::UpTo(mishap::Loss(Chance::Percent(30), "a"));
  EXPECT_EQ(CastOf(loss, true), "loss 300000ppm a");
  const Mishap step = mishap::UpTo(mishap::ClockStep(absl::Seconds(1), "a"));
  EXPECT_EQ(CastOf(step, true), "clock-step -1.000s a");
}

TEST(CastingTest, SaysWhoIsMissing) {
  EXPECT_EQ(CastOf(mishap::Crash("z"), false), "there is no machine z");
  EXPECT_EQ(CastOf(mishap::Crash("@rack"), false),
            "no machine says where it stands");
  EXPECT_EQ(CastOf(mishap::Crash("@zone:north"), false),
            "there is nothing in north");
  EXPECT_EQ(CastOf(mishap::Ring({"a", "b"}), false),
            "too few machines for \"ring a b\"");
  EXPECT_EQ(CastOf(mishap::Isolate(), false, {"a"}),
            "too few machines for \"partition @any | @rest\"");
  EXPECT_THAT(CastOf(mishap::Crash("@test"), false),
              HasSubstr("on no machine"));
  EXPECT_THAT(CastOf(mishap::Crash("@every"), false),
              HasSubstr("@every stands for nothing"));
}

}  // namespace
}  // namespace orrery
