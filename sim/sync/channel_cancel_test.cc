// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of channels when those who send, receive and select are
// cancelled: what `Send` has sent is received, and nothing else.

#include <functional>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/sync/channel.h"
#include "orrery/sim/sync/select.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

struct Exchange {
  explicit Exchange(size_t capacity) : a(capacity), b(capacity) {}

  Channel<int> a;
  Channel<int> b;
  std::vector<int> sent;
  std::vector<int> got;
};

Task<> SendTwo(Exchange& exchange, Channel<int>& channel, int first) {
  for (int item = first; item < first + 2; ++item) {
    co_await channel.Send(item);
    exchange.sent.push_back(item);
  }
}

Task<> ReceiveAll(Exchange& exchange) {
  for (;;) {
    std::optional<int> item = co_await exchange.a.Receive();
    if (!item.has_value()) co_return;
    exchange.got.push_back(*item);
    co_await Yield();
  }
}

Task<> SelectAll(Exchange& exchange) {
  std::optional<int> from_a;
  std::optional<int> from_b;
  for (;;) {
    const size_t which = co_await Select(exchange.a.ReceiveCase(&from_a),
                                         exchange.b.ReceiveCase(&from_b));
    const std::optional<int>& item = which == 0 ? from_a : from_b;
    if (!item.has_value()) co_return;
    exchange.got.push_back(*item);
    co_await Yield();
  }
}

Task<> SelectWhereToSend(Exchange& exchange, int first) {
  for (int item = first; item < first + 2; ++item) {
    int copy = item;
    co_await Select(exchange.b.SendCase(&copy), exchange.a.SendCase(&copy));
    exchange.sent.push_back(item);
  }
}

void TakeAll(Exchange& exchange, Channel<int>& channel) {
  while (std::optional<int> item = channel.TryReceive()) {
    exchange.got.push_back(*item);
  }
}

// Waits until those who send are done, and receives in place of those who were
// to and were cancelled. The first `receivers` of the victims receive.
Task<> Finish(Exchange& exchange, Victims& victims, size_t receivers) {
  for (;;) {
    co_await Sleep(absl::Seconds(1));
    const size_t senders = victims.Alive(receivers, victims.size());
    if (victims.Alive(0, receivers) > 0) {
      EXPECT_EQ(senders, 0) << "both sides wait for each other";
      EXPECT_TRUE(exchange.a.empty());
    }
    TakeAll(exchange, exchange.a);
    TakeAll(exchange, exchange.b);
    if (senders == 0) break;
  }
  exchange.a.Close();
  exchange.b.Close();
  co_await victims.Join();
  EXPECT_THAT(exchange.got, UnorderedElementsAreArray(exchange.sent));
}

// ---- At every point ---------------------------------------------------------

Task<> OneChannel(Victims& victims, size_t capacity) {
  Exchange exchange(capacity);
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(ReceiveAll, std::ref(exchange)));
  }
  for (int i = 0; i < 2; ++i) {
    victims.Add(
        Spawn(SendTwo, std::ref(exchange), std::ref(exchange.a), 10 * i));
  }
  co_await Finish(exchange, victims, 2);
}

TEST(ChannelCancelTest, AtEveryPointWhatWasSentIsReceived) {
  for (size_t capacity : {0, 1}) {
    EXPECT_EQ(CancelEverywhere(
                  [capacity](Victims& victims) {
                    return OneChannel(victims, capacity);
                  },
                  {.pairs = true}),
              "")
        << "capacity " << capacity;
  }
}

Task<> SelectTwoChannels(Victims& victims, size_t capacity) {
  Exchange exchange(capacity);
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(SelectAll, std::ref(exchange)));
  }
  victims.Add(Spawn(SendTwo, std::ref(exchange), std::ref(exchange.a), 0));
  victims.Add(Spawn(SelectWhereToSend, std::ref(exchange), 10));
  co_await Finish(exchange, victims, 2);
}

TEST(SelectCancelTest, AtEveryPointWhatWasSentIsReceived) {
  for (size_t capacity : {0, 1}) {
    EXPECT_EQ(CancelEverywhere(
                  [capacity](Victims& victims) {
                    return SelectTwoChannels(victims, capacity);
                  },
                  {.pairs = true}),
              "")
        << "capacity " << capacity;
  }
}

// ---- What is done is done ---------------------------------------------------

Task<> ReceiveThenWait(Channel<int>& channel, std::vector<int>* got) {
  std::optional<int> item = co_await channel.Receive();
  got->push_back(item.value_or(-1));
  co_await Sleep(absl::InfiniteDuration());
}

// The item was handed over, and then its receiver is cancelled: it has received
// it, and is told of the request where it waits next.
Task<> CancelReceiverThatWasServed() {
  Channel<int> channel;
  std::vector<int> got;
  JoinHandle<> receiver = Spawn(ReceiveThenWait, std::ref(channel), &got);
  co_await Yield();
  EXPECT_TRUE(channel.TrySend(7));
  EXPECT_TRUE(receiver.Cancel());
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(receiver.Cancelled());
  EXPECT_THAT(got, ElementsAre(7));
}

TEST(ChannelCancelTest, WhoHasReceivedKeepsTheItem) {
  EXPECT_TRUE(Simulation().Run(CancelReceiverThatWasServed).ok());
}

Task<> SendThenNote(Channel<int>& channel, int item, std::vector<int>* sent) {
  co_await channel.Send(item);
  sent->push_back(item);
}

Task<> CancelSenderThatWasServed() {
  Channel<int> channel;
  std::vector<int> sent;
  JoinHandle<> sender = Spawn(SendThenNote, std::ref(channel), 7, &sent);
  co_await Yield();
  EXPECT_EQ(channel.TryReceive(), 7);
  EXPECT_TRUE(sender.Cancel());
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(sent, ElementsAre(7)) << "it knows that it has sent";
  EXPECT_TRUE(sender.Cancelled()) << "as if it was cancelled in its last step";
}

TEST(ChannelCancelTest, WhoHasSentKnowsIt) {
  EXPECT_TRUE(Simulation().Run(CancelSenderThatWasServed).ok());
}

Task<> CancelSenderBefore() {
  Channel<int> channel;
  std::vector<int> sent;
  JoinHandle<> first = Spawn(SendThenNote, std::ref(channel), 1, &sent);
  JoinHandle<> second = Spawn(SendThenNote, std::ref(channel), 2, &sent);
  co_await Yield();
  EXPECT_TRUE(first.Cancel());
  EXPECT_EQ(channel.TryReceive(), 2) << "the first one's is not to be had";
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(sent, ElementsAre(2));
}

TEST(ChannelCancelTest, WhatACancelledTaskWasToSendIsNotSent) {
  EXPECT_TRUE(Simulation().Run(CancelSenderBefore).ok());
}

// A request that is taken back before the task next waits is not delivered.
Task<> TakeRequestBack() {
  Channel<int> channel;
  std::vector<int> got;
  JoinHandle<> receiver = Spawn(ReceiveThenWait, std::ref(channel), &got);
  co_await Yield();
  EXPECT_TRUE(channel.TrySend(7));
  receiver.Cancel();
  receiver.Uncancel();
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(receiver.Done());
  EXPECT_THAT(got, ElementsAre(7));
}

TEST(ChannelCancelTest, ARequestThatIsTakenBackIsForgotten) {
  EXPECT_TRUE(Simulation().Run(TakeRequestBack).ok());
}

}  // namespace
}  // namespace orrery
