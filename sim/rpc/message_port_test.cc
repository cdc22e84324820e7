// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/message_port.h"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/rpc/message_codec.h"
#include "orrery/sim/rpc/protobuf_codec.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {

// A type of the user's own: an even number, as text.
struct EvenNumber {
  int value = 0;
};

template <>
struct MessageCodec<EvenNumber> {
  static absl::string_view TypeName(const EvenNumber&) { return "EvenNumber"; }
  static std::string Encode(const EvenNumber& even) {
    return absl::StrCat(even.value);
  }
  static absl::StatusOr<EvenNumber> Decode(absl::string_view bytes) {
    EvenNumber even;
    if (!absl::SimpleAtoi(bytes, &even.value) || even.value % 2 != 0) {
      return absl::InvalidArgumentError("it is not an even number");
    }
    return even;
  }
};

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Lines = std::vector<std::string>;

static_assert(Encodable<EvenNumber>);
static_assert(Encodable<std::string>);
static_assert(Encodable<google::protobuf::Struct>);
static_assert(!Encodable<int>);

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

template <typename Body>
void RunTest(Body body, TraceSink* sink = nullptr) {
  const RunResult result = Simulation({.trace = sink}).Run(body);
  EXPECT_TRUE(result.ok()) << Message(result);
}

// Two ports of the test, and what it has received at the second one.
template <typename T>
struct Ports {
  explicit Ports(NetworkOptions options = {}, MessagePortOptions how = {})
      : network(world, std::move(options)),
        from(*MessagePort<T>::Bind(network, 1, how)),
        to(*MessagePort<T>::Bind(network, 2, how)) {}

  World world;
  Network network;
  std::unique_ptr<MessagePort<T>> from;
  std::unique_ptr<MessagePort<T>> to;
};

// Damages what is sent, which the links to oneself never do.
NetworkOptions Corrupting() {
  return {.link = {.corruption = Chance::Always()}};
}

Task<> ReceiveAll(MessagePort<std::string>* port, Lines* lines) {
  for (;;) {
    const absl::StatusOr<Received<std::string>> got = co_await port->Receive();
    if (!got.ok()) co_return;
    lines->push_back(got->message);
  }
}

// A machine that receives on port 7 what the test sends it.
struct Receiver {
  explicit Receiver(NetworkOptions options, MessagePortOptions how = {})
      : network(world, std::move(options)) {
    node = &world.AddNode("b", [this, how]() -> Task<> {
      port = *MessagePort<std::string>::Bind(network, 7, how);
      co_await ReceiveAll(port.get(), &lines);
    });
    sender = *MessagePort<std::string>::Bind(network, 1, how);
  }

  absl::Status Send(const std::string& text) {
    return sender->SendTo({Network::HostOf(*node), 7}, text);
  }

  World world;
  Network network;
  Lines lines;
  std::unique_ptr<MessagePort<std::string>> port;
  std::unique_ptr<MessagePort<std::string>> sender;
  Node* node = nullptr;
};

TEST(MessagePortTest, AMessageArrivesAsItsType) {
  RunTest([]() -> Task<> {
    Ports<EvenNumber> ports;
    EXPECT_TRUE(ports.from->SendTo(ports.to->address(), {42}).ok());
    const auto got = co_await ports.to->Receive();
    EXPECT_EQ(got->message.value, 42);
    EXPECT_EQ(got->from, ports.from->address());
    EXPECT_FALSE(got->refused);
    EXPECT_EQ(ports.to->counts().received, 1u);
  });
}

// Notes what kinds of messages were sent, and why some were dropped.
class MessageKinds final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (const auto* sent = std::get_if<event::MessageSent>(&event.what)) {
      lines.push_back(absl::StrCat("sent ", sent->type));
    } else if (const auto* lost =
                   std::get_if<event::MessageDropped>(&event.what)) {
      lines.push_back(absl::StrCat("dropped ", lost->why));
    }
  }
  Lines lines;
};

TEST(MessagePortTest, ATraceHasTheTypesAndWhatWasDroppedForWhat) {
  MessageKinds kinds;
  RunTest(
      []() -> Task<> {
        Ports<EvenNumber> ports;
        // An odd one is none.
        EXPECT_TRUE(ports.from->SendTo(ports.to->address(), {41}).ok());
        EXPECT_TRUE(ports.from->SendTo(ports.to->address(), {42}).ok());
        const auto got = co_await ports.to->Receive();
        EXPECT_EQ(got->message.value, 42);
        EXPECT_EQ(ports.to->counts().undecodable, 1u);
      },
      &kinds);
  EXPECT_THAT(kinds.lines, ElementsAre("sent EvenNumber", "sent EvenNumber",
                                       "dropped undecodable"));
}

TEST(MessagePortTest, WhatIsNoMessageOfOursIsDropped) {
  RunTest([]() -> Task<> {
    Ports<EvenNumber> ports;
    auto socket = *DatagramSocket::Bind(ports.network, 3);
    for (const char* bytes : {"", "42", "1234", "more than a checksum"}) {
      EXPECT_TRUE(socket->SendTo(ports.to->address(), bytes).ok());
    }
    EXPECT_TRUE(ports.from->SendTo(ports.to->address(), {2}).ok());
    EXPECT_EQ((co_await ports.to->Receive())->message.value, 2);
    EXPECT_EQ(ports.to->counts().corrupt, 4u);
  });
}

Task<> SendsCorrupted() {
  Receiver receiver(Corrupting());
  co_await Yield();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(receiver.Send("a message of some length").ok());
  }
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(receiver.lines, IsEmpty());
  EXPECT_EQ(receiver.port->counts().corrupt, 100u);
  EXPECT_EQ(receiver.port->counts().received, 0u);
}
TEST(MessagePortTest, TheChecksumFindsEachFlippedBit) {
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.scheduler = &scheduler}).Run(SendsCorrupted);
  EXPECT_TRUE(result.ok()) << Message(result);
}

TEST(MessagePortTest, WithoutAChecksumCorruptionComesThrough) {
  RunTest([]() -> Task<> {
    Receiver receiver(Corrupting(), {.checksum = false});
    co_await Yield();
    EXPECT_TRUE(receiver.Send("aaaa").ok());
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(receiver.lines, SizeIs(1));
    EXPECT_EQ(receiver.lines[0].size(), 4u);
    EXPECT_NE(receiver.lines[0], "aaaa");
  });
}

TEST(MessagePortTest, WithoutFaultsNothingIsDamaged) {
  RunTest([]() -> Task<> {
    Receiver receiver({});
    co_await Yield();
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(receiver.Send("x").ok());
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(receiver.lines, SizeIs(10));
    EXPECT_EQ(receiver.port->counts().corrupt, 0u);
    EXPECT_THAT(Faults::Current().counts(), IsEmpty());
  });
}

TEST(MessagePortTest, AClosedPortSaysSo) {
  RunTest([]() -> Task<> {
    Ports<std::string> ports;
    EXPECT_EQ(MessagePort<std::string>::Bind(ports.network, 1).status().code(),
              absl::StatusCode::kAlreadyExists);
    ports.to->Close();
    EXPECT_EQ((co_await ports.to->Receive()).status().code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ports.to->SendTo({}, "x").code(),
              absl::StatusCode::kFailedPrecondition);
    EXPECT_TRUE(MessagePort<std::string>::Bind(ports.network, 2).ok());
  });
}

TEST(MessagePortTest, WhatIsLargerThanTheMtuIsRefused) {
  RunTest([]() -> Task<> {
    Ports<std::string> ports({.link = {.mtu = 10}});
    EXPECT_TRUE(ports.from->SendTo(ports.to->address(), "123456").ok());
    EXPECT_EQ(ports.from->SendTo(ports.to->address(), "1234567").code(),
              absl::StatusCode::kInvalidArgument);
    co_return;
  });
}

TEST(MessagePortTest, WhereNobodyListensAMessageComesBackToWhoAsksForThat) {
  RunTest([]() -> Task<> {
    World world;
    Network network(world);
    Node& b =
        world.AddNode("b", []() -> Task<> { co_await Sleep(absl::Hours(1)); });
    co_await Yield();
    auto hears =
        *MessagePort<std::string>::Bind(network, 0, {.hear_refusals = true});
    auto deaf = *MessagePort<std::string>::Bind(network, 0);
    EXPECT_TRUE(deaf->SendTo({Network::HostOf(b), 9}, "gone").ok());
    EXPECT_TRUE(hears->SendTo({Network::HostOf(b), 9}, "back").ok());
    const auto got = co_await hears->Receive();
    EXPECT_TRUE(got->refused);
    EXPECT_EQ(got->message, "back");
    EXPECT_EQ(got->from, (Address{Network::HostOf(b), 9}));
    EXPECT_EQ(deaf->counts().received, 0u);
  });
}

// ---- protobuf ---------------------------------------------------------------

google::protobuf::Struct Table(bool forward) {
  google::protobuf::Struct table;
  for (int i = 0; i < 64; ++i) {
    const int key = forward ? i : 63 - i;
    (*table.mutable_fields())[absl::StrCat("key ", key)].set_number_value(key);
  }
  return table;
}

TEST(ProtobufCodecTest, AMapIsWrittenInOneOrder) {
  using Codec = MessageCodec<google::protobuf::Struct>;
  const std::string bytes = Codec::Encode(Table(true));
  EXPECT_EQ(bytes, Codec::Encode(Table(false)));
  const auto decoded = Codec::Decode(bytes);
  EXPECT_EQ(decoded->fields_size(), 64);
  EXPECT_EQ(Codec::Encode(*decoded), bytes);
  EXPECT_EQ(Codec::TypeName(*decoded), "google.protobuf.Struct");
  EXPECT_EQ(Codec::Encode(google::protobuf::Struct()), "");
  EXPECT_EQ(Codec::Decode("\xff").status().code(), absl::StatusCode::kDataLoss);
}

TEST(ProtobufCodecTest, MessagesOfItCross) {
  RunTest([]() -> Task<> {
    Ports<google::protobuf::Struct> ports;
    EXPECT_TRUE(ports.from->SendTo(ports.to->address(), Table(true)).ok());
    const auto got = co_await ports.to->Receive();
    EXPECT_EQ(got->message.fields().at("key 7").number_value(), 7);
  });
}

}  // namespace
}  // namespace orrery
