// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/wire.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"
#include "orrery/traces/event_decoder.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// A view of all bytes of a literal, zeros included.
template <size_t kSize>
absl::string_view Bytes(const char (&literal)[kSize]) {
  return {literal, kSize - 1};
}

std::optional<uint64_t> Varint(absl::string_view bytes) {
  const char* at = bytes.data();
  uint64_t value = 0;
  if (!ReadVarint(&at, bytes.data() + bytes.size(), &value)) return {};
  EXPECT_EQ(at, bytes.data() + bytes.size()) << "all of it is read";
  return value;
}

TEST(WireTest, VarintsHaveSevenBitsAByte) {
  EXPECT_EQ(Varint(Bytes("\0")), 0u);
  EXPECT_EQ(Varint("\x7f"), 127u);
  EXPECT_EQ(Varint("\x80\x01"), 128u);
  EXPECT_EQ(Varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), ~uint64_t{0});
}

TEST(WireTest, AVarintThatDoesNotEndIsNone) {
  EXPECT_EQ(Varint(""), std::nullopt);
  EXPECT_EQ(Varint("\x80"), std::nullopt);
  EXPECT_EQ(Varint("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            std::nullopt);
}

TEST(WireTest, SignedNumbersZigzag) {
  EXPECT_EQ(FromZigZag(0), 0);
  EXPECT_EQ(FromZigZag(1), -1);
  EXPECT_EQ(FromZigZag(2), 1);
  EXPECT_EQ(FromZigZag(~uint64_t{0}), INT64_MIN);
  EXPECT_EQ(FromZigZag(~uint64_t{0} - 1), INT64_MAX);
}

TEST(WireTest, FieldsComeInTheirOrder) {
  WireReader reader(
      Bytes("\x08\x05\x11\1\0\0\0\0\0\0\x80\x1a\x02hi\x25\4\3\2\1"));
  std::vector<std::string> fields;
  for (WireField field; reader.Next(&field);) {
    fields.push_back(std::to_string(field.number) + ":" +
                     (field.type == WireType::kBytes
                          ? std::string(field.bytes)
                          : std::to_string(field.value)));
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_THAT(fields, ElementsAre("1:5", "2:9223372036854775809", "3:hi",
                                  "4:16909060"));
}

bool IsMessage(absl::string_view bytes) {
  WireReader reader(bytes);
  for (WireField field; reader.Next(&field);) {
  }
  return reader.ok();
}

TEST(WireTest, WhatEndsTooEarlyIsNoMessage) {
  EXPECT_TRUE(IsMessage(""));
  EXPECT_FALSE(IsMessage("\x08")) << "a number is missing";
  EXPECT_FALSE(IsMessage("\x09\x01\x01\x01\x01\x01\x01\x01"));
  EXPECT_FALSE(IsMessage("\x0d\x01\x01\x01"));
  EXPECT_FALSE(IsMessage("\x0a\x03hi"));
  EXPECT_FALSE(IsMessage("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
}

TEST(WireTest, FieldZeroAndGroupsAreNoMessage) {
  EXPECT_FALSE(IsMessage(Bytes("\0\0")));
  EXPECT_FALSE(IsMessage("\x0b\x0c")) << "a group";
  EXPECT_FALSE(IsMessage("\x0e")) << "no type at all";
  EXPECT_FALSE(IsMessage("\xff\xff\xff\xff\xff\x01\x01")) << "a long tag";
}

TEST(WireTest, OfAFieldThatComesTwiceTheLastCounts) {
  const NumberFields<2> fields("\x08\x01\x08\x02");
  EXPECT_TRUE(fields.ok());
  EXPECT_TRUE(fields.has(1));
  EXPECT_EQ(fields[1], 2u);
  EXPECT_FALSE(fields.has(2));
  EXPECT_EQ(fields[2], 0u);
}

TEST(WireTest, FieldsOfAnotherTypeAreLeftOut) {
  const NumberFields<2, 1 << 2> fields(
      Bytes("\x09\1\0\0\0\0\0\0\0\x10\x05\x12\x01x\x18\x07"));
  EXPECT_TRUE(fields.ok());
  EXPECT_FALSE(fields.has(1));
  EXPECT_FALSE(fields.has(2));
}

// ---- Beside libprotobuf -----------------------------------------------------

// A decoder that knows some texts and places already.
struct Decoded {
  Decoded(TraceRecord kind, absl::string_view record) {
    for (uint32_t id = 1; id <= 40; ++id) {
      traces::v1::Intern intern;
      intern.set_id(id);
      if (id % 2 == 0) {
        intern.set_text("text");
      } else {
        intern.mutable_site()->set_line(id);
      }
      EXPECT_EQ(decoder.TakeIntern(intern.SerializeAsString()), "");
    }
    problem = kind == TraceRecord::kEvent     ? decoder.TakeEvent(record)
              : kind == TraceRecord::kChoices ? decoder.TakeChoices(record)
                                              : decoder.TakeIntern(record);
    TraceNames names;
    for (const TraceEvent& event : trace.events) {
      names.Learn(event);
      text += FormatEvent(0, event, names);
    }
    for (const ScheduledChoice& choice : trace.schedule.choices) {
      absl::StrAppend(&text, " ", choice.n, " ", choice.chosen, " ",
                      choice.span.value);
    }
    absl::StrAppend(&text, " ", trace.unknown_events);
  }

  Trace trace;
  EventDecoder decoder{&trace, EventDecoder::Texts::kCopy};
  std::string problem;
  std::string text;
};

// Expects that the decoder takes `record` for a message only where libprotobuf
// does, and that what that writes again is decoded to the same. Returns whether
// both read it.
template <typename Message>
bool ExpectAgreement(TraceRecord kind, const std::string& record) {
  const Decoded decoded(kind, record);
  Message message;
  if (!message.ParseFromString(record)) {
    EXPECT_NE(decoded.problem, "");
    return false;
  }
  // These are libprotobuf's alone: groups, and a oneof that is merged.
  if (absl::StartsWith(decoded.problem, "this is no ") ||
      decoded.problem == "it says twice what happened") {
    return false;
  }
  const Decoded again(kind, message.SerializeAsString());
  EXPECT_EQ(again.problem, decoded.problem);
  EXPECT_EQ(again.text, decoded.text);
  return true;
}

TEST(WireTest, DamagedRecordsAreToTheDecoderWhatTheyAreToLibprotobuf) {
  Prng prng(1);
  int agreed = 0;
  int refused = 0;
  for (TraceLevel level : {TraceLevel::kEvents, TraceLevel::kChoices}) {
    const std::string bytes = SampleTraceBytes(level);
    for (const RawRecord& raw : RecordsOf(bytes)) {
      const auto kind = static_cast<TraceRecord>(raw.number);
      for (int round = 0; round < 150 && !raw.payload.empty(); ++round) {
        std::string record(raw.payload);
        for (uint64_t n = prng.Below(3); n > 0; --n) {
          const size_t at = prng.Below(record.size());
          if (prng.Below(4) == 0) {
            record.insert(at, record.substr(prng.Below(record.size()), 5));
          } else {
            record[at] = static_cast<char>(record[at] ^ 1 << prng.Below(8));
          }
        }
        SCOPED_TRACE(testing::PrintToString(record));
        bool same = false;
        if (kind == TraceRecord::kEvent) {
          same = ExpectAgreement<traces::v1::Event>(kind, record);
        } else if (kind == TraceRecord::kChoices) {
          same = ExpectAgreement<traces::v1::ChoiceBlock>(kind, record);
        } else if (kind == TraceRecord::kIntern) {
          same = ExpectAgreement<traces::v1::Intern>(kind, record);
        } else {
          continue;
        }
        ++(same ? agreed : refused);
      }
    }
  }
  EXPECT_GT(agreed, 10000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace orrery
