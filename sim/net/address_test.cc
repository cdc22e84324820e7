// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/address.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using ::testing::HasSubstr;

TEST(AddressTest, WhatIsWrittenIsReadAgain) {
  for (const char* text :
       {"0.0.0.0:0", "10.0.0.1:80", "255.255.255.255:65535"}) {
    const absl::StatusOr<Address> address = Address::Parse(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->ToString(), text);
  }
  EXPECT_EQ(HostAddress::Parse("10.0.1.2")->value, 0x0a000102u);
}

TEST(AddressTest, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:-1",
        "10.0.0.1:080", "10.0.0.256:1", "10.0.0:1", "10.0.0.0.1:1", "a.b.c.d:1",
        "10.0.0.1 :1", "10.0.0.+1:1", ":80", "10..0.1:1"}) {
    const absl::StatusOr<Address> address = Address::Parse(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_THAT(address.status().message(), HasSubstr("is no address"));
  }
}

}  // namespace
}  // namespace orrery
