// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/rpc/test_service.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
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

using TextOr = absl::StatusOr<std::string>;

TEST(RpcTest, ACallIsAnsweredByItsHandler) {
  EXPECT_EQ(RunTest([]() -> Task<> {
              TestService service;
              co_await Yield();
              EXPECT_EQ(co_await service.Call("Echo", "hello"), "hello");
              EXPECT_EQ(Elapsed(), absl::Milliseconds(1));  // there and back
              EXPECT_EQ(co_await service.Call("Echo", ""), "");
              EXPECT_EQ(service.runs, 2);
              EXPECT_EQ(service.server->counts().answers, 2u);
              EXPECT_EQ(service.client->counts().answers, 2u);
              EXPECT_THAT(Faults::Current().counts(), IsEmpty());
            }),
            0u);  // and nothing is drawn
}

TEST(RpcTest, MethodsHaveTypes) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const Address to = service.address();
    RpcClient& client = *service.client;
    const TestNumber number{21};
    EXPECT_EQ((co_await client.Call<TestNumber>(to, "Twice", number))->value,
              42);
    const std::string text = "x";
    EXPECT_EQ(
        TestService::Text(co_await client.Call<std::string>(to, "Twice", text)),
        "INVALID_ARGUMENT: the request cannot be decoded: not a number");
    EXPECT_EQ(
        (co_await client.Call<TestNumber>(to, "Echo", text)).status(),
        absl::InternalError("the answer cannot be decoded: not a number"));
  });
}

TEST(RpcTest, TheHandlersStatusComesWithItsMessage) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    EXPECT_EQ(co_await service.Call("Fail", "never"), "ABORTED: no: never");
    EXPECT_EQ(co_await service.Call("Nothing", ""),
              "UNIMPLEMENTED: 10.0.0.1:80 has no method Nothing");
    EXPECT_EQ(service.server->counts().unimplemented, 1u);
  });
}

TEST(RpcTest, HandlersRunBesideEachOther) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto slow = service.Begin("Slow", "2s");
    const auto quick = service.Begin("Slow", "1s");
    EXPECT_EQ(co_await quick, "1s");
    EXPECT_EQ(Elapsed(), absl::Milliseconds(1001));
    EXPECT_EQ(co_await slow, "2s");
    EXPECT_EQ(Elapsed(), absl::Milliseconds(2001));
  });
}

TEST(RpcTest, MoreCallsThanTheLimitAreTurnedAway) {
  RunTest([]() -> Task<> {
    TestService service({.server = {.max_concurrent = 2}});
    co_await Yield();
    const auto one = service.Begin("Slow", "1s");
    const auto two = service.Begin("Slow", "1s");
    co_await Sleep(absl::Milliseconds(10));
    EXPECT_EQ(co_await service.Call("Echo", ""),
              "RESOURCE_EXHAUSTED: 10.0.0.1:80 works on 2 calls, and takes no "
              "more");
    co_await one;
    co_await two;
    EXPECT_EQ(co_await service.Call("Echo", "now"), "now");
    EXPECT_EQ(service.server->counts().turned_away, 1u);
  });
}

// ---- Deadlines and cancels --------------------------------------------------

TEST(RpcTest, WithoutAnAnswerByTheDeadlineTheCallIsOver) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    EXPECT_EQ(
        co_await service.Call("Slow", "1h", {.deadline = absl::Seconds(3)}),
        "DEADLINE_EXCEEDED: no answer to Slow by the deadline");
    EXPECT_EQ(Elapsed(), absl::Seconds(3));
    // And so it is for the handler.
    co_await Sleep(absl::Milliseconds(1));
    EXPECT_THAT(service.lines, ElementsAre("cancelled at 3.0005s"));
    EXPECT_EQ(
        service.server->counts().expired + service.server->counts().cancelled,
        1u);
    EXPECT_EQ(
        co_await service.Call("Echo", "x", {.deadline = absl::ZeroDuration()}),
        "DEADLINE_EXCEEDED: no answer to Echo by the deadline");
    EXPECT_EQ(service.client->counts().calls, 1u);
    EXPECT_EQ(service.client->counts().abandoned, 1u);
    EXPECT_EQ(co_await service.Call("Slow", "30h",
                                    {.deadline = absl::InfiniteDuration()}),
              "30h");
  });
}

TEST(RpcTest, TheDeadlineHoldsAtTheServerWithoutAWordFromTheCaller) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto call =
        service.Begin("Slow", "1h", {.deadline = absl::Seconds(3)});
    co_await Sleep(absl::Seconds(1));
    service.network.Partition({nullptr}, {&service.node});
    co_await call;
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(service.lines, ElementsAre("cancelled at 3.0005s"));
    EXPECT_EQ(service.server->counts().expired, 1u);
  });
}

TEST(RpcTest, AHandlerKnowsWhatTimeItHas) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const std::string caller = service.client->address().ToString();
    EXPECT_EQ(
        co_await service.Call("TimeLeft", "", {.deadline = absl::Seconds(1)}),
        absl::StrCat("900ms for ", caller));
    EXPECT_EQ(co_await service.Call("TimeLeft", "",
                                    {.deadline = absl::InfiniteDuration()}),
              absl::StrCat("inf for ", caller));
  });
}

TEST(RpcTest, DeadlinesRunOnTheCallersClock) {
  RunTest([]() -> Task<> {
    TestService service;
    Lines lines;
    auto main = [&]() -> Task<> {
      auto client = *RpcClient::Open(service.network);
      const std::string request = "1h";
      const TextOr answer = co_await client->Call<std::string>(
          service.address(), "Slow", request, {.deadline = absl::Seconds(11)});
      lines.push_back(TestService::Text(answer).substr(0, 8));
    };
    Node& fast = service.world.AddNode("fast", main);
    fast.SetClockDrift(100'000);
    Node& frozen = service.world.AddNode("frozen", main);
    frozen.FreezeClock();
    co_await Sleep(absl::Milliseconds(9'999));
    EXPECT_THAT(lines, IsEmpty());
    co_await Sleep(absl::Milliseconds(2));
    EXPECT_THAT(lines, ElementsAre("DEADLINE"));
    // The server's clock runs: it answers that time is up.
    co_await Sleep(absl::Seconds(2));
    EXPECT_THAT(lines, ElementsAre("DEADLINE", "DEADLINE"));
    EXPECT_EQ(frozen.SteadyTime(), absl::ZeroDuration());
  });
}

TEST(RpcTest, CancellingTheCallerCancelsTheHandler) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const auto call = service.Begin("Slow", "1h");
    co_await Sleep(absl::Seconds(1));
    EXPECT_TRUE(call.Cancel());
    co_await Sleep(absl::Seconds(1));
    EXPECT_TRUE(call.Cancelled());
    EXPECT_THAT(service.lines, ElementsAre("cancelled at 1.0005s"));
    EXPECT_EQ(service.server->counts().cancelled, 1u);
    EXPECT_EQ(service.server->counts().answers, 0u);
  });
}

TEST(RpcTest, ACancelMayOvertakeItsRequest) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    LinkOptions& link = service.network.link(nullptr, &service.node);
    link.latency = absl::Seconds(2);
    const auto call = service.Begin("Echo", "x");
    co_await Yield();
    link.latency = absl::Milliseconds(1);
    call.Cancel();
    co_await Sleep(absl::Seconds(5));
    EXPECT_EQ(service.runs, 0);
    EXPECT_EQ(service.server->counts().duplicates, 1u);
  });
}

TEST(RpcTest, WhatIsTooLargeIsSaidToBe) {
  RunTest([]() -> Task<> {
    TestService service({.network = {.link = {.mtu = 1'000}}});
    service.network.link(&service.node, nullptr).mtu = 150;
    co_await Yield();
    EXPECT_THAT(co_await service.Call("Echo", std::string(1'000, 'x')),
                StartsWith("INVALID_ARGUMENT: "));
    EXPECT_THAT(co_await service.Call("Echo", std::string(500, 'x')),
                "RESOURCE_EXHAUSTED: an answer of 500 bytes is larger than a "
                "datagram can be");
  });
}

// ---- Names and machines that are not there ----------------------------------

Task<std::string> CallName(TestService& service, std::string name,
                           CallOptions options = {}) {
  const std::string request = "hi";
  const TextOr answer = co_await service.client->Call<std::string>(
      name, "Echo", request, options);
  co_return TestService::Text(answer);
}

TEST(RpcTest, NamesAreResolved) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    EXPECT_EQ(co_await CallName(service, "server:80"), "hi");
    service.names.Register("primary", {Network::HostOf(service.node)});
    EXPECT_EQ(co_await CallName(service, "primary:80"), "hi");
    EXPECT_EQ(co_await CallName(service, "10.0.0.1:80"), "hi");
    EXPECT_EQ(co_await CallName(service, "nobody:80"),
              "UNAVAILABLE: nobody:80 does not resolve: nobody knows the name "
              "nobody");
    EXPECT_THAT(co_await CallName(service, "server"),
                StartsWith("INVALID_ARGUMENT: "));
    service.names.options().failure = Chance::Always();
    EXPECT_THAT(co_await CallName(service, "server:80"),
                StartsWith("UNAVAILABLE: "));
    service.names.options().failure = Chance::Never();
    service.names.options().hang = Chance::Always();
    const absl::Duration before = Elapsed();
    EXPECT_THAT(
        co_await CallName(service, "server:80", {.deadline = absl::Seconds(1)}),
        StartsWith("DEADLINE_EXCEEDED: no answer to Echo"));
    EXPECT_EQ(Elapsed() - before, absl::Seconds(1));
    EXPECT_THAT(co_await CallName(service, "server:80"),
                StartsWith("UNAVAILABLE: "));  // the resolver's own timeout
  });
}

TEST(RpcTest, TheTimeForANameIsPartOfTheDeadline) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    service.names.options().delay = absl::Milliseconds(600);
    const std::string request;
    const TextOr answer = co_await service.client->Call<std::string>(
        "server:80", "TimeLeft", request, {.deadline = absl::Seconds(1)});
    EXPECT_THAT(TestService::Text(answer), StartsWith("300ms for "));
  });
}

TEST(RpcTest, AClientWithoutANameServiceTakesAddressesOnly) {
  RunTest([]() -> Task<> {
    World world;
    Network network(world);
    auto client = *RpcClient::Open(network);
    const std::string request;
    EXPECT_EQ((co_await client->Call<std::string>("a:80", "Echo", request))
                  .status()
                  .code(),
              absl::StatusCode::kInvalidArgument);
  });
}

TEST(RpcTest, AMachineThatIsThereRefusesAndOneThatIsNotIsSilent) {
  RunTest([]() -> Task<> {
    TestService service;
    co_await Yield();
    const std::string request;
    const Address nobody = {service.address().host, 81};
    EXPECT_EQ(TestService::Text(co_await service.client->Call<std::string>(
                  nobody, "Echo", request)),
              "UNAVAILABLE: nobody listens at 10.0.0.1:81");
    EXPECT_EQ(Elapsed(), absl::Milliseconds(1));
    service.node.Kill();
    EXPECT_THAT(co_await service.Call("Echo", ""), StartsWith("UNAVAILABLE"));
    service.node.Boot();
    co_await Sleep(absl::Milliseconds(1));
    EXPECT_EQ(co_await service.Call("Echo", "x"), "x");
    service.node.Crash();
    EXPECT_THAT(co_await service.Call("Echo", ""),
                StartsWith("DEADLINE_EXCEEDED"));
    EXPECT_EQ(service.client->counts().refused, 2u);
  });
}

}  // namespace
}  // namespace orrery
