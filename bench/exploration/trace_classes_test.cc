// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/exploration/trace_classes.h"

#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/explorer/campaign.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/corpus_run.h"
#include "orrery/tests/corpus/programs.h"

namespace orrery {
namespace {

struct Counts {
  uint64_t distinct = 0;
  uint64_t once = 0;
};

Counts CountTraces(Task<> (*program)(), absl::string_view spec, uint64_t runs) {
  const auto policy = MakeScheduler(spec, Seed(1));
  if (!policy.ok()) {
    ADD_FAILURE() << policy.status();
    return {};
  }
  TraceClasses classes(policy->get());
  CampaignOptions options;
  options.seed = Seed(1);
  options.runs = runs;
  options.max_failures = runs + 1;
  RunCampaign(corpus::RunOf(program), classes, options);
  return {classes.distinct(), classes.once()};
}

Task<> ThreeReaders() { return corpus::Readers(3); }
Task<> ThreeWriters() { return corpus::LastZero(3); }
Task<> Toy() { return corpus::DoublingToy(nullptr); }

// What others have counted (Abdulla et al., 2014) or can be counted on paper.
TEST(TraceClassesTest, EachReaderComesBeforeTheWriterOrAfterIt) {
  EXPECT_EQ(CountTraces(ThreeReaders, "random", 500).distinct, 8u);
}

TEST(TraceClassesTest, TheLastZeroOfThreeWritersHasTwelveTraces) {
  EXPECT_EQ(CountTraces(ThreeWriters, "random", 10'000).distinct, 12u);
}

TEST(TraceClassesTest, WritersOfOneCellDoNotCommute) {
  EXPECT_EQ(CountTraces(Toy, "random", 10'000).distinct, 252u);
}

TEST(TraceClassesTest, OnlyWhoComesFirstToALockCounts) {
  const auto* locks = corpus::FindProgram("deadlock01");
  ASSERT_NE(locks, nullptr);
  EXPECT_EQ(CountTraces(locks->buggy, "random", 500).distinct, 3u);
  const auto* dining = corpus::FindProgram("dining_3");
  ASSERT_NE(dining, nullptr);
  EXPECT_EQ(CountTraces(dining->buggy, "random", 500).distinct, 7u);
}

TEST(TraceClassesTest, WhatIsDrawnMakesAnotherTrace) {
  // The client asks for one of eight keys.
  const auto* chord = corpus::FindProgram("chord");
  ASSERT_NE(chord, nullptr);
  EXPECT_GE(CountTraces(chord->fixed, "random", 200).distinct, 8u);
}

TEST(TraceClassesTest, OneRunIsOneTraceSeenOnce) {
  const Counts counts = CountTraces(ThreeReaders, "random", 1);
  EXPECT_EQ(counts.distinct, 1u);
  EXPECT_EQ(counts.once, 1u);
}

TEST(TraceClassesTest, ThePolicyChoosesAsItDoesWithoutIt) {
  const auto* program = corpus::FindProgram("reorder_4");
  ASSERT_NE(program, nullptr);
  CampaignOptions options;
  options.runs = 5000;
  const auto alone = MakeScheduler("random", Seed(1));
  const CampaignResult without =
      RunCampaign(corpus::RunOf(program->buggy), **alone, options);
  const auto watched = MakeScheduler("random", Seed(1));
  TraceClasses classes(watched->get());
  const CampaignResult with =
      RunCampaign(corpus::RunOf(program->buggy), classes, options);
  EXPECT_EQ(without.runs, with.runs);
  EXPECT_EQ(without.steps, with.steps);
  EXPECT_EQ(with.scheduler, "random");
}

}  // namespace
}  // namespace orrery
