// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_pair.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Socket = std::unique_ptr<StreamSocket>;
using Sockets = absl::StatusOr<Socket>;
using Bytes = absl::StatusOr<std::string>;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr auto kDeadlineExceeded = absl::StatusCode::kDeadlineExceeded;
constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

// ---- Connecting -------------------------------------------------------------

TEST(StreamTest, ConnectsToWhoListens) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen();
    const absl::Status connected = co_await pair.Connect();
    EXPECT_TRUE(connected.ok());
    EXPECT_EQ(Elapsed(), absl::Milliseconds(1));
    Sockets accepted = co_await pair.listener->Accept();
    EXPECT_EQ(Elapsed(), absl::Microseconds(1500));
    EXPECT_EQ(pair.client->local_address().ToString(), "10.0.0.1:49152");
    EXPECT_EQ(pair.client->peer_address().ToString(), "10.0.0.2:80");
    EXPECT_EQ((*accepted)->local_address().ToString(), "10.0.0.2:80");
    EXPECT_EQ((*accepted)->peer_address().ToString(), "10.0.0.1:49152");
  });
}

TEST(StreamTest, ConnectingIsRefusedWhereNobodyListens) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    const absl::Status refused = co_await pair.Connect();
    EXPECT_EQ(refused.code(), kUnavailable);
    EXPECT_THAT(refused.message(), HasSubstr("10.0.0.2:80 refused"));
    EXPECT_EQ(Elapsed(), absl::Milliseconds(1));
    // A machine whose program was killed still has an operating system.
    pair.b.Kill();
    const absl::Status killed = co_await pair.Connect();
    EXPECT_EQ(killed.code(), kUnavailable);
    EXPECT_EQ(Elapsed(), absl::Milliseconds(2));
  });
}

TEST(StreamTest, ConnectingTimesOutWhereNothingAnswers) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen();
    pair.network.Cut(&pair.a, &pair.b);
    const absl::Status cut = co_await pair.Connect({absl::Seconds(5)});
    EXPECT_EQ(cut.code(), kDeadlineExceeded);
    EXPECT_EQ(Elapsed(), absl::Seconds(5));
    pair.network.Heal();
    pair.network.Cut(&pair.b, &pair.a);
    const absl::Status back = co_await pair.Connect({absl::Seconds(5)});
    EXPECT_EQ(back.code(), kDeadlineExceeded);
    pair.network.Heal();
    pair.network.BlackHole(&pair.b);
    const absl::Status hole = co_await pair.Connect({absl::Seconds(5)});
    EXPECT_EQ(hole.code(), kDeadlineExceeded);
    pair.network.Heal();
    pair.b.Crash();
    const absl::Status off = co_await pair.Connect({absl::Seconds(5)});
    EXPECT_EQ(off.code(), kDeadlineExceeded);
    EXPECT_EQ(Elapsed(), absl::Seconds(20));
  });
}

TEST(StreamTest, ConnectingGivesUpAfterTwoMinutesAsLinuxDoes) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.b.Crash();
    const absl::Status off = co_await pair.Connect();
    EXPECT_EQ(off.code(), kDeadlineExceeded);
    EXPECT_EQ(Millis(Elapsed()), 127'000);
    const absl::StatusOr<Address> nowhere = Address::Parse("10.9.9.9:1");
    const Sockets none = co_await Connect(pair.network, *nowhere);
    EXPECT_EQ(none.status().code(), kDeadlineExceeded);
    EXPECT_EQ(Elapsed(), absl::Seconds(254));
  });
}

TEST(StreamTest, ConnectingHangsWhileTheLinkIsHeld) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen();
    pair.network.Hold(&pair.a, &pair.b);
    Sockets socket = Socket();
    JoinHandle<> connecting = pair.StartConnect(&socket);
    co_await Sleep(absl::Hours(10));
    EXPECT_FALSE(connecting.Done());
    EXPECT_THAT(KindsInFlight(pair.network), ElementsAre("syn"));
    pair.network.Release(&pair.a, &pair.b);
    co_await std::move(connecting);
    EXPECT_TRUE(socket.ok());
  });
}

TEST(StreamTest, ConnectingGoesOnWhenTheLinkIsMended) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen();
    pair.network.Cut(&pair.a, &pair.b);
    Sockets socket = Socket();
    JoinHandle<> connecting = pair.StartConnect(&socket);
    co_await Sleep(absl::Seconds(2));
    pair.network.Heal();
    co_await std::move(connecting);
    EXPECT_TRUE(socket.ok());
    // It asks after 1 and 3 seconds.
    EXPECT_EQ(Elapsed(), absl::Milliseconds(3001));
  });
}

TEST(StreamTest, TheTimeoutOfAConnectRunsOnTheClockOfItsMachine) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.b.Crash();
    pair.a.SetClockDrift(100'000);
    const absl::Status off = co_await pair.Connect({absl::Seconds(11)});
    EXPECT_EQ(off.code(), kDeadlineExceeded);
    EXPECT_EQ(Elapsed(), absl::Seconds(10));
  });
}

Task<> ConnectAndForget(StreamPair* pair) {
  const Sockets socket = co_await Connect(pair->network, pair->server());
  EXPECT_FALSE(socket.ok());
}

TEST(StreamTest, AConnectThatIsCancelledLeavesNothingBehind) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen({.backlog = 1});
    pair.network.Hold(&pair.b, nullptr);
    for (int i = 0; i < 3; ++i) {
      bool timed_out = false;
      try {
        co_await WithTimeout(absl::Seconds(1), ConnectAndForget(&pair));
      } catch (const TimeoutError&) {
        timed_out = true;
      }
      EXPECT_TRUE(timed_out);
    }
    // What comes back is answered by a reset, which makes room.
    pair.network.Heal();
    co_await Sleep(absl::Seconds(1));
    const absl::Status connected = co_await pair.Connect();
    EXPECT_TRUE(connected.ok());
  });
}

// ---- Listening --------------------------------------------------------------

TEST(StreamTest, PortsAreTakenAndGivenBack) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    auto first = StreamListener::Listen(pair.network, 80);
    EXPECT_TRUE(first.ok());
    EXPECT_EQ(StreamListener::Listen(pair.network, 80).status().code(),
              absl::StatusCode::kAlreadyExists);
    // Another machine's are its own.
    pair.Listen();
    const auto any = StreamListener::Listen(pair.network, 0);
    EXPECT_EQ((*any)->address().ToString(), "10.255.255.254:49152");
    (*first)->Close();
    EXPECT_TRUE(StreamListener::Listen(pair.network, 80).ok());
    const Sockets none = co_await (*first)->Accept();
    EXPECT_EQ(none.status().code(), kFailedPrecondition);
  });
}

TEST(StreamTest, WhoIsBeyondTheBacklogIsNotAnsweredAndAsksAgain) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen({.backlog = 2});
    Sockets sockets[3];
    std::vector<JoinHandle<>> connecting;
    for (Sockets& socket : sockets) {
      connecting.push_back(pair.StartConnect(&socket, {absl::Seconds(30)}));
    }
    co_await Sleep(absl::Seconds(2));
    EXPECT_TRUE(connecting[0].Done());
    EXPECT_TRUE(connecting[1].Done());
    EXPECT_FALSE(connecting[2].Done());
    const Sockets accepted = co_await pair.listener->Accept();
    EXPECT_EQ((*accepted)->peer_address(), (*sockets[0])->local_address());
    co_await std::move(connecting[2]);
    EXPECT_TRUE(sockets[2].ok());
    EXPECT_EQ(Millis(Elapsed()), 3001);
    const absl::Status fourth = co_await pair.Connect({absl::Seconds(30)});
    EXPECT_EQ(fourth.code(), kDeadlineExceeded);
  });
}

TEST(StreamTest, WhoWasNotAcceptedIsResetWhenTheListenerCloses) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen();
    const absl::Status connected = co_await pair.Connect();
    EXPECT_TRUE(connected.ok());
    co_await Sleep(absl::Seconds(1));
    pair.listener->Close();
    const Bytes bytes = co_await pair.client->Read(1);
    EXPECT_EQ(bytes.status().code(), kAborted);
    const absl::Status refused = co_await pair.Connect();
    EXPECT_EQ(refused.code(), kUnavailable);
  });
}

Task<> AcceptInto(StreamListener* listener, absl::Status* status) {
  const Sockets socket = co_await listener->Accept();
  *status = socket.status();
}

TEST(StreamTest, WhoAcceptsIsToldThatTheListenerIsClosed) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    pair.Listen();
    absl::Status status[2];
    JoinHandle<> one = Spawn(AcceptInto, pair.listener.get(), &status[0]);
    JoinHandle<> two = Spawn(AcceptInto, pair.listener.get(), &status[1]);
    co_await Sleep(absl::Seconds(1));
    pair.listener->Close();
    co_await std::move(one);
    co_await std::move(two);
    EXPECT_EQ(status[0].code(), kFailedPrecondition);
    EXPECT_EQ(status[1].code(), kFailedPrecondition);
  });
}

// ---- Bytes ------------------------------------------------------------------

TEST(StreamTest, WhatIsWrittenIsReadInBothDirections) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    absl::Status sent = co_await pair.client->WriteAll("hello\nworld");
    EXPECT_TRUE(sent.ok());
    const Bytes line = co_await pair.server_side->ReadUntil('\n');
    EXPECT_EQ(*line, "hello\n");
    const Bytes exact = co_await pair.server_side->ReadExactly(3);
    EXPECT_EQ(*exact, "wor");
    const Bytes rest = co_await pair.server_side->Read(100);
    EXPECT_EQ(*rest, "ld");
    sent = co_await pair.server_side->WriteAll("bye");
    EXPECT_TRUE(sent.ok());
    const Bytes bye = co_await pair.client->Read(100);
    EXPECT_EQ(*bye, "bye");
  });
}

TEST(StreamTest, BoundariesOfWritesAreNotKept) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    for (const char* word : {"one", "two", "three"}) {
      (void)co_await pair.client->WriteAll(word);
    }
    co_await Sleep(absl::Seconds(1));
    const Bytes first = co_await pair.server_side->Read(4);
    EXPECT_EQ(*first, "onet");
    const Bytes all = co_await pair.server_side->Read(100);
    EXPECT_EQ(*all, "wothree");
  });
}

TEST(StreamTest, AReadReturnsWhatThereIs) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    const std::string large(5000, 'x');
    const absl::StatusOr<size_t> taken = co_await pair.client->Write(large);
    EXPECT_EQ(*taken, 5000u);
    const Bytes first = co_await pair.server_side->Read(3000);
    EXPECT_THAT(*first, SizeIs(3000));
    const Bytes rest = co_await pair.server_side->Read(3000);
    EXPECT_THAT(*rest, SizeIs(2000));
  });
}

TEST(StreamTest, HelpersSayHowTheStreamEnded) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll("0123456789");
    const Bytes large = co_await pair.server_side->ReadUntil('\n', 5);
    EXPECT_EQ(large.status().code(), absl::StatusCode::kResourceExhausted);
    pair.client->Close();
    const Bytes exact = co_await pair.server_side->ReadExactly(6);
    EXPECT_EQ(exact.status().code(), absl::StatusCode::kOutOfRange);
    const Bytes line = co_await pair.server_side->ReadUntil('\n');
    EXPECT_EQ(line.status().code(), absl::StatusCode::kOutOfRange);
    const Bytes none = co_await pair.server_side->ReadExactly(0);
    EXPECT_EQ(*none, "");
  });
}

Task<> WriteForEver(StreamSocket* socket, size_t* taken) {
  const std::string bytes(10, 'x');
  for (;;) {
    const absl::StatusOr<size_t> some = co_await socket->Write(bytes);
    if (!some.ok()) co_return;
    *taken += *some;
  }
}

TEST(StreamTest, WritesWaitWhileTheReaderDoesNotRead) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair(WithBuffers(/*send=*/100, /*receive=*/1000));
    co_await pair.Join();
    size_t taken = 0;
    JoinHandle<> writing = Spawn(WriteForEver, pair.client.get(), &taken);
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(taken, 1100u);
    // Half of the reader's buffer has to be free before it says so.
    const Bytes some = co_await pair.server_side->Read(499);
    EXPECT_THAT(*some, SizeIs(499));
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(taken, 1100u);
    (void)co_await pair.server_side->Read(1);
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(taken, 1600u);
    pair.server_side->Reset();
    co_await std::move(writing);
  });
}

TEST(StreamTest, AWriteIsPartialWhereThereIsLittleRoom) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair(WithBuffers(100, 50));
    co_await pair.Join();
    const absl::StatusOr<size_t> first =
        co_await pair.client->Write(std::string(80, 'x'));
    EXPECT_EQ(*first, 80u);
    const absl::StatusOr<size_t> second =
        co_await pair.client->Write(std::string(80, 'x'));
    EXPECT_EQ(*second, 20u);
    const absl::StatusOr<size_t> nothing = co_await pair.client->Write("");
    EXPECT_EQ(*nothing, 0u);
    // An answer makes room for the 50 that have arrived.
    const absl::StatusOr<size_t> third =
        co_await pair.client->Write(std::string(80, 'x'));
    EXPECT_EQ(*third, 50u);
  });
}

TEST(StreamTest, BandwidthIsSharedAmongStreamsAndDatagrams) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair({.link = {.bandwidth = 100'000}});
    co_await pair.Join();
    const absl::Duration begin = Elapsed();
    std::string got;
    JoinHandle<> reading = Spawn(ReadAllInto, pair.server_side.get(), &got);
    (void)co_await pair.client->WriteAll(std::string(200'000, 'x'));
    pair.client->Close();
    co_await std::move(reading);
    EXPECT_THAT(got, SizeIs(200'000));
    EXPECT_NEAR(Millis(Elapsed() - begin), 2000, 10);
  });
}

}  // namespace
}  // namespace orrery
