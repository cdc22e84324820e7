// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Failing random walks of the corpus end as small as is promised, with the
// failure that they had, in no more replays than are promised. The seeds are
// fixed.

#include "orrery/tests/shrink/shrink_corpus.h"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/tests/corpus/corpus.h"

namespace orrery {
namespace {

// A program, and how many failing runs of it are shrunk.
struct Sample {
  const char* program;
  size_t failures;

  friend void PrintTo(const Sample& sample, std::ostream* to) {
    *to << sample.program;
  }
};

class ShrinkCorpusTest : public testing::TestWithParam<Sample> {
 protected:
  ShrinkCorpusTest()
      : run_(BuggyRuns(*corpus::FindProgram(GetParam().program))),
        failing_(FailingRandomWalks(run_, GetParam().failures,
                                    /*max_runs=*/50'000)) {}

  RunFunction run_;
  std::vector<FailingRun> failing_;
};

class NearTheMinimumTest : public ShrinkCorpusTest {};

TEST_P(NearTheMinimumTest, NineteenOfTwentyAreWithinOneOfTheMinimum) {
  const size_t failures = GetParam().failures;
  ASSERT_EQ(failing_.size(), failures);
  const std::optional<uint64_t> fewest = FewestDeviations(run_, /*limit=*/2);
  ASSERT_TRUE(fewest.has_value()) << "the minimum is above 2";
  const ShrinkSummary summary = ShrinkAll(run_, failing_, {});
  EXPECT_EQ(summary.kept_signature, failures);
  EXPECT_LE(summary.most_replays, 1000);
  EXPECT_GE(summary.fewest, *fewest);
  EXPECT_GE(summary.WithAtMost(*fewest + 1) * 20, failures * 19);
  EXPECT_GT(summary.before, summary.after);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, NearTheMinimumTest,
    testing::Values(Sample{"bluetooth", 40}, Sample{"stringbuffer", 40},
                    Sample{"wronglock_7", 40},
                    // A random walk seldom fails it.
                    Sample{"twostage_6", 12}, Sample{"reorder_3", 40}),
    [](const auto& info) { return std::string(info.param.program); });

class DiningTest : public ShrinkCorpusTest {};

// Each of the five has to be stopped between its two forks, but for the last.
TEST_P(DiningTest, FivePhilosophersNeedAtMostSixDeviationsOnAverage) {
  const size_t failures = GetParam().failures;
  ASSERT_EQ(failing_.size(), failures);
  const ShrinkSummary summary = ShrinkAll(run_, failing_, {});
  EXPECT_EQ(summary.kept_signature, failures);
  EXPECT_LE(summary.after, 6 * failures);
  EXPECT_GE(summary.fewest, 4);
}

INSTANTIATE_TEST_SUITE_P(Programs, DiningTest,
                         testing::Values(Sample{"dining_5", 40}),
                         [](const auto& info) {
                           return std::string(info.param.program);
                         });

}  // namespace
}  // namespace orrery
