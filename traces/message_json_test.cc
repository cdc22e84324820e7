// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/message_json.h"

#include "gtest/gtest.h"
#include "orrery/traces/campaign.pb.h"

namespace orrery {
namespace {

TEST(MessageJsonTest, HasEveryKeyInOrderZeroOrNot) {
  EXPECT_EQ(MessageAsJson(traces::v1::PrintedMerge()),
            R"({"ok":false,"files":0,"runs":0,"failed":0,"test":[],)"
            R"("property":[],"missing":[]})");
}

TEST(MessageJsonTest, NumbersAreNumbersAndTextsAreQuoted) {
  traces::v1::PrintedMerge merge;
  merge.set_ok(true);
  merge.set_files(4294967295u);
  merge.set_runs(18446744073709551615u);
  merge.add_missing("a \"b\" \\ \n\x01");
  merge.add_missing("");
  traces::v1::PrintedProperty& property = *merge.add_property();
  property.set_name("\xc3\xa9t\xc3\xa9");
  property.set_missed(true);
  EXPECT_EQ(MessageAsJson(merge),
            R"({"ok":true,"files":4294967295,"runs":18446744073709551615,)"
            R"("failed":0,"test":[],"property":[{"kind":"","name":"été",)"
            R"("place":"","evaluated":0,"held":0,"missed":true}],)"
            R"("missing":["a \"b\" \\ \u000a\u0001",""]})");
}

TEST(MessageJsonTest, BytesThatAreNoTextAreReplaced) {
  EXPECT_EQ(Utf8("plain"), "plain");
  EXPECT_EQ(Utf8("\xc3\xa9"), "\xc3\xa9");
  EXPECT_EQ(Utf8("a\xff\xc3z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_EQ(Utf8("\xed\xa0\x80"),  // half of a surrogate pair
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace orrery
