// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/channel.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Optional;

Task<> SendAll(Channel<int>& channel, int first, int count) {
  for (int i = 0; i < count; ++i) co_await channel.Send(first + i);
}

Task<> ReceiveAll(Channel<int>& channel, std::vector<int>* got) {
  auto keep = [got](int item) { got->push_back(item); };
  co_await channel.ForEach(keep);
}

// ---- With room --------------------------------------------------------------

Task<> UseWithoutWaiting() {
  Channel<int> channel(3);
  EXPECT_EQ(channel.capacity(), 3);
  EXPECT_TRUE(channel.empty());
  EXPECT_EQ(channel.TryReceive(), std::nullopt);
  EXPECT_TRUE(channel.TrySend(1));
  co_await channel.Send(2);
  EXPECT_TRUE(channel.TrySend(3));
  EXPECT_FALSE(channel.TrySend(4));
  EXPECT_EQ(channel.size(), 3);
  std::optional<int> item = co_await channel.Receive();
  EXPECT_THAT(item, Optional(1));
  EXPECT_THAT(channel.TryReceive(), Optional(2));
  channel.Close();
  EXPECT_TRUE(channel.IsClosed());
  item = co_await channel.Receive();
  EXPECT_THAT(item, Optional(3)) << "what is in it can still be received";
  item = co_await channel.Receive();
  EXPECT_EQ(item, std::nullopt);
  EXPECT_EQ(channel.TryReceive(), std::nullopt);
}

TEST(ChannelTest, WithRoomNothingSuspends) {
  const RunResult result = Simulation().Run(UseWithoutWaiting);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1);
}

Task<> SenderRefills(std::vector<int>* got) {
  Channel<int> channel(2);
  JoinHandle<> sender = Spawn(SendAll, std::ref(channel), 0, 6);
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(channel.size(), 2);
  for (int i = 0; i < 6; ++i) {
    std::optional<int> item = co_await channel.Receive();
    got->push_back(*item);
  }
  co_await sender;
}

TEST(ChannelTest, WhoWaitsForRoomGetsItFirst) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(SenderRefills, &got).ok());
  EXPECT_THAT(got, ElementsAre(0, 1, 2, 3, 4, 5));
}

// ---- Without room -----------------------------------------------------------

Task<> Rendezvous() {
  Channel<int> channel;
  EXPECT_EQ(channel.capacity(), 0);
  EXPECT_FALSE(channel.TrySend(1)) << "nobody is there";
  EXPECT_EQ(channel.TryReceive(), std::nullopt);
  JoinHandle<> sender = Spawn(SendAll, std::ref(channel), 1, 2);
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(channel.size(), 0) << "the item is still with its sender";
  const uint64_t steps = Simulation::Current("").steps();
  std::optional<int> item = co_await channel.Receive();
  EXPECT_EQ(Simulation::Current("").steps(), steps) << "a sender waits";
  EXPECT_THAT(item, Optional(1));
  EXPECT_FALSE(sender.Done());
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(channel.TryReceive(), Optional(2));
  co_await sender;
}

TEST(ChannelTest, WithoutRoomASenderWaitsForAReceiver) {
  const RunResult result = Simulation().Run(Rendezvous);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<> ReceiveOne(Channel<int>& channel, int id, std::vector<int>* got) {
  std::optional<int> item = co_await channel.Receive();
  got->push_back(10 * id + item.value_or(0));
}

Task<> ReceiversFirst(std::vector<int>* got) {
  Channel<int> channel;
  for (int id = 1; id <= 3; ++id) {
    Spawn(ReceiveOne, std::ref(channel), id, got);
  }
  co_await Sleep(absl::Seconds(1));
  const uint64_t steps = Simulation::Current("").steps();
  co_await channel.Send(7);
  EXPECT_TRUE(channel.TrySend(8));
  EXPECT_EQ(Simulation::Current("").steps(), steps) << "receivers wait";
  // The third is woken last, and nobody who comes now gets in its way.
  EXPECT_EQ(channel.TryReceive(), std::nullopt);
  co_await channel.Send(9);
  EXPECT_FALSE(channel.TrySend(10));
  co_await Sleep(absl::Seconds(1));
}

TEST(ChannelTest, ReceiversAreServedInTheOrderTheyCame) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(ReceiversFirst, &got).ok());
  EXPECT_THAT(got, ElementsAre(17, 28, 39));
}

Task<> CallbacksSend(std::vector<int>* got) {
  Channel<int> channel;
  JoinHandle<> receiver = Spawn(ReceiveAll, std::ref(channel), got);
  for (int i = 0; i < 3; ++i) {
    PostAfter(absl::Seconds(i + 1), [&channel, i] { channel.TrySend(i); });
  }
  PostAfter(absl::Seconds(4), [&channel] { channel.Close(); });
  co_await receiver;
  EXPECT_EQ(Elapsed(), absl::Seconds(4));
}

TEST(ChannelTest, CallbacksMaySendAndClose) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(CallbacksSend, &got).ok());
  EXPECT_THAT(got, ElementsAre(0, 1, 2));
}

// ---- Moving -----------------------------------------------------------------

Task<> Square(Channel<std::unique_ptr<int>>& in,
              Channel<std::unique_ptr<int>>& out) {
  co_await in.ForEach([&out](std::unique_ptr<int> item) -> Task<> {
    *item *= *item;
    co_await out.Send(std::move(item));
  });
  out.Close();
}

Task<> Pipeline(size_t capacity) {
  Channel<std::unique_ptr<int>> in(capacity);
  Channel<std::unique_ptr<int>> out(capacity);
  Spawn(Square, std::ref(in), std::ref(out));
  for (int i = 1; i <= 4; ++i) {
    co_await in.Send(std::make_unique<int>(i));
    std::optional<std::unique_ptr<int>> square = co_await out.Receive();
    EXPECT_EQ(**square, i * i);
  }
  in.Close();
  std::optional<std::unique_ptr<int>> none = co_await out.Receive();
  EXPECT_EQ(none, std::nullopt);
}

TEST(ChannelTest, ItemsAreMoved) {
  for (uint64_t seed = 0; seed <= 100; ++seed) {
    for (size_t capacity : {0, 1}) {
      RandomScheduler random;
      const RunResult result =
          Simulation(
              {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
              .Run(Pipeline, capacity);
      ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    }
  }
}

// ---- Closing ----------------------------------------------------------------

Task<> SendOne(Channel<int>& channel, std::vector<std::string>* errors) {
  try {
    co_await channel.Send(1);
  } catch (const ChannelClosed& error) {
    errors->push_back(error.what());
  }
}

Task<> CloseWhileAllWait() {
  Channel<int> senders(0, "senders");
  Channel<int> receivers(0, "receivers");
  std::vector<std::string> errors;
  std::vector<int> got;
  for (int id = 1; id <= 2; ++id) {
    Spawn(SendOne, std::ref(senders), &errors);
    Spawn(ReceiveOne, std::ref(receivers), id, &got);
  }
  co_await Sleep(absl::Seconds(1));
  senders.Close();
  senders.Close();
  receivers.Close();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(got, ElementsAre(10, 20));
  EXPECT_EQ(errors.size(), 2);
  EXPECT_EQ(senders.TryReceive(), std::nullopt) << "it was never in there";
  errors.clear();
  co_await SendOne(senders, &errors);
  EXPECT_THAT(errors, ElementsAre("Channel \"senders\" is closed"));
  EXPECT_THROW(senders.TrySend(1), ChannelClosed);
}

TEST(ChannelTest, ClosingSendsAwayThoseWhoWait) {
  const RunResult result = Simulation().Run(CloseWhileAllWait);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// ---- Nothing is lost --------------------------------------------------------

Task<> Exchange(std::vector<int>* got) {
  Channel<int> channel(Random("capacity").Below(3));
  std::vector<JoinHandle<>> senders;
  std::vector<JoinHandle<>> receivers;
  for (int i = 0; i < 3; ++i) {
    senders.push_back(Spawn(SendAll, std::ref(channel), 10 * i, 4));
    receivers.push_back(Spawn(ReceiveAll, std::ref(channel), got));
  }
  for (const JoinHandle<>& sender : senders) co_await sender;
  channel.Close();
  for (const JoinHandle<>& receiver : receivers) co_await receiver;
}

TEST(ChannelTest, EveryItemArrivesOnceUnderAThousandSchedules) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    std::vector<int> got;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &random})
            .Run(Exchange, &got);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    std::sort(got.begin(), got.end());
    ASSERT_THAT(got, ElementsAre(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23));
  }
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitOnBothSides() {
  Channel<int> full(1, "full");
  Channel<int> empty(0, "empty");
  Spawn(SendAll, std::ref(full), 1, 2);
  std::optional<int> item = co_await empty.Receive();
  ADD_FAILURE() << item.has_value();
}

TEST(ChannelTest, ADeadlockSaysWhichSideWaits) {
  const RunResult result = Simulation().Run(WaitOnBothSides);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]),
            "waits for an item in Channel \"empty\"");
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for room in Channel \"full\"");
}

Task<> LeaveWaiters(std::vector<int>* got) {
  {
    Channel<int> full;
    Channel<int> empty;
    Spawn("sender", SendAll, std::ref(full), 1, 1);
    Spawn("receiver", ReceiveOne, std::ref(empty), 1, got);
    co_await Yield();
  }
  co_await Sleep(absl::InfiniteDuration());
}

TEST(ChannelTest, ADeadlockSaysThatTheChannelIsGone) {
  std::vector<int> got;
  const RunResult result = Simulation().Run(LeaveWaiters, &got);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(FormatWait(result.tasks[1]),
            "waits for room in channel, which is gone");
  EXPECT_EQ(FormatWait(result.tasks[2]),
            "waits for item in channel, which is gone");
}

}  // namespace
}  // namespace orrery
