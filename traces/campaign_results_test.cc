// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/campaign_results.h"

#include <fstream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/campaign.pb.h"

namespace orrery {
namespace {

using testing::HasSubstr;

CampaignResults Sample() {
  CampaignResults results;
  results.target = "//bank:transfer_swarm";
  results.shard = 2;
  results.shards = 8;
  results.seed = Seed(0xfedcba9876543210u);
  results.seeds = 1000;
  results.complete = true;
  TestRuns& campaign = results.Find("Bank.Keeps", "portfolio");
  campaign.runs = 125;
  campaign.failed = 3;
  campaign.steps = 4000;
  campaign.traces.Add(7);
  campaign.traces.Add(0xffffffffffffffffu, 9);
  campaign.AddFailure({.signature = "lost money",
                       .message = "the total is 90",
                       .runs = 1,
                       .seed = Seed(11),
                       .run = 10,
                       .trace = "/tmp/a\xff.orrery"});
  results.properties = {
      {{PropertyKind::kSometimes, "a retry", "bank.cc", 12}, {40, 0}},
      {{PropertyKind::kAlways, "the total", "bank.cc", 20}, {9000, 8997}}};
  return results;
}

std::string Bytes(const CampaignResults& results) {
  const std::string path = absl::StrCat(testing::TempDir(), "/sample.campaign");
  EXPECT_TRUE(WriteCampaignResults(results, path).ok());
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(CampaignResultsTest, ComeBackFromAFileAsTheyWere) {
  const CampaignResults written = Sample();
  const std::string path = absl::StrCat(testing::TempDir(), "/back.campaign");
  ASSERT_TRUE(WriteCampaignResults(written, path).ok());
  const absl::StatusOr<CampaignResults> read = ReadCampaignResults(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->target, written.target);
  EXPECT_EQ(read->shard, 2);
  EXPECT_EQ(read->shards, 8);
  EXPECT_EQ(read->seed, written.seed);
  EXPECT_EQ(read->seeds, 1000);
  EXPECT_TRUE(read->complete);
  ASSERT_EQ(read->tests.size(), 1);
  const TestRuns& campaign = read->tests[0];
  EXPECT_EQ(campaign.test, "Bank.Keeps");
  EXPECT_EQ(campaign.scheduler, "portfolio");
  EXPECT_EQ(campaign.runs, 125);
  EXPECT_EQ(campaign.failed, 3);
  EXPECT_EQ(campaign.steps, 4000);
  EXPECT_EQ(campaign.traces.kept(), written.tests[0].traces.kept());
  ASSERT_EQ(campaign.failures.size(), 1);
  EXPECT_EQ(campaign.failures[0].signature, "lost money");
  EXPECT_EQ(campaign.failures[0].message, "the total is 90");
  EXPECT_EQ(campaign.failures[0].seed, Seed(11));
  EXPECT_EQ(campaign.failures[0].run, 10);
  EXPECT_EQ(campaign.failures[0].trace, "/tmp/a\xff.orrery");
  ASSERT_EQ(read->properties.size(), 2);
  EXPECT_EQ(read->properties[0].property.kind, PropertyKind::kSometimes);
  EXPECT_EQ(PlaceOf(read->properties[1].property), "bank.cc:20");
  EXPECT_EQ(read->properties[1].count, (PropertyCount{9000, 8997}));
}

TEST(CampaignResultsTest, ASampledListOfTracesStaysOne) {
  CampaignResults written = Sample();
  DigestSample& traces = written.tests[0].traces;
  for (uint64_t digest = 0; digest < 2 * DigestSample::kMaxKept; ++digest) {
    traces.Add(digest);
  }
  ASSERT_FALSE(traces.exact());
  const absl::StatusOr<CampaignResults> read =
      ParseCampaignResults(Bytes(written), "sample");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->tests[0].traces.shift(), traces.shift());
  EXPECT_EQ(read->tests[0].traces.kept(), traces.kept());
}

TEST(CampaignResultsTest, TheSameFailureIsCountedWithTheFirstOne) {
  TestRuns campaign;
  campaign.AddFailure({.signature = "a", .message = "first", .runs = 1});
  campaign.AddFailure({.signature = "b", .message = "other", .runs = 1});
  campaign.AddFailure({.signature = "a", .message = "later", .runs = 1});
  ASSERT_EQ(campaign.failures.size(), 2);
  EXPECT_EQ(campaign.failures[0].message, "first");
  EXPECT_EQ(campaign.failures[0].runs, 2);
}

TEST(CampaignResultsTest, AFileOfSomethingElseIsRefused) {
  for (const std::string& text : {std::string(), std::string("hello, world")}) {
    const absl::Status status = ParseCampaignResults(text, "x.txt").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("x.txt is no file of results"));
  }
}

TEST(CampaignResultsTest, EveryCutIsSeenOrLosesOnlyTheEnd) {
  const std::string bytes = Bytes(Sample());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const absl::StatusOr<CampaignResults> read =
        ParseCampaignResults(bytes.substr(0, size), "cut");
    // Cut between two fields it is a message too. The last field tells.
    if (read.ok()) {
      EXPECT_FALSE(read->complete) << size;
    }
  }
}

traces::v1::CampaignResults Proto() {
  traces::v1::CampaignResults proto;
  EXPECT_TRUE(proto.ParseFromString(Bytes(Sample())));
  return proto;
}

TEST(CampaignResultsTest, ANewerFormatIsRefused) {
  traces::v1::CampaignResults proto = Proto();
  proto.set_version(2);
  const absl::Status status =
      ParseCampaignResults(proto.SerializeAsString(), "new").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("new has version 2"));
}

TEST(CampaignResultsTest, NonsenseIsRefused) {
  std::vector<traces::v1::CampaignResults> nonsense(6, Proto());
  nonsense[0].set_shard(8);
  nonsense[1].set_shards(0);
  nonsense[2].mutable_test(0)->set_failed(126);
  nonsense[3].mutable_test(0)->mutable_traces()->add_times(1);
  nonsense[4].mutable_property(0)->set_kind(4);
  nonsense[5].mutable_property(0)->set_held(41);
  for (const auto& proto : nonsense) {
    const absl::Status status =
        ParseCampaignResults(proto.SerializeAsString(), "odd").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(status.message(), HasSubstr("odd is damaged or cut short"));
  }
}

TEST(CampaignResultsTest, AFolderThatIsMissingIsNamed) {
  const absl::Status written =
      WriteCampaignResults(Sample(), "/nonexistent/x.campaign");
  EXPECT_EQ(written.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(written.message(), HasSubstr("/nonexistent/x.campaign"));
  const absl::Status read =
      ReadCampaignResults("/nonexistent/x.campaign").status();
  EXPECT_EQ(read.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(read.message(), HasSubstr("/nonexistent/x.campaign"));
}

}  // namespace
}  // namespace orrery
