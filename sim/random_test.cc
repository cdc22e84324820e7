// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/random.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

// Answers every draw with the same alternative, as far as there is one.
class ConstantScheduler : public Scheduler {
 public:
  explicit ConstantScheduler(uint64_t answer) : answer_(answer) {}
  std::string Spec() const override { return "constant"; }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint& where) override {
    asked.push_back(where);
    return std::min(answer_, where.n - 1);
  }
  std::vector<ChoicePoint> asked;

 private:
  uint64_t answer_;
};

// ---- Values -----------------------------------------------------------------

TEST(ChooseTest, AsksTheSchedulerWithKindAndLabel) {
  ConstantScheduler scheduler(3);
  Simulation simulation({.scheduler = &scheduler});
  Simulation::Scope scope(simulation);
  EXPECT_EQ(Choose(10, "which way"), 3);
  EXPECT_EQ(Random("jitter").Below(3), 2);
  EXPECT_EQ(Random().Below(3), 2);
  ASSERT_EQ(scheduler.asked.size(), 3);
  EXPECT_EQ(scheduler.asked[0].kind, ChoiceKind::kData);
  EXPECT_EQ(scheduler.asked[0].n, 10);
  EXPECT_EQ(scheduler.asked[0].site, "which way");
  EXPECT_EQ(scheduler.asked[1].kind, ChoiceKind::kRandom);
  EXPECT_EQ(scheduler.asked[1].site, "jitter");
  EXPECT_EQ(scheduler.asked[2].site, "random");
}

TEST(ChooseTest, WithOneAlternativeNothingIsAsked) {
  ConstantScheduler scheduler(3);
  Simulation simulation({.scheduler = &scheduler});
  Simulation::Scope scope(simulation);
  EXPECT_EQ(Choose(1, "forced"), 0);
  EXPECT_EQ(Random().Below(1), 0);
  EXPECT_EQ(Random().Between(7, 7), 7);
  EXPECT_TRUE(Random().OneIn(1));
  EXPECT_EQ(Random().Between(absl::Seconds(1), absl::Seconds(1)),
            absl::Seconds(1));
  std::vector<int> one = {1};
  Random().Shuffle(absl::MakeSpan(one));
  std::vector<int> none;
  Random().Shuffle(absl::MakeSpan(none));
  EXPECT_TRUE(scheduler.asked.empty());
}

TEST(RandomTest, ZerosAreTheSimplest) {
  ConstantScheduler zeros(0);
  Simulation simulation({.scheduler = &zeros});
  Simulation::Scope scope(simulation);
  EXPECT_EQ(Choose(5, "any"), 0);
  EXPECT_EQ(Random().Below(5), 0);
  EXPECT_EQ(Random().Between(-5, 5), -5) << "the lowest";
  EXPECT_EQ(Random().Between(absl::Seconds(2), absl::Seconds(3)),
            absl::Seconds(2));
  EXPECT_FALSE(Random().OneIn(2)) << "no event";
  EXPECT_FALSE(Random().OneIn(1000));
  std::vector<int> items = {1, 2, 3, 4};
  Random().Shuffle(absl::MakeSpan(items));
  EXPECT_THAT(items, ElementsAre(1, 2, 3, 4)) << "as they were";
}

TEST(RandomTest, BetweenReachesBothEndsOfEveryRange) {
  const std::pair<int64_t, int64_t> kRanges[] = {
      {0, 1},           {-3, 3},          {kMin, kMin + 1},
      {kMax - 1, kMax}, {kMin, 0},        {0, kMax},
      {kMin + 1, kMax}, {kMin, kMax - 1}, {-1, kMax - 1}};
  for (const auto& [low, high] : kRanges) {
    for (const uint64_t answer : {uint64_t{0}, ~uint64_t{0}}) {
      ConstantScheduler scheduler(answer);
      Simulation simulation({.scheduler = &scheduler});
      Simulation::Scope scope(simulation);
      EXPECT_EQ(Random().Between(low, high), answer == 0 ? low : high);
    }
  }
}

TEST(RandomTest, DurationsAreWholeNanosecondsWithinTheRange) {
  for (const uint64_t answer : {uint64_t{0}, ~uint64_t{0}}) {
    ConstantScheduler scheduler(answer);
    Simulation simulation({.scheduler = &scheduler});
    Simulation::Scope scope(simulation);
    EXPECT_EQ(Random().Between(absl::Nanoseconds(0.5), absl::Nanoseconds(2.75)),
              absl::Nanoseconds(answer == 0 ? 1 : 2));
    EXPECT_EQ(Random().Between(absl::Nanoseconds(0.5), absl::Nanoseconds(1)),
              absl::Nanoseconds(1));
  }
}

TEST(RandomDeathTest, ARangeThatIsNoneIsRefused) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(Choose(0, "none"),
               "Choose\\(\\) needs at least one alternative");
  EXPECT_DEATH(Random().Below(0), "needs a range that is not empty");
  EXPECT_DEATH(Random().OneIn(0), "needs a range that is not empty");
  EXPECT_DEATH(Random().Between(2, 1), "low is above high");
  EXPECT_DEATH(Random().Between(kMin, kMax), "the range is too wide");
  EXPECT_DEATH(
      Random().Between(absl::Nanoseconds(0.25), absl::Nanoseconds(0.75)),
      "low is above high")
      << "there is no whole nanosecond in it";
}

TEST(RandomDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(Choose(2, "x"), "Choose was used outside of a simulation");
  EXPECT_DEATH(Random().Below(2), "Random was used outside of a simulation");
}

TEST(RandomTest, ShuffleGivesEveryOrderEquallyOften) {
  RandomScheduler scheduler;
  Simulation simulation({.scheduler = &scheduler});
  Simulation::Scope scope(simulation);
  std::map<std::vector<int>, int> counts;
  for (int i = 0; i < 24'000; ++i) {
    std::vector<int> items = {1, 2, 3, 4};
    Random().Shuffle(absl::MakeSpan(items));
    ++counts[items];
  }
  EXPECT_EQ(counts.size(), 24);
  double chi_square = 0;
  for (const auto& [order, count] : counts) {
    chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  }
  EXPECT_LT(chi_square, 54.6) << "exceeded once in 5,000 times";
}

TEST(RandomTest, OneInIsAsOftenAsItSays) {
  RandomScheduler scheduler;
  Simulation simulation({.scheduler = &scheduler});
  Simulation::Scope scope(simulation);
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) hits += Random().OneIn(10) ? 1 : 0;
  EXPECT_NEAR(hits, 10'000, 400);
}

// The draws of a run, under `fifo` too, follow from its seed.
std::vector<uint64_t> DrawsOf(Seed seed) {
  Simulation simulation({.seed = seed});
  Simulation::Scope scope(simulation);
  std::vector<uint64_t> drawn;
  for (int i = 0; i < 10; ++i) drawn.push_back(Random().Below(1'000'000));
  return drawn;
}

TEST(RandomTest, NumbersFollowFromTheSeed) {
  const std::vector<uint64_t> one = DrawsOf(Seed(1));
  EXPECT_EQ(DrawsOf(Seed(1)), one);
  EXPECT_NE(DrawsOf(Seed(2)), one);
}

TEST(RandomTest, NumbersDoNotDependOnAnotherSimulationOfTheThread) {
  const std::vector<uint64_t> alone = DrawsOf(Seed(1));
  Simulation simulation({.seed = Seed(1)});
  Simulation other({.seed = Seed(2)});
  std::vector<uint64_t> drawn;
  for (size_t i = 0; i < alone.size(); ++i) {
    {
      Simulation::Scope scope(simulation);
      drawn.push_back(Random().Below(1'000'000));
    }
    Simulation::Scope scope(other);
    Random().Below(1'000'000);
  }
  EXPECT_EQ(drawn, alone);
}

Task<> DrawAroundNested(bool nest, std::vector<uint64_t>* drawn) {
  for (uint64_t i = 0; i < 10; ++i) {
    if (nest) DrawsOf(Seed(i));
    drawn->push_back(Random().Below(1'000'000));
    co_await Yield();
  }
}

TEST(RandomTest, NumbersDoNotDependOnASimulationWithinAStep) {
  std::vector<uint64_t> plain, nested;
  EXPECT_TRUE(Simulation().Run(DrawAroundNested, false, &plain).ok());
  EXPECT_TRUE(Simulation().Run(DrawAroundNested, true, &nested).ok());
  EXPECT_EQ(nested, plain);
}

// ---- Spans ------------------------------------------------------------------

// Writes down spans, and the span of each draw.
class SpanSink final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (const auto* begun = std::get_if<event::SpanBegun>(&event.what)) {
      lines.push_back("begin " + std::to_string(begun->id.value) + " in " +
                      std::to_string(begun->parent.value) + " " +
                      std::string(begun->label));
    } else if (const auto* ended = std::get_if<event::SpanEnded>(&event.what)) {
      lines.push_back("end " + std::to_string(ended->id.value));
    } else if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
      lines.push_back(std::string(chosen->choice.site) + " in " +
                      std::to_string(chosen->choice.span.value));
    }
  }
  std::vector<std::string> lines;
};

Task<> DrawInSpan(const char* label) {
  const ChoiceSpan span(label);
  Choose(2, label);
  co_await Yield();
  Choose(2, label);
}

Task<> NestSpans() {
  Choose(2, "outside");
  {
    const ChoiceSpan outer("outer");
    Choose(2, "x");
    {
      const ChoiceSpan inner("inner");
      Choose(2, "y");
    }
    Choose(2, "z");
  }
  Choose(2, "outside");
  co_return;
}

TEST(ChoiceSpanTest, AChoiceBelongsToTheInnermostSpanOfItsTask) {
  SpanSink sink;
  EXPECT_TRUE(Simulation({.trace = &sink}).Run(NestSpans).ok());
  EXPECT_THAT(sink.lines,
              ElementsAre("outside in 0", "begin 1 in 0 outer", "x in 1",
                          "begin 2 in 1 inner", "y in 2", "end 2", "z in 1",
                          "end 1", "outside in 0"));
}

Task<> TwoTasksWithSpans() {
  JoinHandle<> a = Spawn(DrawInSpan, "a");
  JoinHandle<> b = Spawn(DrawInSpan, "b");
  co_await a;
  co_await b;
}

TEST(ChoiceSpanTest, SpansOfTasksThatTakeTurnsStayApart) {
  SpanSink sink;
  EXPECT_TRUE(Simulation({.trace = &sink}).Run(TwoTasksWithSpans).ok());
  EXPECT_THAT(sink.lines,
              ElementsAre("begin 1 in 0 a", "a in 1", "begin 2 in 0 b",
                          "b in 2", "a in 1", "end 1", "b in 2", "end 2"));
}

Task<> SpawnInSpan() {
  JoinHandle<> child;
  {
    const ChoiceSpan request("request");
    child = Spawn(DrawInSpan, "child");
  }
  co_await child;
  Choose(2, "after");
}

TEST(ChoiceSpanTest, ATaskBelongsToTheSpanInWhichItWasSpawned) {
  SpanSink sink;
  EXPECT_TRUE(Simulation({.trace = &sink}).Run(SpawnInSpan).ok());
  EXPECT_THAT(sink.lines,
              ElementsAre("begin 1 in 0 request", "end 1", "begin 2 in 1 child",
                          "child in 2", "child in 2", "end 2", "after in 0"));
}

Task<> SpanAcrossTheEnd() {
  const ChoiceSpan span("unfinished");
  co_await Sleep(absl::InfiniteDuration());
}

TEST(ChoiceSpanTest, ASpanThatIsOpenAtTheEndIsLeftOpen) {
  SpanSink sink;
  EXPECT_EQ(Simulation({.trace = &sink}).Run(SpanAcrossTheEnd).outcome,
            Outcome::kDeadlock);
  EXPECT_THAT(sink.lines, ElementsAre("begin 1 in 0 unfinished"));
}

Task<> SpanInCallback() {
  Post([] { const ChoiceSpan span("callback"); });
  co_await Yield();
}

TEST(ChoiceSpanDeathTest, BelongsToATask) {
  EXPECT_DEATH(Simulation().Run(SpanInCallback),
               "a ChoiceSpan was made outside of a task");
  EXPECT_DEATH(ChoiceSpan("x"), "ChoiceSpan was used outside of a simulation");
}

}  // namespace
}  // namespace orrery
