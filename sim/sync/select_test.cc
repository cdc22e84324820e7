// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/select.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/channel.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Optional;

// ---- Ready cases ------------------------------------------------------------

Task<> FirstReady(std::vector<size_t>* order) {
  Channel<int> a(1);
  Channel<std::string> b(1);
  Channel<int> c(1);
  co_await b.Send("b");
  co_await c.Send(3);
  std::optional<int> from_a = 7;
  std::optional<std::string> from_b;
  std::optional<int> from_c;
  for (int i = 0; i < 2; ++i) {
    const size_t which = co_await Select(
        a.ReceiveCase(&from_a), b.ReceiveCase(&from_b), c.ReceiveCase(&from_c));
    order->push_back(which);
    EXPECT_EQ(from_a, std::nullopt) << "emptied";
    EXPECT_EQ(from_b.has_value(), which == 1);
    EXPECT_EQ(from_c.has_value(), which == 2);
  }
  int item = 8;
  size_t which = co_await Select(a.SendCase(&item), c.ReceiveCase(&from_c));
  order->push_back(which);
  EXPECT_THAT(a.TryReceive(), Optional(8));
}

TEST(SelectTest, TheFirstThatIsReadyInTheOrderOfTheArguments) {
  std::vector<size_t> order;
  const RunResult result = Simulation().Run(FirstReady, &order);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1) << "where one is ready nothing suspends";
  EXPECT_THAT(order, ElementsAre(1, 2, 0));
}

Task<> OneOfTwo(std::set<size_t>* seen) {
  Channel<int> a(1);
  Channel<int> b(1);
  Channel<int> never(1);
  co_await a.Send(1);
  co_await b.Send(2);
  std::optional<int> from_a;
  std::optional<int> from_b;
  std::optional<int> none;
  const size_t which = co_await Select(
      never.ReceiveCase(&none), a.ReceiveCase(&from_a), b.ReceiveCase(&from_b));
  seen->insert(which);
  EXPECT_EQ(a.empty(), which == 1);
  EXPECT_EQ(b.empty(), which == 2);
}

TEST(SelectTest, UnderOtherPoliciesWhichOneIsAChoice) {
  std::set<size_t> seen;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RandomScheduler random;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &random})
            .Run(OneOfTwo, &seen);
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
    EXPECT_EQ(result.choices, 1);
  }
  EXPECT_THAT(seen, ElementsAre(1, 2));
  seen.clear();
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const RunResult result =
        Simulation({.seed = Seed(seed)}).Run(OneOfTwo, &seen);
    EXPECT_EQ(result.choices, 0);
  }
  EXPECT_THAT(seen, ElementsAre(1)) << "first in, first out makes no choice";
}

Task<> TryBoth() {
  Channel<int> in(1);
  Channel<int> out;
  std::optional<int> item;
  int answer = 7;
  EXPECT_EQ(TrySelect(in.ReceiveCase(&item), out.SendCase(&answer)),
            std::nullopt);
  EXPECT_TRUE(in.TrySend(1));
  EXPECT_EQ(TrySelect(in.ReceiveCase(&item), out.SendCase(&answer)), 0);
  EXPECT_THAT(item, Optional(1));
  std::optional<int> received;
  JoinHandle<> receiver = Spawn(
      [&out, &received]() -> Task<> { received = co_await out.Receive(); });
  co_await Yield();
  EXPECT_EQ(TrySelect(in.ReceiveCase(&item), out.SendCase(&answer)), 1);
  EXPECT_EQ(item, std::nullopt);
  co_await receiver;
  EXPECT_THAT(received, Optional(7));
}

TEST(SelectTest, WithADefaultItNeverWaits) {
  const RunResult result = Simulation().Run(TryBoth);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// ---- Waiting ----------------------------------------------------------------

Task<> WaitForEither(size_t expected) {
  Channel<int> a;
  Channel<int> b;
  Spawn([&a, &b, expected]() -> Task<> {
    co_await Sleep(absl::Seconds(1));
    if (expected == 0) {
      co_await a.Send(10);
    } else {
      co_await b.Send(11);
    }
  });
  std::optional<int> from_a;
  std::optional<int> from_b;
  const size_t which =
      co_await Select(a.ReceiveCase(&from_a), b.ReceiveCase(&from_b));
  EXPECT_EQ(which, expected);
  EXPECT_EQ(from_a, expected == 0 ? std::optional<int>(10) : std::nullopt);
  EXPECT_EQ(from_b, expected == 1 ? std::optional<int>(11) : std::nullopt);
  // It waits nowhere any more.
  EXPECT_FALSE(a.TrySend(1));
  EXPECT_FALSE(b.TrySend(1));
}

TEST(SelectTest, TheOneThatBecomesReadyFirst) {
  for (size_t which : {0, 1}) {
    const RunResult result = Simulation().Run(WaitForEither, which);
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  }
}

Task<> SendEither(std::vector<int>* got) {
  Channel<std::unique_ptr<int>> a;
  Channel<std::unique_ptr<int>> b;
  JoinHandle<> receiver = Spawn([&b, got]() -> Task<> {
    co_await Sleep(absl::Seconds(1));
    std::optional<std::unique_ptr<int>> item = co_await b.Receive();
    got->push_back(**item);
  });
  auto for_a = std::make_unique<int>(1);
  auto for_b = std::make_unique<int>(2);
  const size_t which = co_await Select(a.SendCase(&for_a), b.SendCase(&for_b));
  EXPECT_EQ(which, 1);
  EXPECT_NE(for_a, nullptr) << "what was not sent is where it was";
  EXPECT_EQ(for_b, nullptr);
  co_await receiver;
}

TEST(SelectTest, WhatIsNotSentStaysWithTheSender) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(SendEither, &got).ok());
  EXPECT_THAT(got, ElementsAre(2));
}

// Two selects that wait for each other's channels.
Task<> SelectBoth(Channel<int>& in, Channel<int>& out, int item, int* sent,
                  int* received) {
  for (int i = 0; i < 4; ++i) {
    std::optional<int> got;
    int mine = item;
    const size_t which =
        co_await Select(in.ReceiveCase(&got), out.SendCase(&mine));
    if (which == 0) {
      EXPECT_TRUE(got.has_value());
      ++*received;
    } else {
      ++*sent;
    }
  }
}

Task<> SelectAgainstSelect() {
  Channel<int> ping;
  Channel<int> pong;
  int sent = 0;
  int received = 0;
  JoinHandle<> one =
      Spawn(SelectBoth, std::ref(ping), std::ref(pong), 1, &sent, &received);
  JoinHandle<> two =
      Spawn(SelectBoth, std::ref(pong), std::ref(ping), 2, &sent, &received);
  co_await one;
  co_await two;
  EXPECT_EQ(sent, 4);
  EXPECT_EQ(received, 4);
}

TEST(SelectTest, MeetsOthersUnderAThousandSchedules) {
  for (uint64_t seed = 0; seed <= 1000; ++seed) {
    RandomScheduler random;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(SelectAgainstSelect);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
  }
}

// Both ends of one channel: it does not meet itself.
Task<> BothEnds() {
  Channel<int> channel;
  JoinHandle<> other = Spawn([&channel]() -> Task<> {
    co_await Sleep(absl::Seconds(1));
    co_await channel.Send(5);
  });
  std::optional<int> got;
  int mine = 6;
  const size_t which =
      co_await Select(channel.SendCase(&mine), channel.ReceiveCase(&got));
  EXPECT_EQ(which, 1);
  EXPECT_THAT(got, Optional(5));
  co_await other;
  EXPECT_FALSE(channel.TrySend(1));
  EXPECT_EQ(channel.TryReceive(), std::nullopt);
}

TEST(SelectTest, DoesNotMeetItself) {
  const RunResult result = Simulation().Run(BothEnds);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// It stands in line as everybody else.
Task<> StandInLine(std::vector<int>* order) {
  Channel<int> a;
  Channel<int> b;
  auto select = [&a, &b, order](int id) -> Task<> {
    std::optional<int> got;
    co_await Select(a.ReceiveCase(&got), b.ReceiveCase(&got));
    order->push_back(10 * id + *got);
  };
  auto receive = [&b, order](int id) -> Task<> {
    std::optional<int> got = co_await b.Receive();
    order->push_back(10 * id + *got);
  };
  Spawn(receive, 1);
  Spawn(select, 2);
  Spawn(select, 3);
  Spawn(receive, 4);
  co_await Sleep(absl::Seconds(1));
  co_await a.Send(1);
  for (int item = 2; item <= 4; ++item) co_await b.Send(item);
  co_await Sleep(absl::Seconds(1));
}

TEST(SelectTest, FirstComeFirstServedWithOthers) {
  std::vector<int> order;
  EXPECT_TRUE(Simulation().Run(StandInLine, &order).ok());
  EXPECT_THAT(order, ElementsAre(21, 12, 33, 44));
}

// ---- Closing ----------------------------------------------------------------

Task<> CloseOne() {
  Channel<int> jobs;
  Channel<int> stop(0, "stop");
  Spawn([&stop]() -> Task<> {
    co_await Sleep(absl::Seconds(1));
    stop.Close();
  });
  std::optional<int> job;
  std::optional<int> none = 1;
  size_t which =
      co_await Select(jobs.ReceiveCase(&job), stop.ReceiveCase(&none));
  EXPECT_EQ(which, 1);
  EXPECT_EQ(none, std::nullopt);
  which = co_await Select(jobs.ReceiveCase(&job), stop.ReceiveCase(&none));
  EXPECT_EQ(which, 1) << "what is closed is always ready";
  int item = 1;
  EXPECT_THROW(TrySelect(stop.SendCase(&item)), ChannelClosed);
}

TEST(SelectTest, AChannelThatIsClosedIsReady) {
  const RunResult result = Simulation().Run(CloseOne);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<> CloseWhatIsSentTo() {
  Channel<int> a;
  Channel<int> b;
  Spawn([&b]() -> Task<> {
    co_await Sleep(absl::Seconds(1));
    b.Close();
  });
  int item = 1;
  bool closed = false;
  try {
    co_await Select(a.SendCase(&item), b.SendCase(&item));
  } catch (const ChannelClosed&) {
    closed = true;
  }
  EXPECT_TRUE(closed);
  EXPECT_EQ(a.TryReceive(), std::nullopt);
}

TEST(SelectTest, ToSendToWhatIsClosedThrows) {
  const RunResult result = Simulation().Run(CloseWhatIsSentTo);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitInVain() {
  Channel<int> a(0, "a");
  Channel<int> b(0, "b");
  std::optional<int> got;
  co_await Select(a.ReceiveCase(&got), b.ReceiveCase(&got));
}

TEST(SelectTest, ADeadlockNamesTheFirstChannel) {
  const RunResult result = Simulation().Run(WaitInVain);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(result.tasks[0].wait, WaitKind::kSelect);
  EXPECT_THAT(FormatWait(result.tasks[0]), testing::HasSubstr("Channel \"a\""));
}

Task<> LeaveSelect() {
  Channel<int> kept;
  {
    Channel<int> gone;
    Spawn([&kept, &gone]() -> Task<> {
      std::optional<int> got;
      co_await Select(kept.ReceiveCase(&got), gone.ReceiveCase(&got));
    });
    co_await Yield();
  }
  EXPECT_FALSE(kept.TrySend(1)) << "nobody waits there any more";
}

TEST(SelectTest, OneWhoseChannelIsGoneIsNeverDone) {
  const RunResult result = Simulation().Run(LeaveSelect);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

}  // namespace
}  // namespace orrery
