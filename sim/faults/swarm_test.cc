// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/swarm.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/buggify.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/random.h"
#include "orrery/sim/settings.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;

constexpr const char* kFamilies[] = {"net.loss",   "net.partition", "net.clog",
                                     "disk.torn",  "disk.full",     "node.kill",
                                     "clock.step", "buggify"};
constexpr size_t kFamilyCount = std::size(kFamilies);

Task<> Call(const std::function<void()>* body) {
  (*body)();
  co_return;
}

RunResult RunOne(uint64_t seed, const std::function<void()>& body,
                 absl::string_view set = "") {
  RandomScheduler scheduler;
  const Settings settings = *Settings::Parse(set);
  Simulation simulation({.seed = Seed(seed),
                         .scheduler = &scheduler,
                         .settings = set.empty() ? nullptr : &settings});
  return simulation.Run(Call, &body);
}

TEST(SwarmTest, EachFamilyIsOffInHalfOfTheRunsWhateverTheOthersAre) {
  constexpr int kRuns = 1000;
  int on[kFamilyCount] = {};
  int both[kFamilyCount][kFamilyCount] = {};
  std::set<size_t> alone;
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    RunOne(seed, [&] {
      Swarm swarm;
      std::vector<size_t> here;
      for (size_t i = 0; i < kFamilyCount; ++i) {
        if (swarm.Family(kFamilies[i])) here.push_back(i);
      }
      if (here.size() == 1) alone.insert(here.front());
      for (const size_t i : here) {
        ++on[i];
        for (const size_t j : here) ++both[i][j];
      }
    });
  }
  for (size_t i = 0; i < kFamilyCount; ++i) {
    EXPECT_GE(on[i], 400) << kFamilies[i];
    EXPECT_LE(on[i], 600) << kFamilies[i];
    for (size_t j = 0; j < i; ++j) {
      // Chi-square with one degree of freedom for each pair; 28 of them stay
      // below this with a chance of 99 in 100.
      double chi_square = 0;
      for (const bool with_i : {false, true}) {
        for (const bool with_j : {false, true}) {
          const double seen =
              with_i ? (with_j ? both[i][j] : on[i] - both[i][j])
                     : (with_j ? on[j] - both[i][j]
                               : kRuns - on[i] - on[j] + both[i][j]);
          const double expected = double{1} / kRuns *
                                  (with_i ? on[i] : kRuns - on[i]) *
                                  (with_j ? on[j] : kRuns - on[j]);
          chi_square += (seen - expected) * (seen - expected) / expected;
        }
      }
      EXPECT_LT(chi_square, 12.7) << kFamilies[i] << " " << kFamilies[j];
    }
  }
  // One in 32 runs has a single family.
  EXPECT_EQ(alone.size(), kFamilyCount);
}

TEST(SwarmTest, AFamilyThatIsOffIsMasked) {
  int off = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RunOne(seed, [&] {
      const bool on = Swarm().Family("net.loss");
      Fault& loss = Faults::Current().Get("net.loss");
      EXPECT_EQ(loss.off(), !on);
      EXPECT_EQ(loss.Happens(Chance::Always()), on);
      EXPECT_FALSE(Faults::Current().Get("net.clog").off());
      off += on ? 0 : 1;
    });
  }
  EXPECT_GT(off, 10);
}

TEST(SwarmTest, BuggifySitesMayFireIfTheirFamilyIsOn) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RunOne(seed, [] {
      const bool on = Swarm().Family("buggify");
      EXPECT_EQ(Buggify("site", {.active = Chance::Always(),
                                 .fires = Chance::Always()}),
                on);
    });
  }
}

TEST(SwarmTest, ARateIsDrawnByOrdersOfMagnitude) {
  int off = 0;
  int below[3] = {};
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RunOne(seed, [&] {
      const uint32_t rate = Swarm()
                                .Rate("net.loss", Chance::PerMillion(100),
                                      Chance::PerMillion(100'000))
                                .per_million();
      if (rate == 0) {
        ++off;
        return;
      }
      EXPECT_GE(rate, 100u);
      EXPECT_LE(rate, 100'000u);
      ++below[rate < 1000 ? 0 : rate < 10'000 ? 1 : 2];
    });
  }
  EXPECT_NEAR(off, 500, 64);
  for (const int count : below) EXPECT_NEAR(count, (1000 - off) / 3, 43);
}

TEST(SwarmTest, ANumberIsAnyOfItsRange) {
  int times[8] = {};
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RunOne(seed, [&] { ++times[Swarm().Number("topology.nodes", 3, 7)]; });
  }
  for (int i = 0; i < 3; ++i) EXPECT_EQ(times[i], 0);
  for (int i = 3; i <= 7; ++i) EXPECT_NEAR(times[i], 200, 51);
}

TEST(SwarmTest, ATimeAndAWordAreOfTheirRanges) {
  std::set<size_t> words;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RunOne(seed, [&] {
      Swarm swarm;
      const absl::Duration time =
          swarm.Time("latency", absl::Microseconds(50), absl::Milliseconds(50));
      EXPECT_GE(time, absl::Microseconds(50));
      EXPECT_LE(time, absl::Milliseconds(50));
      words.insert(swarm.OneOf("law", {{"constant", "uniform", "tail"}}));
    });
  }
  EXPECT_THAT(words, testing::ElementsAre(0, 1, 2));
}

TEST(SwarmTest, EachOperationIsOffInHalfOfTheRunsButNotAllOfThem) {
  int off[3] = {};
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RunOne(seed, [&] {
      const OperationMix mix = Swarm().Mix({{"read", "write", "cas"}});
      ASSERT_EQ(mix.weights().size(), 3u);
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_LE(mix.weights()[i], 10u);
        off[i] += mix.weights()[i] == 0 ? 1 : 0;
      }
      EXPECT_THAT(mix.weights(), Contains(testing::Gt(0u)));
    });
  }
  // The first is on where all would be off, in one of eight runs.
  EXPECT_NEAR(off[0], 375, 64);
  EXPECT_NEAR(off[1], 500, 64);
  EXPECT_NEAR(off[2], 500, 64);
}

TEST(OperationMixTest, OperationsArePickedAsOftenAsTheirWeightsSay) {
  RunOne(1, [] {
    const OperationMix mix({3, 0, 1});
    int times[3] = {};
    for (int i = 0; i < 4000; ++i) ++times[mix.Pick()];
    EXPECT_EQ(times[1], 0);
    EXPECT_NEAR(times[2], 1000, 110);
  });
}

TEST(OperationMixTest, NothingIsDrawnWhereThereIsNothingToPick) {
  const RunResult result = RunOne(1, [] {
    const OperationMix mix({0, 7, 0});
    EXPECT_EQ(mix.Pick(), 1u);
  });
  EXPECT_EQ(result.choices, 0u);
}

// All that a swarm can draw, in one text.
std::string DrawAll() {
  Swarm swarm;
  std::string text;
  for (const char* family : kFamilies) {
    absl::StrAppend(&text, family, " ", swarm.Family(family) ? 1 : 0, "\n");
  }
  const std::vector<uint32_t> weights =
      swarm.Mix({{"read", "write", "cas", "scan"}}).weights();
  absl::StrAppend(
      &text,
      swarm.Rate("net.dup", Chance::PerMillion(1), Chance::Always())
          .per_million(),
      " ",
      swarm.Rate("net.loss", Chance::PerMillion(1), Chance::Percent(50))
          .per_million(),
      " ", swarm.Number("topology.nodes", 1, 1000), " ",
      absl::ToInt64Nanoseconds(swarm.Time(
          "topology.latency", absl::Nanoseconds(1), absl::Hours(100))),
      " ", swarm.OneOf("topology.law", {{"a", "b", "c"}}), " ",
      absl::StrJoin(weights, " "));
  return text;
}

TEST(SwarmTest, WhatIsAskedForAgainIsWhatItWas) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RunOne(seed, [] {
      const std::string first = DrawAll();
      const std::string block = Swarm().Block();
      EXPECT_EQ(DrawAll(), first);
      EXPECT_EQ(Swarm().Block(), block);
    });
  }
}

TEST(SwarmTest, WhatIsPrintedCanBeSetAndGivesTheSameRun) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    std::string drawn;
    std::string random;
    std::string block;
    const auto body = [&] {
      drawn = DrawAll();
      random = absl::StrCat(Random().Below(1'000'000'000));
      Faults::Current().Get("net.loss").Happens(Chance::Percent(50));
      block = Swarm().Block();
    };
    const RunResult first = RunOne(seed, body);
    const std::string first_drawn = drawn;
    const std::string first_random = random;
    const std::string first_block = block;
    EXPECT_THAT(first.notes,
                HasSubstr(absl::StrReplaceAll(block, {{"\n", "\n  "}})));
    const RunResult second = RunOne(seed, body, first_block);
    EXPECT_EQ(drawn, first_drawn) << first_block;
    EXPECT_EQ(random, first_random);
    EXPECT_EQ(block, first_block);
    EXPECT_EQ(second.digests, first.digests);
    EXPECT_EQ(second.notes, first.notes);
    EXPECT_LT(second.choices, first.choices);
  }
}

TEST(SwarmTest, WhatIsFixedShiftsNothingElse) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    std::vector<std::string> lines;
    std::vector<std::string> fixed;
    RunOne(seed, [&] { lines = absl::StrSplit(DrawAll(), '\n'); });
    RunOne(
        seed, [&] { fixed = absl::StrSplit(DrawAll(), '\n'); },
        "net.partition=on,node.kill=off");
    ASSERT_EQ(lines.size(), fixed.size());
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i == 1) {
        EXPECT_EQ(fixed[i], "net.partition 1");
      } else if (i == 5) {
        EXPECT_EQ(fixed[i], "node.kill 0");
      } else {
        EXPECT_EQ(fixed[i], lines[i]) << seed;
      }
    }
  }
}

TEST(SwarmTest, ASettingMayBeOfAWholeFamilyOrOfAll) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RunOne(
        seed,
        [] {
          Swarm swarm;
          EXPECT_FALSE(swarm.Family("net.partition"));
          EXPECT_TRUE(swarm.Family("net.loss"));
          EXPECT_TRUE(swarm.Family("disk.full"));
          EXPECT_TRUE(swarm.Family("node.kill"));
        },
        "net=off,net.loss=on,swarm=all");
    RunOne(
        seed,
        [] {
          Swarm swarm;
          EXPECT_FALSE(swarm.Family("net.partition"));
          EXPECT_EQ(
              swarm.Rate("net.loss", Chance::Percent(1), Chance::Always()),
              Chance::Percent(3));
          EXPECT_EQ(swarm.Rate("net.dup", Chance::Percent(1), Chance::Always()),
                    Chance::Never());
        },
        "swarm=off,net.loss.rate=3%,net.dup=off,net.dup.rate=4%");
  }
}

TEST(SwarmTest, ASettingMayLieOutsideOfTheRange) {
  RunOne(
      1,
      [] {
        Swarm swarm;
        EXPECT_EQ(swarm.Number("topology.nodes", 3, 7), 50u);
        EXPECT_EQ(swarm.Time("latency", absl::Seconds(1), absl::Seconds(2)),
                  absl::ZeroDuration());
        EXPECT_THAT(swarm.Mix({{"read", "write"}}).weights(),
                    testing::ElementsAre(0, 200));
      },
      "topology.nodes=50,latency=0,mix.read=off,mix.write=200");
}

TEST(SwarmTest, ASettingThatCannotBeReadFailsTheRun) {
  for (const char* set :
       {"net.loss=maybe", "net.loss.rate=2", "topology.nodes=many",
        "topology.latency=5", "topology.law=d", "mix.scan=lots", "swarm=on"}) {
    const RunResult result = RunOne(1, [] { DrawAll(); }, set);
    ASSERT_FALSE(result.ok()) << set;
    EXPECT_THAT(result.failure->message, HasSubstr(set));
  }
}

TEST(SwarmTest, AllZerosAreTheSimplestWorld) {
  DfsScheduler scheduler;  // its first run
  const std::function<void()> body = [] {
    Swarm swarm;
    EXPECT_FALSE(swarm.Family("net.loss"));
    EXPECT_EQ(swarm.Number("topology.nodes", 3, 7), 3u);
    EXPECT_EQ(swarm.OneOf("law", {{"constant", "uniform"}}), 0u);
    EXPECT_THAT(swarm.Mix({{"read", "write"}}).weights(),
                testing::ElementsAre(1, 0));
  };
  Simulation simulation({.scheduler = &scheduler});
  EXPECT_TRUE(simulation.Run(Call, &body).ok());
}

TEST(SwarmTest, ASearchTriesAllFamilies) {
  DfsScheduler scheduler;
  std::set<std::string> seen;
  for (int run = 0; run < 8; ++run) {
    Simulation simulation({.scheduler = &scheduler});
    const std::function<void()> body = [&] {
      Swarm swarm;
      std::string text;
      for (const char* family : {"net.loss", "net.clog", "disk.full"}) {
        text += swarm.Family(family) ? '1' : '0';
      }
      seen.insert(text);
    };
    simulation.Run(Call, &body);
  }
  EXPECT_EQ(seen.size(), 8u);
}

// ---- What a swarm is good for -----------------------------------------------

// A cache of bounded size, which forgets to make room: what is put into a full
// one overwrites what was put last. To fill it takes many puts with hardly a
// removal between them.
class Cache {
 public:
  void Put(uint64_t key) {
    if (std::find(keys_.begin(), keys_.end(), key) != keys_.end()) return;
    if (keys_.size() == kSize) {
      broken_ = true;  // it should have dropped the oldest one
      keys_.pop_back();
    }
    keys_.push_back(key);
  }
  void Remove(uint64_t n) {
    if (!keys_.empty()) keys_.erase(keys_.begin() + n % keys_.size());
  }
  void Clear() { keys_.clear(); }
  bool broken() const { return broken_; }

 private:
  static constexpr size_t kSize = 24;
  std::vector<uint64_t> keys_;
  bool broken_ = false;
};

// Returns with how many seeds, from `first` on, the bug is found.
int SeedsToFind(uint64_t first, absl::string_view set) {
  constexpr int kGiveUp = 200;
  for (int tried = 1; tried <= kGiveUp; ++tried) {
    bool found = false;
    RunOne(
        first + static_cast<uint64_t>(tried),
        [&] {
          const OperationMix mix =
              Swarm().Mix({{"put", "get", "remove", "clear"}});
          const Random random;
          Cache cache;
          for (int i = 0; i < 100 && !found; ++i) {
            const size_t operation = mix.Pick();
            if (operation == 0) cache.Put(random.Below(1000));
            if (operation == 2) cache.Remove(random.Below(1000));
            if (operation == 3) cache.Clear();
            found = cache.broken();
          }
        },
        set);
    if (found) return tried;
  }
  return kGiveUp;
}

TEST(SwarmTest, ABugThatOtherOperationsSuppressIsFoundFiveTimesFaster) {
  int swarm = 0;
  int all_on = 0;
  for (uint64_t campaign = 0; campaign < 8; ++campaign) {
    swarm += SeedsToFind(campaign * 1000, "");
    all_on += SeedsToFind(campaign * 1000,
                          "mix.put=5,mix.get=5,mix.remove=5,mix.clear=5");
  }
  RecordProperty("seeds_with_swarm", swarm);
  RecordProperty("seeds_with_all_on", all_on);
  EXPECT_GE(all_on, 5 * swarm) << swarm << " seeds with a swarm";
}

}  // namespace
}  // namespace orrery
