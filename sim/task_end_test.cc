// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// When a task is over, what it was made of goes at once: locals, parameters and
// captures, in the task's own name, whether or not there is a handle.

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/log.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

// Says in its destructor that it is gone.
class Witness {
 public:
  Witness(Words* words, std::string name)
      : words_(words), name_(std::move(name)) {}
  Witness(Witness&& other) noexcept
      : words_(std::exchange(other.words_, nullptr)),
        name_(std::move(other.name_)) {}
  ~Witness() {
    if (words_ != nullptr) words_->push_back(name_);
  }

 private:
  Words* words_;
  std::string name_;
};

Task<> Hold(Witness, Words* words, bool fails) {
  const Witness local(words, "local");
  co_await Yield();
  if (fails) throw std::runtime_error("broken");
}

Task<> JoinAndSay(JoinHandle<> handle, Words* words) {
  try {
    co_await handle;
  } catch (const std::runtime_error&) {
  }
  words->push_back("joiner");
}

Task<> JoinHolder(Words* words, bool fails) {
  JoinHandle<> holder =
      Spawn("holder", Hold, Witness(words, "parameter"), words, fails);
  co_await JoinAndSay(holder, words);
  EXPECT_TRUE(holder.Done()) << "though there is a handle";
}

TEST(TaskEndTest, LocalsAndParametersAreGoneBeforeAJoinerRuns) {
  for (uint64_t seed = 0; seed <= 10; ++seed) {
    for (const bool fails : {false, true}) {
      RandomScheduler random;
      Words words;
      EXPECT_TRUE(Simulation({.seed = Seed(seed),
                              .scheduler = seed == 0 ? nullptr : &random})
                      .Run(JoinHolder, &words, fails)
                      .ok());
      EXPECT_THAT(words, ElementsAre("local", "parameter", "joiner"));
    }
  }
}

Task<> JoinLambda(Words* words) {
  auto lambda = [capture = Witness(words, "capture")](Witness,
                                                      Words* w) -> Task<> {
    const Witness local(w, "local");
    co_await Yield();
  };
  JoinHandle<> holder =
      Spawn(std::move(lambda), Witness(words, "parameter"), words);
  co_await JoinAndSay(holder, words);
}

TEST(TaskEndTest, CapturesAreGoneBeforeAJoinerRuns) {
  Words words;
  EXPECT_TRUE(Simulation().Run(JoinLambda, &words).ok());
  EXPECT_THAT(words, ElementsAre("local", "parameter", "capture", "joiner"));
}

// Logs in its destructor.
class Farewell {
 public:
  Farewell() = default;
  Farewell(Farewell&& other) noexcept
      : talks_(std::exchange(other.talks_, false)) {}
  ~Farewell() {
    if (talks_) Log("farewell of " + Simulation::Current("").CurrentTaskName());
  }

 private:
  bool talks_ = true;
};

Task<> SayFarewell(Farewell) { co_await Yield(); }

Task<> SpawnFarewells() {
  Spawn("worker", SayFarewell, Farewell());
  JoinHandle<> kept = Spawn("kept", SayFarewell, Farewell());
  co_await Sleep(absl::Seconds(1));
}

TEST(TaskEndTest, ParametersGoInTheTasksOwnName) {
  Simulation simulation;
  EXPECT_TRUE(simulation.Run(SpawnFarewells).ok());
  Words lines;
  for (const HistoryEntry& entry : simulation.history()) {
    if (entry.kind == HistoryEntry::Kind::kLog) lines.push_back(entry.text);
  }
  EXPECT_THAT(lines, ElementsAre("farewell of worker#2", "farewell of kept#3"));
}

Task<> LockIntoParameter(Mutex* mutex, std::optional<Mutex::Guard> slot) {
  slot = co_await mutex->Lock();
  co_await Yield();
}

Task<> SpawnLockers() {
  Mutex mutex;
  Spawn("first", LockIntoParameter, &mutex, std::nullopt);
  JoinHandle<> second =
      Spawn("second", LockIntoParameter, &mutex, std::nullopt);
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(second.Done());
  EXPECT_FALSE(mutex.IsLocked()) << "though there is a handle";
}

TEST(TaskEndTest, AGuardAmongTheParametersIsGivenBack) {
  for (uint64_t seed = 0; seed <= 20; ++seed) {
    RandomScheduler random;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(SpawnLockers);
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  }
}

Task<> HoldOwnHandle(std::shared_ptr<JoinHandle<>> self, bool fails) {
  co_await Yield();
  EXPECT_FALSE(self->Done());
  if (fails) throw std::runtime_error("alone");
}

Task<> GiveItsHandle(bool fails) {
  auto self = std::make_shared<JoinHandle<>>();
  const std::weak_ptr<JoinHandle<>> seen = self;
  *self = Spawn("loner", HoldOwnHandle, self, fails);
  self.reset();
  co_await Yield();
  EXPECT_FALSE(seen.expired());
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(seen.expired());
}

TEST(TaskEndTest, TheLastHandleToATaskMayBeAmongItsParameters) {
  EXPECT_TRUE(Simulation().Run(GiveItsHandle, false).ok());
  const RunResult failed = Simulation().Run(GiveItsHandle, true);
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_EQ(failed.elapsed, absl::ZeroDuration());
  EXPECT_EQ(failed.failure->message,
            "uncaught exception in task loner#2, which nobody awaited: "
            "std::runtime_error: alone");
}

}  // namespace
}  // namespace orrery
