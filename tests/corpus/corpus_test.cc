// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/corpus/corpus.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/explorer/run.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/tests/corpus/corpus_run.h"
#include "orrery/tests/corpus/first_bug.h"

namespace orrery::corpus {
namespace {

// Bugs that a random walk does not find, and who does.
struct Finder {
  absl::string_view program;
  absl::string_view policy;
};
constexpr Finder kFinders[] = {
    {"fig5", "pct:depth=2"},  {"uneven_1v25", "pct:depth=2"},
    {"reorder_10", "surw"},   {"reorder_20", "surw"},
    {"reorder_50", "surw"},   {"reorder_100", "surw"},
    {"twostage_20", "surw"},  {"twostage_50", "surw"},
    {"twostage_100", "surw"}, {"failure_detector", "pct:depth=10"},
};

absl::string_view FinderOf(absl::string_view program) {
  for (const Finder& finder : kFinders) {
    if (finder.program == program) return finder.policy;
  }
  return "random";
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Program& program : Programs()) names.push_back(program.name);
  return names;
}

std::string NameOf(const testing::TestParamInfo<std::string>& info) {
  return info.param;
}

class CorpusTest : public testing::TestWithParam<std::string> {};

TEST_P(CorpusTest, TheBugIsFound) {
  const Program& program = *FindProgram(GetParam());
  if (program.failure == Outcome::kCompleted) {
    EXPECT_EQ(CountFailures(program.buggy, "random", 200), 0u);
    return;
  }
  const FirstBug found =
      MeasureFirstBug(program, FinderOf(program.name),
                      {.campaigns = 1, .cap = 10'000, .seed = Seed(3)});
  EXPECT_TRUE(found.FoundByAll()) << FinderOf(program.name);
}

TEST_P(CorpusTest, TheFixedVersionDoesNotFail) {
  const Program& program = *FindProgram(GetParam());
  const uint64_t runs = program.large ? 10 : 200;
  for (const absl::string_view policy :
       {"random", "pct:depth=3", "pos", "surw"}) {
    EXPECT_EQ(CountFailures(program.fixed, policy, runs), 0u) << policy;
  }
}

TEST_P(CorpusTest, FirstInFirstOutIsEnoughToRunIt) {
  const Program& program = *FindProgram(GetParam());
  EXPECT_EQ(CountFailures(program.fixed, "fifo", 1), 0u);
}

TEST_P(CorpusTest, TheSameSeedGivesTheSameRun) {
  const Program& program = *FindProgram(GetParam());
  const RunFunction run = RunOf(program.buggy);
  const auto policy = MakeScheduler("random", Seed(11));
  ASSERT_TRUE(policy.ok()) << policy.status();
  const RunRequest request{.seed = Seed(11), .scheduler = policy->get()};
  const RunReport first = run(request);
  const RunReport second = run(request);
  EXPECT_EQ(first.digests, second.digests);
  EXPECT_EQ(first.steps, second.steps);
  EXPECT_GT(first.choices, 0u);
}

INSTANTIATE_TEST_SUITE_P(All, CorpusTest, testing::ValuesIn(Names()), NameOf);

TEST(CorpusTableTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const Program& program : Programs()) {
    EXPECT_TRUE(names.insert(program.name).second) << program.name;
    EXPECT_EQ(FindProgram(program.name), &program);
  }
  EXPECT_EQ(FindProgram("no such program"), nullptr);
}

}  // namespace
}  // namespace orrery::corpus
