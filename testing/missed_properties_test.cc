// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/missed_properties.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::HasSubstr;

// The program of this test has these properties and no others.
class MissedPropertiesTest : public testing::Test {
 protected:
  std::string ByTest(uint64_t runs,
                     const std::vector<const char*>& must_happen = {}) {
    return PropertiesMissedByTest(coverage_, runs, must_happen);
  }
  std::string ByProgram() {
    return PropertiesMissedByProgram(coverage_, {"bank_test.cc"});
  }

  static size_t Register(PropertyKind kind, const char* name, const char* file,
                         uint32_t line) {
    return RegisterProperty(kind, name, file, line);
  }

  const size_t retry_ =
      Register(PropertyKind::kSometimes, "a retry", "bank.cc", 12);
  const size_t empty_ =
      Register(PropertyKind::kSometimes, "empty", "bank_test.cc", 5);
  const size_t failover_ =
      Register(PropertyKind::kReachable, "failover", "bank_test.cc", 9);
  const size_t total_ =
      Register(PropertyKind::kAlways, "the total", "bank_test.cc", 20);
  PropertyCoverage coverage_;
};

TEST_F(MissedPropertiesTest, ATestAnswersForWhatItHasEvaluated) {
  coverage_.AddCount(retry_, {812, 0});
  coverage_.AddCount(empty_, {1, 0});
  EXPECT_EQ(ByTest(100),
            "Sometimes \"a retry\" never happened: evaluated 812 times, never "
            "true, at bank.cc:12\n"
            "Sometimes \"empty\" never happened: evaluated 1 time, never true, "
            "at bank_test.cc:5\n");
}

TEST_F(MissedPropertiesTest, ASingleTimeIsEnough) {
  coverage_.AddCount(retry_, {812, 1});
  EXPECT_EQ(ByTest(100), "");
}

TEST_F(MissedPropertiesTest, ATestDoesNotAnswerForWhatItNeverCameBy) {
  EXPECT_EQ(ByTest(100), "");
}

TEST_F(MissedPropertiesTest, ASingleRunIsNoCampaign) {
  coverage_.AddCount(retry_, {1, 0});
  EXPECT_EQ(ByTest(1), "");
}

TEST_F(MissedPropertiesTest, ATestAnswersForWhatItNames) {
  EXPECT_EQ(ByTest(1, {"failover"}),
            "Reachable \"failover\" never happened: no run came by, at "
            "bank_test.cc:9\n");
  coverage_.AddCount(failover_, {1, 1});
  EXPECT_EQ(ByTest(1, {"failover"}), "");
}

TEST_F(MissedPropertiesTest, AViolatedAlwaysIsNotMissed) {
  coverage_.AddCount(total_, {5, 0});
  EXPECT_EQ(ByTest(100), "");
}

TEST_F(MissedPropertiesTest, NamesThatCannotHappenAreTold) {
  EXPECT_EQ(ByTest(1, {"failovr"}),
            ".must_happen names \"failovr\", but this program has no such "
            "property; it has \"a retry\", \"empty\", \"failover\"\n");
  EXPECT_EQ(ByTest(1, {"the total"}),
            ".must_happen names \"the total\", which is an Always at "
            "bank_test.cc:20; only a Sometimes or a Reachable has to happen\n");
}

TEST_F(MissedPropertiesTest, AProgramAnswersForTheFilesOfItsTests) {
  coverage_.AddCount(empty_, {3, 0});
  EXPECT_EQ(
      ByProgram(),
      "Sometimes \"empty\" never happened: evaluated 3 times, never true, "
      "at bank_test.cc:5\n"
      "Reachable \"failover\" never happened: no run came by, at "
      "bank_test.cc:9\n");
  coverage_.AddCount(empty_, {1, 1});
  coverage_.AddCount(failover_, {1, 1});
  EXPECT_EQ(ByProgram(), "");
}

TEST_F(MissedPropertiesTest, TheListHasThemAll) {
  EXPECT_EQ(ListProperties(),
            "Sometimes \"a retry\" at bank.cc:12\n"
            "Sometimes \"empty\" at bank_test.cc:5\n"
            "Reachable \"failover\" at bank_test.cc:9\n"
            "Always \"the total\" at bank_test.cc:20\n");
}

}  // namespace
}  // namespace orrery
