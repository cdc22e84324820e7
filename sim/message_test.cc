// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/message.h"

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/digest.h"
#include "orrery/base/trace_sink.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/state_digest.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;

// Keeps the events about messages and states, as text.
class MessageSink final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    const std::string who = absl::StrCat(event.task.value, ": ");
    if (const auto* e = std::get_if<event::MessageSent>(&event.what)) {
      lines.push_back(
          absl::StrCat(who, "sent ", e->id.value, " ", e->type, " ", e->size));
      payloads.push_back(e->payload);
      lines_of_source.push_back(e->site.line);
    } else if (const auto* e =
                   std::get_if<event::MessageDelivered>(&event.what)) {
      lines.push_back(absl::StrCat(who, "delivered ", e->id.value));
      lines_of_source.push_back(e->site.line);
    } else if (const auto* e =
                   std::get_if<event::MessageDropped>(&event.what)) {
      lines.push_back(absl::StrCat(who, "dropped ", e->id.value, " ", e->why));
    } else if (const auto* e = std::get_if<event::MessageCopied>(&event.what)) {
      lines.push_back(
          absl::StrCat(who, "copied ", e->id.value, " ", e->copy.value));
    } else if (const auto* e = std::get_if<event::StateDigested>(&event.what)) {
      lines.push_back(absl::StrCat(who, "state ", e->label));
      payloads.push_back(e->digest);
    }
  }

  std::vector<std::string> lines;
  std::vector<uint64_t> payloads;
  std::vector<uint32_t> lines_of_source;
};

Task<> Receive(Queue<MessageId>& wire) {
  MessageDelivered(co_await wire.Get());
}

Task<> SendOne(std::string bytes) {
  Queue<MessageId> wire(4, "wire");
  JoinHandle<> receiver = Spawn("receiver", Receive, std::ref(wire));
  const MessageId sent = MessageSent({.type = "Vote", .bytes = bytes});
  co_await wire.Put(sent);
  co_await receiver;
}

TEST(MessageTest, AMessageIsSeenWhereItLeavesAndWhereItArrives) {
  MessageSink sink;
  EXPECT_TRUE(Simulation({.trace = &sink}).Run(SendOne, "term 3").ok());
  EXPECT_THAT(sink.lines, ElementsAre("1: sent 1 Vote 6", "2: delivered 1"));
  ASSERT_EQ(sink.lines_of_source.size(), 2u);
  EXPECT_GT(sink.lines_of_source[0], sink.lines_of_source[1]);
  EXPECT_GT(sink.lines_of_source[1], 0u);
}

Task<> LoseAndCopy() {
  const MessageId lost = MessageSent({.type = "Ping"});
  const MessageId twice = MessageSent({.type = "Ping", .size = 1500});
  const MessageId copy = MessageCopied(twice);
  MessageDropped(lost, "partition");
  MessageDelivered(twice);
  MessageDelivered(copy);
  co_return;
}

TEST(MessageTest, MessagesGetLostAndAreCopied) {
  MessageSink sink;
  EXPECT_TRUE(Simulation({.trace = &sink}).Run(LoseAndCopy).ok());
  EXPECT_THAT(sink.lines, ElementsAre("1: sent 1 Ping 0", "1: sent 2 Ping 1500",
                                      "1: copied 2 3", "1: dropped 1 partition",
                                      "1: delivered 2", "1: delivered 3"));
}

TEST(MessageTest, WhatIsInAMessageIsPartOfTheDataAndNotOfTheSchedule) {
  const RunResult three = Simulation().Run(SendOne, "term 3");
  const RunResult again = Simulation().Run(SendOne, "term 3");
  const RunResult four = Simulation().Run(SendOne, "term 4");
  EXPECT_EQ(three.digests, again.digests);
  EXPECT_EQ(three.digests.schedule, four.digests.schedule);
  EXPECT_NE(three.digests.data, four.digests.data);
}

Task<> Digest1(std::string state) {
  DigestState("ledger", state);
  co_return;
}

TEST(StateDigestTest, AStateIsPartOfTheDataAndStandsInTheTrace) {
  MessageSink sink;
  const RunResult one = Simulation({.trace = &sink}).Run(Digest1, "a");
  EXPECT_THAT(sink.lines, ElementsAre("1: state ledger"));
  Digest expected;
  expected.MixBytes("ledger");
  expected.MixBytes("a");
  EXPECT_THAT(sink.payloads, ElementsAre(expected.value()));
  const RunResult same = Simulation().Run(Digest1, "a");
  const RunResult other = Simulation().Run(Digest1, "b");
  EXPECT_EQ(one.digests, same.digests);
  EXPECT_EQ(one.digests.schedule, other.digests.schedule);
  EXPECT_NE(one.digests.data, other.digests.data);
}

}  // namespace
}  // namespace orrery
