// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/rpc_faults.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/rpc/message_port.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_frame.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/rpc/test_service.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Lines = std::vector<std::string>;

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

template <typename Body>
uint64_t RunTest(Body body) {
  const RunResult result = Simulation().Run(body);
  EXPECT_TRUE(result.ok()) << Message(result);
  return result.choices;
}

// ---- What arrives late, twice or not at all ---------------------------------

TEST(RpcFaultsTest, ALateAnswerIsDropped) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    service.network.link(&service.node, nullptr).latency = absl::Seconds(2);
    EXPECT_THAT(
        co_await service.Call("Echo", "x", {.deadline = absl::Seconds(1)}),
        StartsWith("DEADLINE_EXCEEDED"));
    co_await Sleep(absl::Seconds(5));
    EXPECT_EQ(service.runs, 1);
    EXPECT_EQ(service.client->counts().late_answers, 1u);
    EXPECT_EQ(service.client->counts().answers, 0u);
  });
}

TestServiceOptions Duplicating(RpcServerOptions server = {}) {
  return {.network = {.link = {.duplication = Chance::Always()}},
          .server = server};
}

TEST(RpcFaultsTest, ADuplicateRequestIsDropped) {
  RunTest([]() -> Task<> {
    TestService service(Duplicating());
    co_await Yield();
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(co_await service.Call("Echo", absl::StrCat(i)),
                absl::StrCat(i));
    }
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(service.runs, 10);
    EXPECT_EQ(service.server->counts().duplicates, 10u);
    EXPECT_EQ(service.client->counts().answers, 10u);
    EXPECT_EQ(service.client->counts().late_answers, 10u);  // the copies
  });
}

TEST(RpcFaultsTest, WithoutThatADuplicateDatagramRunsTheHandlerTwice) {
  RunTest([]() -> Task<> {
    TestService service(Duplicating({.drop_duplicates = false}));
    co_await Yield();
    EXPECT_EQ(co_await service.Call("Echo", "x"), "x");
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(service.runs, 2);
    EXPECT_EQ(service.client->counts().answers, 1u);
    EXPECT_EQ(service.client->counts().late_answers, 3u);
  });
}

RpcFrame Frame(RpcFrame::Kind kind, RpcSession session, uint64_t call,
               std::string method, std::string body) {
  RpcFrame frame;
  frame.kind = kind;
  frame.session = session;
  frame.call = call;
  frame.method = std::move(method);
  frame.body = std::move(body);
  return frame;
}

TEST(RpcFaultsTest, TheWindowForgetsTheEarliestCalls) {
  RunTest([]() -> Task<> {
    TestService service({.server = {.window = 3}});
    co_await Yield();
    auto port = *MessagePort<RpcFrame>::Bind(service.network, 0);
    for (const uint64_t call : {9, 7, 5, 3, 8, 9, 7, 3, 2, 10, 10}) {
      const RpcFrame frame =
          Frame(RpcFrame::Kind::kRequest, {0, 77}, call, "Slow", "0");
      EXPECT_TRUE(port->SendTo(service.address(), frame).ok());
      co_await Sleep(absl::Milliseconds(1));
    }
    // 9, 7, 5; 3 is below the window as soon as it has come; 8; 10.
    EXPECT_EQ(service.runs, 6);
    EXPECT_EQ(service.server->counts().duplicates, 5u);
  });
}

TEST(RpcFaultsTest, AnswersOfOthersAreNone) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    using Kind = RpcFrame::Kind;
    auto port = *MessagePort<RpcFrame>::Bind(service.network, 0);
    const auto call = service.Begin("Slow", "1s");
    co_await Sleep(absl::Milliseconds(10));
    const Address to = service.client->address();
    // Another incarnation's, another client's, another call's, and the right
    // one from somebody who was not asked; and what is no answer.
    const RpcSession ours = {0, 1};
    for (const RpcFrame& frame : {Frame(Kind::kAnswer, {1, 1}, 1, "", "bad"),
                                  Frame(Kind::kAnswer, {0, 2}, 1, "", "bad"),
                                  Frame(Kind::kAnswer, ours, 2, "", "bad"),
                                  Frame(Kind::kAnswer, ours, 1, "", "bad"),
                                  Frame(Kind::kRequest, ours, 1, "Slow", "bad"),
                                  Frame(Kind::kCancel, ours, 1, "", "")}) {
      EXPECT_TRUE(port->SendTo(to, frame).ok());
    }
    auto socket = *DatagramSocket::Bind(service.network, 0);
    EXPECT_TRUE(socket->SendTo(to, "junk").ok());
    EXPECT_TRUE(socket->SendTo(service.address(), "junk").ok());
    const RpcFrame answer = Frame(Kind::kAnswer, ours, 1, "", "bad");
    EXPECT_TRUE(port->SendTo(service.address(), answer).ok());
    EXPECT_EQ(co_await call, "1s");
    EXPECT_EQ(service.client->counts().late_answers, 6u);
    EXPECT_EQ(service.client->counts().damaged, 1u);
    EXPECT_EQ(service.server->counts().damaged, 2u);
  });
}

TEST(RpcFaultsTest, AnswersToOtherIncarnationsClientsAndCallsAreNone) {
  RunTest([]() -> Task<> {
    World world;
    Network network(world);
    // It stands in for a server, and for one of an earlier life.
    auto port = *MessagePort<RpcFrame>::Bind(network, 80);
    auto client = *RpcClient::Open(network);
    const auto call =
        Spawn("caller", [&]() -> Task<absl::StatusOr<std::string>> {
          const std::string request = "x";
          co_return co_await client->Call<std::string>(port->address(), "Echo",
                                                       request);
        });
    const auto asked = co_await port->Receive();
    EXPECT_EQ(asked->message.method, "Echo");
    EXPECT_EQ(asked->message.body, "x");
    RpcFrame answer = asked->message;
    answer.kind = RpcFrame::Kind::kAnswer;
    answer.body = "bad";
    for (int i = 0; i < 3; ++i) {
      RpcFrame bad = answer;
      if (i == 0) ++bad.session.incarnation;
      if (i == 1) ++bad.session.client;
      if (i == 2) ++bad.call;
      EXPECT_TRUE(port->SendTo(asked->from, bad).ok());
    }
    answer.body = "good";
    EXPECT_TRUE(port->SendTo(asked->from, answer).ok());
    const absl::StatusOr<std::string> got = co_await call;
    EXPECT_EQ(*got, "good");
    EXPECT_EQ(client->counts().late_answers, 3u);
  });
}

TEST(RpcFaultsTest, CorruptMessagesAreDroppedAndCounted) {
  RunTest([]() -> Task<> {
    TestService service(
        {.network = {.link = {.corruption = Chance::Always()}}});
    co_await Yield();
    EXPECT_THAT(
        co_await service.Call("Echo", "x", {.deadline = absl::Seconds(1)}),
        StartsWith("DEADLINE_EXCEEDED"));
    EXPECT_EQ(service.runs, 0);
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(service.server->counts().damaged, 2u);  // and the cancel
  });
}

// ---- Faults -----------------------------------------------------------------

Task<> TenCalls(TestService& service, int* answered) {
  for (int i = 0; i < 10; ++i) {
    const std::string answer = co_await service.Call(
        "Echo", absl::StrCat(i), {.deadline = absl::Seconds(1)});
    *answered += answer == absl::StrCat(i);
  }
}

TEST(RpcFaultsTest, ADroppedRequestHasNoEffectAndADroppedResponseHasHad) {
  for (const bool request : {true, false}) {
    RunTest([request]() -> Task<> {
      TestService service;
      co_await Yield();
      (request ? RpcFaults::OfRun().drop_request
               : RpcFaults::OfRun().drop_response) = Chance::Always();
      int answered = 0;
      co_await TenCalls(service, &answered);
      EXPECT_EQ(answered, 0);
      EXPECT_EQ(service.runs, request ? 0 : 10);
      const std::string name =
          request ? "rpc.drop_request" : "rpc.drop_response";
      EXPECT_THAT(Faults::Current().counts(),
                  ElementsAre(FaultCounts{name, 10, 10, 10}));
      Faults::Current().Mask("rpc");
      co_await TenCalls(service, &answered);
      EXPECT_EQ(answered, 10);
    });
  }
}

TEST(RpcFaultsTest, ADelayIsOneOfTheRequestAndOneOfTheAnswer) {
  RunTest([]() -> Task<> {
    TestService service(
        {.server = {.faults = RpcFaults{.delay = Chance::Always(),
                                        .delayed_by = absl::Seconds(2)}}});
    // Those of the run are for servers that have none of their own.
    RpcFaults::OfRun().drop_request = Chance::Always();
    co_await Yield();
    EXPECT_EQ(co_await service.Call("Echo", "x"), "x");
    EXPECT_EQ(Elapsed(), absl::Milliseconds(4'001));
    const auto late =
        service.Begin("Echo", "x", {.deadline = absl::Seconds(1)});
    const auto later =
        service.Begin("Echo", "x", {.deadline = absl::Seconds(3)});
    EXPECT_THAT(co_await late, StartsWith("DEADLINE_EXCEEDED"));
    EXPECT_THAT(co_await later, StartsWith("DEADLINE_EXCEEDED"));
    EXPECT_EQ(service.runs, 2);  // the first and, in time, the last
    EXPECT_THAT(Faults::Current().counts(),
                ElementsAre(FaultCounts{"rpc.delay", 5, 5, 5}));
  });
}

TEST(RpcFaultsTest, FaultsThatAreOffAreNotDrawn) {
  RandomScheduler scheduler;
  uint64_t choices[2];
  for (int faults = 0; faults < 2; ++faults) {
    auto body = [faults]() -> Task<> {
      TestService service;
      if (faults == 1) {
        RpcFaults::OfRun() = {.drop_request = Chance::Percent(50),
                              .drop_response = Chance::Percent(50),
                              .delay = Chance::Percent(50)};
        Faults::Current().Mask("rpc");
      }
      co_await Yield();
      int answered = 0;
      co_await TenCalls(service, &answered);
      EXPECT_EQ(answered, 10);
      EXPECT_THAT(Faults::Current().counts(), IsEmpty());
    };
    const RunResult result = Simulation({.scheduler = &scheduler}).Run(body);
    EXPECT_TRUE(result.ok()) << Message(result);
    choices[faults] = result.choices;
  }
  EXPECT_EQ(choices[0], choices[1]);
}

// ---- Ends -------------------------------------------------------------------

TEST(RpcFaultsTest, AServerThatStopsSaysSo) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto call = service.Begin("Slow", "1h");
    co_await Sleep(absl::Seconds(1));
    EXPECT_TRUE(co_await service.node.Stop());
    EXPECT_EQ(co_await call, "UNAVAILABLE: the server stops");
    EXPECT_THAT(service.lines, ElementsAre("cancelled at 1s"));
  });
}

TEST(RpcFaultsTest, ACloseEndsServeAndItsHandlers) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto call = service.Begin("Slow", "1h");
    co_await Sleep(absl::Seconds(1));
    service.node.RunOn([&] { service.server->Close(); });
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(service.lines, ElementsAre("cancelled at 1s"));
    EXPECT_EQ(service.node.CountTasks(), 0u);
    EXPECT_THAT(co_await service.Call("Echo", ""), StartsWith("UNAVAILABLE"));
    EXPECT_THAT(co_await call, StartsWith("DEADLINE_EXCEEDED"));
  });
}

TEST(RpcFaultsTest, AClientThatClosesEndsItsCalls) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto call = service.Begin("Slow", "1h");
    co_await Sleep(absl::Seconds(1));
    service.client->Close();
    EXPECT_EQ(co_await call, "FAILED_PRECONDITION: the client is closed");
    EXPECT_EQ(co_await service.Call("Echo", ""),
              "FAILED_PRECONDITION: the client is closed");
    EXPECT_EQ(Elapsed(), absl::Seconds(1));
  });
}

TEST(RpcFaultsTest, WhatAHandlerThrowsIsTheServersOwnFailure) {
  const RunResult result = Simulation().Run([]() -> Task<> {
    TestService service;
    co_await Yield();
    (void)co_await service.Call("Throw", "a broken invariant");
  });
  EXPECT_THAT(Message(result), HasSubstr("a broken invariant"));
  RunTest([]() -> Task<> {
    TestService service({.restarts = true});
    co_await Yield();
    const auto other = service.Begin("Slow", "1h");
    EXPECT_THAT(co_await service.Call("Throw", "a broken invariant"),
                StartsWith("DEADLINE_EXCEEDED"));
    EXPECT_EQ(co_await other, "UNAVAILABLE: the server stops");
    EXPECT_EQ(service.node.incarnation(), 2u);
    EXPECT_EQ(co_await service.Call("Echo", "again"), "again");
  });
}

// Opens a client, calls what takes long, and dies.
TEST(RpcFaultsTest, ALaterIncarnationOfTheCallerEndsTheCallsOfTheEarlierOne) {
  RunTest([]() -> Task<> {
    TestService service;
    Node& caller = service.world.AddNode("caller", [&]() -> Task<> {
      auto client = *RpcClient::Open(service.network);
      const std::string request = "1h";
      (void)co_await client->Call<std::string>(
          service.address(), "Slow", request,
          {.deadline = absl::InfiniteDuration()});
    });
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(service.runs, 1);
    caller.Crash();
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(service.lines, IsEmpty());  // nobody has told the server
    caller.Boot();
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(service.lines, ElementsAre("cancelled at 2.0005s"));
    EXPECT_EQ(service.runs, 2);
  });
}

TEST(RpcFaultsTest, ARequestOfAnEarlierIncarnationIsDropped) {
  RunTest([]() -> Task<> {
    TestService service;
    LinkOptions* link = nullptr;
    Node& caller = service.world.AddNode("caller", [&]() -> Task<> {
      auto client = *RpcClient::Open(service.network);
      const std::string request = "x";
      (void)co_await client->Call<std::string>(service.address(), "Echo",
                                               request);
    });
    link = &service.network.link(&caller, &service.node);
    link->latency = absl::Seconds(2);
    co_await Sleep(absl::Seconds(1));
    link->latency = absl::Milliseconds(1);
    caller.Restart();
    co_await Sleep(absl::Milliseconds(100));
    EXPECT_EQ(service.runs, 1);
    co_await Sleep(absl::Seconds(5));
    EXPECT_EQ(service.runs, 1);
  });
}

TEST(RpcFaultsTest, ACallThatOutlivesTheClientIsSound) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto call = service.Begin("Slow", "1h");
    co_await Sleep(absl::Seconds(1));
    service.client = nullptr;
    EXPECT_EQ(co_await call, "FAILED_PRECONDITION: the client is closed");
  });
}

}  // namespace
}  // namespace orrery
