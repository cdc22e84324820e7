// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/post.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

// ---- When -------------------------------------------------------------------

Task<> PostAtInstants(Words* words) {
  co_await Sleep(absl::Seconds(10));
  auto say = [words](const char* word) {
    return [words, word] {
      words->push_back(std::string(word) + " " +
                       absl::FormatDuration(Elapsed()));
    };
  };
  PostAt(SimEpoch() + absl::Seconds(12), say("at 12"));
  PostAt(SimEpoch() + absl::Seconds(11), say("at 11"));
  PostAfter(absl::Seconds(1), say("after 1"));
  PostAt(SimEpoch() + absl::Seconds(3), say("past 3"));
  PostAt(SimEpoch() + absl::Seconds(2), say("past 2"));
  PostAt(absl::InfinitePast(), say("first of all"));
  PostAfter(-absl::Seconds(1), say("past 9"));
  PostAfter(absl::Nanoseconds(0.25), say("rounded up"));
  PostAt(absl::InfiniteFuture(), say("never"));
  PostAfter(absl::InfiniteDuration(), say("never"));
  Post(say("posted"));
  co_await Sleep(absl::Hours(1));
}

TEST(PostTest, RunsAtItsInstantAndWhatHasPassedByDeadline) {
  Words words;
  EXPECT_TRUE(Simulation().Run(PostAtInstants, &words).ok());
  EXPECT_THAT(
      words, ElementsAre("posted 10s", "first of all 10s", "past 2 10s",
                         "past 3 10s", "past 9 10s", "rounded up 10.000000001s",
                         "at 11 11s", "after 1 11s", "at 12 12s"));
}

TEST(PostDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(Post([] {}), "Post was used outside of a simulation");
  EXPECT_DEATH(PostAfter(absl::Seconds(1), [] {}),
               "PostAfter was used outside of a simulation");
}

Task<> CountSteps(uint64_t* steps) {
  const uint64_t before = Simulation::Current("").steps();
  for (int i = 0; i < 5; ++i) Post([] {});
  co_await Yield();
  *steps = Simulation::Current("").steps() - before;
}

TEST(PostTest, ACallbackIsOneStep) {
  uint64_t steps = 0;
  EXPECT_TRUE(Simulation().Run(CountSteps, &steps).ok());
  EXPECT_EQ(steps, 6);
}

// Takes down how `actor` ended.
class EndSink final : public TraceSink {
 public:
  explicit EndSink(TaskId actor) : actor_(actor) {}
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    const auto* finished = std::get_if<event::Finished>(&event.what);
    if (finished != nullptr && event.task == actor_) {
      failed.push_back(finished->failed);
    }
  }
  std::vector<bool> failed;

 private:
  TaskId actor_;
};

Task<> PostOne(bool fails) {
  Post([fails] {
    if (fails) throw std::runtime_error("broken");
  });
  co_await Yield();
}

TEST(PostTest, TheTraceSaysWhetherACallbackThrew) {
  EndSink throws(TaskId(2));
  EndSink returns(TaskId(2));
  EXPECT_FALSE(Simulation({.trace = &throws}).Run(PostOne, true).ok());
  EXPECT_TRUE(Simulation({.trace = &returns}).Run(PostOne, false).ok());
  EXPECT_THAT(throws.failed, ElementsAre(true));
  EXPECT_THAT(returns.failed, ElementsAre(false));
}

// ---- Cancelling -------------------------------------------------------------

// Makes callbacks that count, and that keep `captured`.
class Calls {
 public:
  auto Callback(std::shared_ptr<int> captured) {
    return [this, captured = std::move(captured)] { ++calls_; };
  }
  int count() const { return calls_; }

 private:
  int calls_ = 0;
};

Task<> CancelInEachPlace(Calls* calls) {
  auto captured = std::make_shared<int>(1);
  PostHandle ready = Post(calls->Callback(captured));
  PostHandle timer = PostAfter(absl::Seconds(1), calls->Callback(captured));
  PostHandle far = PostAfter(absl::Hours(1000), calls->Callback(captured));
  PostHandle past = PostAfter(-absl::Seconds(1), calls->Callback(captured));
  EXPECT_EQ(captured.use_count(), 5);
  EXPECT_TRUE(ready.Cancel());
  EXPECT_TRUE(timer.Cancel());
  EXPECT_TRUE(far.Cancel());
  EXPECT_TRUE(past.Cancel());
  EXPECT_EQ(captured.use_count(), 1) << "captures go at once";
  for (PostHandle* handle : {&ready, &timer, &far, &past}) {
    EXPECT_FALSE(handle->Cancel()) << "it was cancelled before";
  }
  co_await Sleep(absl::Hours(2000));
}

TEST(PostHandleTest, CancelsACallbackWhereverItWaits) {
  for (uint64_t seed = 0; seed <= 10; ++seed) {
    RandomScheduler random;
    Calls calls;
    EXPECT_TRUE(Simulation({.seed = Seed(seed),
                            .scheduler = seed == 0 ? nullptr : &random})
                    .Run(CancelInEachPlace, &calls)
                    .ok());
    EXPECT_EQ(calls.count(), 0);
  }
}

// A timer that came due and has not had its turn yet is in the ready queue.
Task<> CancelWhatIsDue(Words* words) {
  auto second = std::make_shared<PostHandle>();
  PostAfter(absl::Seconds(1), [words, second] {
    words->push_back("first");
    EXPECT_TRUE(second->Cancel());
  });
  *second =
      PostAfter(absl::Seconds(1), [words] { words->push_back("second"); });
  PostAfter(absl::Seconds(1), [words] { words->push_back("third"); });
  co_await Sleep(absl::Seconds(2));
}

TEST(PostHandleTest, CancelsATimerThatIsDueBeforeItsTurn) {
  Words words;
  EXPECT_TRUE(Simulation().Run(CancelWhatIsDue, &words).ok());
  EXPECT_THAT(words, ElementsAre("first", "third"));
}

Task<> CancelItself(int* calls) {
  auto handle = std::make_shared<PostHandle>();
  *handle = Post([handle, calls] {
    ++*calls;
    EXPECT_FALSE(handle->Cancel()) << "it is running";
  });
  co_await Yield();
  EXPECT_FALSE(handle->Cancel()) << "it has run";
}

TEST(PostHandleTest, ACallbackThatRunsCannotBeCancelled) {
  int calls = 0;
  EXPECT_TRUE(Simulation().Run(CancelItself, &calls).ok());
  EXPECT_EQ(calls, 1);
}

Task<> SleepFor(absl::Duration duration) { co_await Sleep(duration); }

TEST(PostHandleTest, CancelsFromOutsideOfTheSimulation) {
  Simulation simulation;
  Calls calls;
  PostHandle ready, timer, stays;
  {
    Simulation::Scope scope(simulation);
    ready = Post(calls.Callback(nullptr));
    timer = PostAfter(absl::Seconds(1), calls.Callback(nullptr));
    stays = PostAfter(absl::Seconds(1), calls.Callback(nullptr));
  }
  EXPECT_TRUE(ready.Cancel());
  EXPECT_FALSE(ready.Cancel());
  EXPECT_TRUE(timer.Cancel());
  EXPECT_TRUE(simulation.Run(SleepFor, absl::Seconds(2)).ok());
  EXPECT_EQ(calls.count(), 1);
  EXPECT_FALSE(stays.Cancel()) << "it has run";
}

// The other one has callbacks of its own, ready and pending.
Task<> CancelInAnother(PostHandle* ready, PostHandle* timer, Calls* calls) {
  PostHandle own = Post(calls->Callback(nullptr));
  PostAfter(absl::Seconds(1), calls->Callback(nullptr));
  EXPECT_TRUE(ready->Cancel());
  EXPECT_TRUE(timer->Cancel());
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(calls->count(), 2);
}

TEST(PostHandleTest, CancelsFromWithinAnotherSimulation) {
  Simulation simulation;
  Calls outer, inner;
  PostHandle ready, timer;
  {
    Simulation::Scope scope(simulation);
    ready = Post(outer.Callback(nullptr));
    Post(outer.Callback(nullptr));
    timer = PostAfter(absl::Seconds(1), outer.Callback(nullptr));
    PostAfter(absl::Seconds(1), outer.Callback(nullptr));
  }
  EXPECT_TRUE(Simulation().Run(CancelInAnother, &ready, &timer, &inner).ok());
  EXPECT_TRUE(simulation.Run(SleepFor, absl::Seconds(2)).ok());
  EXPECT_EQ(outer.count(), 2);
}

// The last reference to the handle is in what the callback has captured.
Task<> CancelWithoutOtherOwner() {
  auto handle = std::make_shared<PostHandle>();
  PostHandle* inner = handle.get();
  *inner = PostAfter(absl::Seconds(1),
                     [handle = std::move(handle)] { ADD_FAILURE(); });
  EXPECT_TRUE(inner->Cancel());
  co_await Sleep(absl::Seconds(2));
}

TEST(PostHandleTest, CancellingMayDestroyTheHandleItself) {
  EXPECT_TRUE(Simulation().Run(CancelWithoutOtherOwner).ok());
}

Task<> DropHandle(int* calls) {
  {
    PostHandle dropped = PostAfter(absl::Seconds(1), [calls] { ++*calls; });
  }
  PostHandle overwritten = Post([calls] { ++*calls; });
  overwritten = PostHandle();
  PostHandle moved = Post([calls] { ++*calls; });
  PostHandle to = std::move(moved);
  EXPECT_TRUE(to.Cancel());
  co_await Sleep(absl::Seconds(2));
}

TEST(PostHandleTest, DroppingAHandleChangesNothing) {
  int calls = 0;
  EXPECT_TRUE(Simulation().Run(DropHandle, &calls).ok());
  EXPECT_EQ(calls, 2);
}

TEST(PostHandleTest, AHandleOfNothingCancelsNothing) {
  EXPECT_FALSE(PostHandle().Cancel());
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_FALSE(PostHandle().Cancel());
}

// Constant time: a search through the others would take minutes.
Task<> CancelMany() {
  std::vector<PostHandle> handles;
  for (int i = 0; i < 200'000; ++i) {
    handles.push_back(
        PostAfter(absl::Seconds(1 + i % 7), [] { ADD_FAILURE(); }));
  }
  for (size_t i = handles.size(); i-- > 0;) EXPECT_TRUE(handles[i].Cancel());
  co_await Sleep(absl::Seconds(10));
}

TEST(PostHandleTest, CancellingIsQuickWhereThereAreMany) {
  const RunResult result = Simulation().Run(CancelMany);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 2);
}

// ---- Captures ---------------------------------------------------------------

Task<> SeeCapturesGo() {
  auto captured = std::make_shared<int>(1);
  Post([captured, &use = captured] {
    EXPECT_EQ(use.use_count(), 3) << "they live while it runs";
  });
  PostHandle kept = Post([captured] {});
  EXPECT_EQ(captured.use_count(), 3);
  co_await Yield();
  EXPECT_EQ(captured.use_count(), 1)
      << "they go with the step, though there is a handle";
  EXPECT_FALSE(kept.Cancel());
}

TEST(PostTest, WhatACallbackCapturedGoesWithItsStep) {
  EXPECT_TRUE(Simulation().Run(SeeCapturesGo).ok());
}

Task<> PostMoveOnly(int* out) {
  auto value = std::make_unique<int>(42);
  Post([value = std::move(value), out] { *out = *value; });
  co_await Yield();
}

TEST(PostTest, CallbacksMayCaptureWhatOnlyMoves) {
  int out = 0;
  EXPECT_TRUE(Simulation().Run(PostMoveOnly, &out).ok());
  EXPECT_EQ(out, 42);
}

Task<> PostAll(Words* words) {
  for (const char* word : {"a", "b", "c", "d"}) {
    Post([words, word] { words->push_back(word); });
  }
  co_await Sleep(absl::Seconds(1));
}

TEST(PostTest, UnderAPolicyThatOrdersCallbacksComeInAnyOrderAndOnce) {
  std::vector<Words> orders;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    RandomScheduler random;
    Words words;
    EXPECT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &random})
                    .Run(PostAll, &words)
                    .ok());
    EXPECT_THAT(words, UnorderedElementsAre("a", "b", "c", "d"));
    if (std::find(orders.begin(), orders.end(), words) == orders.end()) {
      orders.push_back(words);
    }
  }
  EXPECT_EQ(orders.size(), 24) << "all orders of four";
}

}  // namespace
}  // namespace orrery
