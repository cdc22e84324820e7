// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/architecture.md shows.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// [snippet: policy]
class LastInFirstOut final : public Scheduler {
 public:
  std::string Spec() const override { return "lifo"; }
  void BeginRun(const RunInfo& run) override { draws_.Begin(run.seed); }
  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    size_t last = 0;
    for (size_t i = 1; i < ready.size(); ++i) {
      if (ready[i]->order > ready[last]->order) last = i;
    }
    return last;
  }
  uint64_t Draw(const ChoicePoint& where) override {
    return draws_.Below(where.node, where.kind, where.n, where.site);
  }

 private:
  DrawStreams draws_;
};
// [end: policy]

Task<> Arrive(std::vector<std::string>& arrived, std::string name) {
  co_await Yield();
  arrived.push_back(name);
}

Task<> Race(std::vector<std::string>& arrived) {
  JoinHandle<> a = Spawn(Arrive, std::ref(arrived), "a");
  JoinHandle<> b = Spawn(Arrive, std::ref(arrived), "b");
  JoinHandle<> c = Spawn(Arrive, std::ref(arrived), "c");
  co_await a;
  co_await b;
  co_await c;
  arrived.push_back(std::to_string(Choose(1000, "a number")));
}

// Remembers the choices, which is what a trace does.
class Recording : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kChoices; }
  void OnChoices(absl::Span<const Choice> choices, const DigestPair&) override {
    for (const Choice& choice : choices) schedule.Add(choice);
  }
  void OnEvent(const TraceEvent&) override {}

  Schedule schedule;
};

TEST(PolicyTest, RunsWhatBecameReadyLast) {
  std::vector<std::string> arrived;
  // [snippet: use_policy]
  LastInFirstOut policy;
  Simulation simulation({.seed = Seed(42), .scheduler = &policy});
  const RunResult result = simulation.Run(Race, std::ref(arrived));
  // [end: use_policy]
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  arrived.pop_back();
  EXPECT_THAT(arrived, ElementsAre("c", "b", "a"));
}

TEST(PolicyTest, IsRepeatedByItsSeedAndReplayedFromItsChoices) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<std::string> replayed;
  LastInFirstOut policy;
  Recording recording;
  const RunResult result =
      Simulation({.seed = Seed(7), .scheduler = &policy, .trace = &recording})
          .Run(Race, std::ref(first));
  const RunResult again = Simulation({.seed = Seed(7), .scheduler = &policy})
                              .Run(Race, std::ref(second));
  ReplayScheduler replay(recording.schedule);
  const RunResult followed = Simulation({.seed = Seed(8), .scheduler = &replay})
                                 .Run(Race, std::ref(replayed));
  EXPECT_EQ(first, second);
  EXPECT_EQ(first, replayed);
  EXPECT_EQ(again.digests, result.digests);
  EXPECT_EQ(followed.digests, result.digests);
}

}  // namespace
}  // namespace orrery
