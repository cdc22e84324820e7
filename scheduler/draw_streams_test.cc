// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/draw_streams.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr NodeId kA(1);
constexpr NodeId kB(2);

std::vector<uint64_t> DrawSeveral(DrawStreams& streams, NodeId node,
                                  ChoiceKind kind) {
  std::vector<uint64_t> drawn;
  for (int i = 0; i < 20; ++i) {
    drawn.push_back(streams.Below(node, kind, 1'000'000));
  }
  return drawn;
}

TEST(DrawStreamsTest, OneMoreDrawOnANodeChangesNothingOnAnother) {
  DrawStreams plain;
  plain.Begin(Seed(3));
  const std::vector<uint64_t> expected =
      DrawSeveral(plain, kB, ChoiceKind::kRandom);

  DrawStreams disturbed;
  disturbed.Begin(Seed(3));
  std::vector<uint64_t> drawn;
  for (int i = 0; i < 20; ++i) {
    for (int more = 0; more < i; ++more) {
      disturbed.Below(kA, ChoiceKind::kRandom, 10);
    }
    drawn.push_back(disturbed.Below(kB, ChoiceKind::kRandom, 1'000'000));
  }
  EXPECT_EQ(drawn, expected);
}

TEST(DrawStreamsTest, OneMoreDrawForAPurposeChangesNothingForAnother) {
  DrawStreams plain;
  plain.Begin(Seed(3));
  const std::vector<uint64_t> expected =
      DrawSeveral(plain, kA, ChoiceKind::kFault);
  DrawStreams disturbed;
  disturbed.Begin(Seed(3));
  DrawSeveral(disturbed, kA, ChoiceKind::kLatency);
  EXPECT_EQ(DrawSeveral(disturbed, kA, ChoiceKind::kFault), expected);
}

TEST(DrawStreamsTest, OneMoreDrawForAFaultChangesNothingForAnother) {
  const auto draw = [](DrawStreams& streams, absl::string_view fault) {
    return streams.Below(kA, ChoiceKind::kFault, 1'000'000, fault);
  };
  DrawStreams plain;
  plain.Begin(Seed(3));
  std::vector<uint64_t> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(draw(plain, "net.loss"));

  DrawStreams disturbed;
  disturbed.Begin(Seed(3));
  std::vector<uint64_t> drawn;
  std::vector<uint64_t> others;
  for (int i = 0; i < 20; ++i) {
    others.push_back(draw(disturbed, "net.cut"));
    drawn.push_back(draw(disturbed, "net.loss"));
  }
  EXPECT_EQ(drawn, expected);
  EXPECT_NE(others, expected);
  EXPECT_NE(disturbed.Below(kB, ChoiceKind::kFault, 1'000'000, "net.loss"),
            expected[0]);
}

// Of other kinds, labels are names for readers only.
TEST(DrawStreamsTest, OtherLabelsShareAStream) {
  DrawStreams plain;
  plain.Begin(Seed(3));
  const std::vector<uint64_t> expected =
      DrawSeveral(plain, kA, ChoiceKind::kRandom);
  DrawStreams labelled;
  labelled.Begin(Seed(3));
  std::vector<uint64_t> drawn;
  for (int i = 0; i < 20; ++i) {
    drawn.push_back(labelled.Below(kA, ChoiceKind::kRandom, 1'000'000,
                                   i % 2 == 0 ? "jitter" : "backoff"));
  }
  EXPECT_EQ(drawn, expected);
}

TEST(DrawStreamsTest, StreamsDiffer) {
  DrawStreams streams;
  streams.Begin(Seed(3));
  const std::vector<uint64_t> a = DrawSeveral(streams, kA, ChoiceKind::kRandom);
  EXPECT_NE(DrawSeveral(streams, kB, ChoiceKind::kRandom), a);
  EXPECT_NE(DrawSeveral(streams, kA, ChoiceKind::kData), a);
  streams.Begin(Seed(4));
  EXPECT_NE(DrawSeveral(streams, kA, ChoiceKind::kRandom), a);
}

TEST(DrawStreamsTest, BeginningAgainGivesTheSameNumbers) {
  DrawStreams streams;
  streams.Begin(Seed(3));
  const std::vector<uint64_t> a = DrawSeveral(streams, kA, ChoiceKind::kRandom);
  streams.Begin(Seed(3));
  EXPECT_EQ(DrawSeveral(streams, kA, ChoiceKind::kRandom), a);
}

// Streams are made in any order, and there may be one for each machine.
TEST(DrawStreamsTest, ThousandsOfNodesKeepTheirStreamsApart) {
  DrawStreams plain;
  plain.Begin(Seed(3));
  std::vector<uint64_t> expected;
  for (uint16_t node = 0; node < 5000; ++node) {
    expected.push_back(
        plain.Below(NodeId(node), ChoiceKind::kLatency, 1'000'000));
  }
  DrawStreams reversed;
  reversed.Begin(Seed(3));
  for (int round = 0; round < 2; ++round) {
    for (uint16_t node = 5000; node-- > 0;) {
      const uint64_t drawn =
          reversed.Below(NodeId(node), ChoiceKind::kLatency, 1'000'000);
      if (round > 0) continue;
      ASSERT_EQ(drawn, expected[node]) << node;
    }
  }
}

}  // namespace
}  // namespace orrery
