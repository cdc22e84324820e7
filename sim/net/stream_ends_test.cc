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
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_pair.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Socket = std::unique_ptr<StreamSocket>;
using Sockets = absl::StatusOr<Socket>;
using Bytes = absl::StatusOr<std::string>;
constexpr auto kAborted = absl::StatusCode::kAborted;
constexpr auto kFailedPrecondition = absl::StatusCode::kFailedPrecondition;

// ---- Ends -------------------------------------------------------------------

TEST(StreamEndsTest, CloseEndsTheStreamBehindAllThatWasWritten) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair(WithBuffers(1 << 20, 100));
    co_await pair.Join();
    const std::string large(10'000, 'x');
    (void)co_await pair.client->Write(large);
    pair.client->Close();
    const std::string got = co_await ReadAll(pair.server_side.get());
    EXPECT_EQ(got, large);
    // Once more, and as often as one likes.
    const Bytes end = co_await pair.server_side->Read(1);
    EXPECT_EQ(*end, "");
    const absl::StatusOr<size_t> closed = co_await pair.client->Write("x");
    EXPECT_EQ(closed.status().code(), kFailedPrecondition);
    const Bytes read = co_await pair.client->Read(1);
    EXPECT_EQ(read.status().code(), kFailedPrecondition);
  });
}

TEST(StreamEndsTest, HalfCloseLeavesTheOtherDirectionOpen) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll("question");
    EXPECT_TRUE(pair.client->ShutdownWrite().ok());
    EXPECT_TRUE(pair.client->ShutdownWrite().ok());
    const absl::StatusOr<size_t> more = co_await pair.client->Write("x");
    EXPECT_EQ(more.status().code(), kFailedPrecondition);
    const std::string question = co_await ReadAll(pair.server_side.get());
    EXPECT_EQ(question, "question");
    (void)co_await pair.server_side->WriteAll("answer");
    pair.server_side->Close();
    const std::string answer = co_await ReadAll(pair.client.get());
    EXPECT_EQ(answer, "answer");
    pair.client->Close();
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(KindsInFlight(pair.network), IsEmpty());
  });
}

TEST(StreamEndsTest, ResetLosesWhatIsUnderWay) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll("read");
    co_await Sleep(absl::Seconds(1));
    (void)co_await pair.server_side->WriteAll("lost");
    pair.client->Reset();
    const Bytes own = co_await pair.client->Read(1);
    EXPECT_EQ(own.status().code(), kAborted);
    co_await Sleep(absl::Seconds(1));
    // What has arrived before can be read.
    const std::string got = co_await ReadAll(pair.server_side.get());
    EXPECT_EQ(got, "read|ABORTED");
    const absl::StatusOr<size_t> write = co_await pair.server_side->Write("x");
    EXPECT_EQ(write.status().code(), kAborted);
  });
}

TEST(StreamEndsTest, CloseWithUnreadBytesResetsAsOnLinux) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll("never read");
    (void)co_await pair.server_side->WriteAll("answer");
    co_await Sleep(absl::Seconds(1));
    pair.server_side->Close();
    const std::string got = co_await ReadAll(pair.client.get());
    EXPECT_EQ(got, "answer|ABORTED");
    const absl::StatusOr<size_t> write = co_await pair.client->Write("x");
    EXPECT_EQ(write.status().code(), kAborted);
  });
}

TEST(StreamEndsTest, WritingToOneThatIsClosedIsAnsweredByAReset) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    pair.server_side->Close();
    const std::string end = co_await ReadAll(pair.client.get());
    EXPECT_EQ(end, "");
    // The first write is taken: nothing is known here of what becomes of it.
    const absl::StatusOr<size_t> first = co_await pair.client->Write("x");
    EXPECT_TRUE(first.ok());
    co_await Sleep(absl::Seconds(1));
    const absl::StatusOr<size_t> second = co_await pair.client->Write("x");
    EXPECT_EQ(second.status().code(), kAborted);
    // The end of the stream has been read, and stays.
    const Bytes still = co_await pair.client->Read(1);
    EXPECT_EQ(*still, "");
  });
}

Task<> WriteInto(StreamSocket* socket, absl::Status* status) {
  *status = co_await socket->WriteAll(std::string(1 << 20, 'x'));
}

TEST(StreamEndsTest, CloseTellsThoseWhoWaitForTheSocket) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    std::string read[2];
    absl::Status written[2];
    std::vector<JoinHandle<>> tasks;
    for (int i = 0; i < 2; ++i) {
      tasks.push_back(Spawn(ReadAllInto, pair.client.get(), &read[i]));
      tasks.push_back(Spawn(WriteInto, pair.client.get(), &written[i]));
    }
    co_await Sleep(absl::Seconds(1));
    pair.client->Close();
    for (JoinHandle<>& task : tasks) co_await std::move(task);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(read[i], "|FAILED_PRECONDITION");
      EXPECT_EQ(written[i].code(), kFailedPrecondition);
    }
  });
}

TEST(StreamEndsTest, ACancelledReadTakesNothing) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    std::string got;
    JoinHandle<> first = Spawn(ReadAllInto, pair.server_side.get(), &got);
    std::string other;
    JoinHandle<> second = Spawn(ReadAllInto, pair.server_side.get(), &other);
    co_await Sleep(absl::Seconds(1));
    (void)co_await pair.client->WriteAll("bytes");
    first.Cancel();
    pair.client->Close();
    co_await std::move(second);
    EXPECT_EQ(got, "");
    EXPECT_EQ(other, "bytes");
  });
}

// ---- Machines that go down --------------------------------------------------

TEST(StreamEndsTest, AKilledProgramsStreamsEndWithAllThatWasWritten) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.server_side->WriteAll("last words");
    pair.b.Kill();
    const std::string got = co_await ReadAll(pair.client.get());
    EXPECT_EQ(got, "last words");
    const Bytes own = co_await pair.server_side->Read(1);
    EXPECT_EQ(own.status().code(), kFailedPrecondition);
    const Sockets none = co_await pair.listener->Accept();
    EXPECT_EQ(none.status().code(), kFailedPrecondition);
  });
}

TEST(StreamEndsTest, AKilledProgramsStreamsAreResetIfItHadNotReadAll) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll("not read");
    co_await Sleep(absl::Seconds(1));
    pair.b.Kill();
    const std::string got = co_await ReadAll(pair.client.get());
    EXPECT_EQ(got, "|ABORTED");
  });
}

TEST(StreamEndsTest, ACrashedMachineTellsNobody) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    std::string got = "nothing yet";
    JoinHandle<> reading = Spawn(ReadAllInto, pair.client.get(), &got);
    pair.b.Crash();
    co_await Sleep(absl::Hours(1000));
    EXPECT_FALSE(reading.Done());
    // Who writes is told by and by.
    const absl::Duration begin = Elapsed();
    (void)co_await pair.client->WriteAll("hello?");
    co_await std::move(reading);
    EXPECT_EQ(got, "|DEADLINE_EXCEEDED");
    EXPECT_EQ(absl::ToInt64Seconds(Elapsed() - begin), 925);
  });
}

TEST(StreamEndsTest, WhoWaitsForRoomLearnsThatTheOtherMachineIsOff) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair(WithBuffers(10, 10));
    co_await pair.Join();
    absl::Status written;
    JoinHandle<> writing = Spawn(WriteInto, pair.client.get(), &written);
    co_await Sleep(absl::Seconds(1));
    pair.b.Crash();
    co_await std::move(writing);
    EXPECT_EQ(written.code(), absl::StatusCode::kDeadlineExceeded);
  });
}

TEST(StreamEndsTest, RoomThatNobodyWasToldOfIsAskedFor) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair(WithBuffers(10, 10));
    co_await pair.Join();
    absl::Status written;
    JoinHandle<> writing = Spawn(WriteInto, pair.client.get(), &written);
    co_await Sleep(absl::Seconds(1));
    pair.network.Cut(&pair.b, &pair.a);
    const Bytes first = co_await pair.server_side->Read(10);
    EXPECT_TRUE(first.ok());
    pair.network.Heal();
    const absl::Duration begin = Elapsed();
    const Bytes second = co_await pair.server_side->Read(10);
    EXPECT_TRUE(second.ok());
    EXPECT_EQ(Elapsed() - begin, absl::Microseconds(201'500));
    pair.server_side->Reset();
    co_await std::move(writing);
  });
}

TEST(StreamEndsTest, AnOldConnectionsSegmentIsAnsweredByAResetAfterABoot) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    pair.b.Crash();
    co_await Sleep(absl::Seconds(1));
    (void)co_await pair.client->WriteAll("hello?");
    co_await Sleep(absl::Milliseconds(500));
    pair.b.Boot();
    pair.Listen();
    // It is sent again after 0.2, 0.6 and 1.4 seconds.
    const absl::Duration begin = Elapsed();
    const std::string got = co_await ReadAll(pair.client.get());
    EXPECT_EQ(got, "|ABORTED");
    EXPECT_EQ(Millis(Elapsed() - begin), 100 + 1);
    // The new incarnation has never heard of it.
    EXPECT_THAT(KindsInFlight(pair.network), IsEmpty());
    co_await Sleep(absl::Seconds(1));
    const absl::Status connected = co_await pair.Connect();
    EXPECT_TRUE(connected.ok());
  });
}

TEST(StreamEndsTest, KeepAliveFindsThatTheOtherMachineIsOff) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    pair.client->SetKeepAlive({absl::Seconds(10), absl::Seconds(1), 3});
    std::string got;
    JoinHandle<> reading = Spawn(ReadAllInto, pair.client.get(), &got);
    co_await Sleep(absl::Seconds(100));
    EXPECT_FALSE(reading.Done());
    pair.b.Crash();
    co_await std::move(reading);
    EXPECT_EQ(got, "|DEADLINE_EXCEEDED");
    EXPECT_GE(Elapsed(), absl::Seconds(100 + 3));
    EXPECT_LE(Elapsed(), absl::Seconds(100 + 13));
  });
}

TEST(StreamEndsTest, AProgramThatIsStoppedMidwayFreesItsStreams) {
  RunStreamTest([]() -> Task<> {
    World world;
    Network network(world);
    int served = 0;
    Node& server = world.AddNode("server", [&]() -> Task<> {
      auto listener = *StreamListener::Listen(network, 80);
      for (;;) {
        Sockets socket = co_await listener->Accept();
        const Bytes line = co_await (*socket)->ReadUntil('\n');
        if (!line.ok()) continue;
        (void)co_await (*socket)->WriteAll(*line);
        ++served;
      }
    });
    const Address address = {Network::HostOf(server), 80};
    for (int i = 0; i < 20; ++i) {
      Sockets socket = co_await Connect(network, address);
      EXPECT_TRUE(socket.ok());
      (void)co_await (*socket)->WriteAll("hello\n");
      co_await Sleep(absl::Microseconds(i * 200));
      if (i % 2 == 0) {
        server.Restart();
      } else {
        server.Crash();
        server.Boot();
      }
      const std::string got = co_await ReadAll(socket->get());
      EXPECT_THAT(
          got, ::testing::AnyOf("hello\n", "hello\n|ABORTED", "|ABORTED", ""));
      co_await Sleep(absl::Milliseconds(1));
    }
    EXPECT_GT(served, 0);
  });
}

// ---- In the trace -----------------------------------------------------------

TEST(StreamEndsTest, WhatIsOnItsWayCanBeLookedAtAndDropped) {
  RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll("precious");
    pair.client->Close();
    const std::vector<ParcelInFlight> parcels = pair.network.InFlight();
    EXPECT_THAT(KindsInFlight(pair.network), ElementsAre("stream", "fin"));
    EXPECT_EQ(parcels[0].bytes, "precious");
    EXPECT_EQ(parcels[0].to, pair.server_side->local_address());
    EXPECT_TRUE(pair.network.Drop(parcels[0].id));
    // It is sent again; the end waits for it.
    const absl::Duration begin = Elapsed();
    const std::string got = co_await ReadAll(pair.server_side.get());
    EXPECT_EQ(got, "precious");
    EXPECT_EQ(Elapsed() - begin, absl::Microseconds(200'500));
  });
}

TEST(StreamEndsTest, AReportNamesTheStreamThatIsWaitedFor) {
  const RunResult result = Simulation().Run([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->Read(1);
  });
  EXPECT_THAT(FormatRunResult(result),
              HasSubstr("waits for an item in StreamSocket \"10.0.0.1:49152 to "
                        "10.0.0.2:80\""));
}

TEST(StreamEndsTest, WithoutFaultsNothingIsDrawn) {
  const RunResult result = RunStreamTest([]() -> Task<> {
    StreamPair pair;
    co_await pair.Join();
    (void)co_await pair.client->WriteAll(std::string(10'000, 'x'));
    pair.client->Close();
    const std::string got = co_await ReadAll(pair.server_side.get());
    EXPECT_THAT(got, SizeIs(10'000));
  });
  EXPECT_EQ(result.choices, 0u);
}

}  // namespace
}  // namespace orrery
