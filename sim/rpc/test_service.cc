// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/test_service.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/base/check.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"

namespace orrery {

std::string MessageCodec<TestNumber>::Encode(const TestNumber& number) {
  return absl::StrCat(number.value);
}

absl::StatusOr<TestNumber> MessageCodec<TestNumber>::Decode(
    absl::string_view bytes) {
  TestNumber number;
  if (absl::SimpleAtoi(bytes, &number.value)) return number;
  return absl::DataLossError("not a number");
}

namespace {

using TextOr = absl::StatusOr<std::string>;

Task<TextOr> Echo(TestService* service, std::string text) {
  ++service->runs;
  co_return text;
}

Task<TextOr> Slow(TestService* service, std::string text) {
  ++service->runs;
  absl::Duration duration;
  ORRERY_CHECK(absl::ParseDuration(text, &duration), "Slow takes a duration");
  try {
    co_await Sleep(duration);
  } catch (const Cancelled&) {
    service->lines.push_back(
        absl::StrCat("cancelled at ", absl::FormatDuration(Elapsed())));
    throw;
  }
  service->lines.push_back("done");
  co_return text;
}

Task<TextOr> Fail(std::string text) {
  co_return absl::AbortedError(absl::StrCat("no: ", text));
}

Task<TextOr> TimeLeft(const RpcContext& context) {
  co_await Sleep(absl::Milliseconds(100));
  co_return absl::StrCat(absl::FormatDuration(context.Remaining()), " for ",
                         context.caller().ToString());
}

Task<absl::StatusOr<TestNumber>> Twice(TestNumber number) {
  co_return TestNumber{2 * number.value};
}

Task<TextOr> Throw(std::string text) {
  co_await Yield();
  throw std::runtime_error(text);
}

std::optional<RestartPolicy> Policy(bool restarts) {
  if (!restarts) return std::nullopt;
  return RestartPolicy();
}

}  // namespace

TestService::TestService(TestServiceOptions o)
    : options(std::move(o)),
      network(world, options.network),
      names(world),
      node(world.AddNode("server", [this] { return Main(this); },
                         {.restart_on_failure = Policy(options.restarts)})),
      client(*RpcClient::Open(network, {.names = &names})) {}

Task<> TestService::Main(TestService* self) {
  auto server = *RpcServer::Bind(self->network, 80, self->options.server);
  self->server = server.get();
  server->Handle<std::string, std::string>(
      "Echo", [self](std::string text) { return Echo(self, text); });
  server->Handle<std::string, std::string>(
      "Slow", [self](std::string text) { return Slow(self, text); });
  server->Handle<std::string, std::string>("Fail", Fail);
  server->Handle<std::string, std::string>(
      "TimeLeft", [](const std::string&, const RpcContext& context) {
        return TimeLeft(context);
      });
  server->Handle<TestNumber, TestNumber>("Twice", Twice);
  server->Handle<std::string, std::string>("Throw", Throw);
  co_await server->Serve();
}

std::string TestService::Text(const TextOr& answer) {
  return answer.ok() ? *answer : answer.status().ToString();
}

Task<std::string> TestService::Call(std::string method, std::string request,
                                    CallOptions call) {
  const TextOr answer =
      co_await client->Call<std::string>(address(), method, request, call);
  co_return Text(answer);
}

JoinHandle<std::string> TestService::Begin(std::string method,
                                           std::string request,
                                           CallOptions call) {
  return Spawn("caller", &TestService::Call, this, method, request, call);
}

}  // namespace orrery
