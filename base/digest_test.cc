// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/digest.h"

#include <initializer_list>
#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr uint64_t DigestOf(std::initializer_list<uint64_t> words) {
  Digest digest;
  for (uint64_t word : words) digest.Mix(word);
  return digest.value();
}

// Traces hold digests: a change of these is a new `kDigestAlgorithm`.
TEST(DigestTest, ValuesAreThoseOfEveryOtherBuild) {
  static_assert(kDigestAlgorithm == 1);
  EXPECT_EQ(DigestOf({}), 0x6f72726572790a01u);
  EXPECT_EQ(DigestOf({0}), 0xac535c71c4431264u);
  EXPECT_EQ(DigestOf({0, 1}), 0x7ebab9e67c21d7afu);
  EXPECT_EQ(DigestOf({0, 1, ~uint64_t{0}}), 0x6a3761fea9d76f6eu);
}

TEST(DigestTest, TheOrderOfWordsCounts) {
  EXPECT_NE(DigestOf({1, 2}), DigestOf({2, 1}));
  EXPECT_NE(DigestOf({0, 1}), DigestOf({1}));
  EXPECT_NE(DigestOf({0}), DigestOf({}));
  EXPECT_NE(DigestOf({1, 1}), DigestOf({}));
}

TEST(DigestTest, WordsThatDifferInOneBitGiveOtherDigests) {
  std::set<uint64_t> seen = {DigestOf({0}), DigestOf({0, 0})};
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_TRUE(seen.insert(DigestOf({uint64_t{1} << bit})).second) << bit;
    EXPECT_TRUE(seen.insert(DigestOf({uint64_t{1} << bit, 0})).second) << bit;
  }
}

uint64_t DigestOfBytes(absl::string_view bytes) {
  Digest digest;
  digest.MixBytes(bytes);
  return digest.value();
}

TEST(DigestTest, BytesAreMixedInAsWordsAfterTheirNumber) {
  EXPECT_EQ(DigestOfBytes(""), DigestOf({0}));
  EXPECT_EQ(DigestOfBytes("abc"), DigestOf({3, 0x636261}));
  EXPECT_EQ(DigestOfBytes("12345678\xff"),
            DigestOf({9, 0x3837363534333231u, 0xff}));
  EXPECT_NE(DigestOfBytes("a"), DigestOfBytes(absl::string_view("a\0", 2)));
}

TEST(DigestTest, OneCanBeGoneOnWith) {
  Digest digest(DigestOf({1, 2}));
  digest.Mix(3);
  EXPECT_EQ(digest.value(), DigestOf({1, 2, 3}));
  EXPECT_EQ(digest, Digest(DigestOf({1, 2, 3})));
}

}  // namespace
}  // namespace orrery
