// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/packer.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

using google::protobuf::io::CodedInputStream;

std::string Contents(const Packer& packer) {
  return std::string(packer.data(), packer.size());
}

// Parses what was packed with protobuf's own parser and writes it again.
template <typename Message>
Message ParseBack(const Packer& packer) {
  Message message;
  EXPECT_TRUE(message.ParseFromString(Contents(packer)));
  EXPECT_EQ(message.SerializeAsString(), Contents(packer))
      << "protobuf would have written it otherwise";
  return message;
}

TEST(PackerTest, VarintsAreThoseOfProtobuf) {
  std::vector<uint64_t> values = {0, std::numeric_limits<uint64_t>::max()};
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  for (uint64_t value : values) {
    Packer packer;
    packer.Reserve(16);
    packer.Varint(value);
    const std::string bytes = Contents(packer);
    CodedInputStream input(reinterpret_cast<const uint8_t*>(bytes.data()),
                           static_cast<int>(bytes.size()));
    uint64_t read = 0;
    ASSERT_TRUE(input.ReadVarint64(&read)) << value;
    EXPECT_EQ(read, value);
    EXPECT_EQ(input.CurrentPosition(), static_cast<int>(bytes.size()));
  }
}

TEST(PackerTest, SignedNumbersOfBothSignsComeBack) {
  for (int64_t value : {int64_t{1}, int64_t{-1}, int64_t{1234567}, int64_t{-64},
                        std::numeric_limits<int64_t>::max(),
                        std::numeric_limits<int64_t>::min()}) {
    Packer packer;
    packer.Reserve(16);
    packer.SignedField(1, value);
    EXPECT_EQ(ParseBack<traces::v1::TimePassed>(packer).until_ns(), value);
  }
}

TEST(PackerTest, FixedNumbersAreLittleEndian) {
  Packer packer;
  packer.Reserve(32);
  packer.OptionalFixed32Field(3, 0x89abcdefu);
  EXPECT_EQ(Contents(packer), "\x1d\xef\xcd\xab\x89");
  EXPECT_EQ(ParseBack<traces::v1::Sync>(packer).crc32(), 0x89abcdefu);
  packer.Truncate(0);
  packer.Fixed64Field(2, 0x0123456789abcdefu);
  EXPECT_EQ(ParseBack<traces::v1::Spawned>(packer).entity(),
            0x0123456789abcdefu);
}

TEST(PackerTest, FieldNumbersAboveFifteenTakeTwoBytes) {
  Packer packer;
  packer.Reserve(32);
  const size_t span = packer.Begin(17);
  packer.VarintField(1, 300);
  packer.End(span);
  EXPECT_EQ(ParseBack<traces::v1::Event>(packer).span_ended().id(), 300u);
}

TEST(PackerTest, ZerosAndEmptyTextsAreLeftOutAsProtobufDoes) {
  Packer packer;
  packer.Reserve(64);
  packer.VarintField(1, 0);
  packer.SignedField(4, 0);
  packer.Fixed64Field(6, 0);
  packer.BytesField(2, "");
  EXPECT_EQ(packer.size(), 0);
}

TEST(PackerTest, OptionalZerosAreWritten) {
  Packer packer;
  packer.Reserve(64);
  packer.OptionalVarintField(1, 0);
  packer.OptionalVarintField(2, 0);
  const auto event = ParseBack<traces::v1::Event>(packer);
  EXPECT_TRUE(event.has_dt());
  EXPECT_TRUE(event.has_task());

  packer.Truncate(0);
  packer.OptionalFixed32Field(1, 0);
  EXPECT_TRUE(ParseBack<traces::v1::Trailer>(packer).has_crc32());

  packer.Truncate(0);
  packer.OptionalSignedField(7, 0);
  EXPECT_TRUE(ParseBack<traces::v1::Spawned>(packer).has_due_ns());

  packer.Truncate(0);
  packer.OptionalBytesField(2, "");
  EXPECT_TRUE(ParseBack<traces::v1::Intern>(packer).has_text());
}

// The length was given one byte; here it turns out to need more.
TEST(PackerTest, LengthsWidenWhereAMessageGrows) {
  for (size_t size : {0, 1, 120, 124, 125, 126, 127, 128, 129, 16378, 16379,
                      16380, 16381, 16384, 3'000'000}) {
    Packer packer;
    packer.Reserve(64);
    const size_t logged = packer.Begin(11);
    const std::string text(size, 'x');
    packer.BytesField(1, text);
    packer.Reserve(64);
    packer.VarintField(2, 5);
    packer.End(logged);
    const auto event = ParseBack<traces::v1::Event>(packer);
    EXPECT_EQ(event.logged().text(), text) << size;
    EXPECT_EQ(event.logged().site(), 5u) << size;
  }
}

TEST(PackerTest, LengthsOfNestedMessagesWidenTogether) {
  for (size_t size : {100, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
                      128, 16370, 16374, 16376, 16378, 16380, 16384}) {
    Packer packer;
    packer.Reserve(128);
    packer.VarintField(1, 77);
    const size_t failure = packer.Begin(8);
    packer.BytesField(1, std::string(size, 'm'));
    packer.Reserve(64);
    packer.VarintField(3, 9);
    packer.End(failure);
    packer.Reserve(64);
    const size_t environment = packer.Begin(15);
    packer.BytesField(2, std::string(size, 'h'));
    packer.End(environment);
    const auto footer = ParseBack<traces::v1::Footer>(packer);
    EXPECT_EQ(footer.events(), 77u);
    EXPECT_EQ(footer.failure().message().size(), size);
    EXPECT_EQ(footer.failure().step(), 9u);
    EXPECT_EQ(footer.environment().host().size(), size);
  }
}

TEST(PackerTest, APackedListIsAMessageOfVarints) {
  Packer packer;
  packer.Reserve(4096);
  const size_t list = packer.Begin(6);
  for (uint32_t i = 0; i < 200; ++i) packer.Varint(i * 1000);
  packer.End(list);
  const auto chosen = ParseBack<traces::v1::Chosen>(packer);
  ASSERT_EQ(chosen.candidate_size(), 200);
  EXPECT_EQ(chosen.candidate(199), 199000u);
}

TEST(PackerTest, ABufferThatGrowsKeepsItsContents) {
  Packer packer;
  std::string expected;
  for (int i = 0; i < 10000; ++i) {
    packer.Reserve(1);
    packer.Varint(static_cast<uint64_t>(i % 128));
    expected.push_back(static_cast<char>(i % 128));
  }
  EXPECT_EQ(Contents(packer), expected);
}

TEST(PackerTest, TruncateForgetsTheEnd) {
  Packer packer;
  packer.Reserve(16);
  for (char c : {'a', 'b', 'c', 'd'}) packer.Varint(static_cast<uint64_t>(c));
  packer.Truncate(3);
  EXPECT_EQ(Contents(packer), "abc");
  packer.Truncate(0);
  packer.Varint('e');
  EXPECT_EQ(Contents(packer), "e");
}

TEST(PackerTest, ARecordIsAFieldThatIsNotThereUntilItIsClosed) {
  for (size_t size : {0, 5, 500}) {
    Packer whole;
    whole.Reserve(64);
    const size_t environment = whole.Begin(15);
    whole.BytesField(2, std::string(size, 'h'));
    whole.End(environment);
    Packer packer;
    packer.Reserve(64);
    const size_t begin = packer.BeginRecord();
    packer.BytesField(2, std::string(size, 'h'));
    EXPECT_EQ(packer.data()[0], 0);
    packer.EndRecord(begin, 15);
    EXPECT_EQ(Contents(packer), Contents(whole));
  }
}

// Moves what it holds whenever more is asked for.
class Storage : public PackerStorage {
 public:
  absl::Span<char> Grow(size_t size) override {
    std::vector<char> larger(std::max(size + 3, bytes_.size()), '\0');
    std::copy(bytes_.begin(), bytes_.end(), larger.begin());
    bytes_.swap(larger);
    return absl::MakeSpan(bytes_);
  }
  std::string text() const { return std::string(bytes_.begin(), bytes_.end()); }

 private:
  std::vector<char> bytes_;
};

TEST(PackerTest, AStorageGetsWhatIsAppended) {
  Storage storage;
  Packer packer;
  packer.Bytes("in memory of its own");
  packer.UseStorage(&storage);
  EXPECT_EQ(packer.size(), 0);
  packer.Bytes("one");
  packer.Bytes(" and another that is longer");
  EXPECT_EQ(storage.text().substr(0, packer.size()),
            "one and another that is longer");
  Packer next;
  next.UseStorage(&storage, 3);
  EXPECT_EQ(Contents(next), "one");
  next.Bytes("!");
  EXPECT_EQ(storage.text().substr(0, 5), "one!a");
  packer.UseStorage(nullptr);
  EXPECT_EQ(packer.size(), 0);
  packer.Bytes("at home again");
  EXPECT_EQ(Contents(packer), "at home again");
}

}  // namespace
}  // namespace orrery
