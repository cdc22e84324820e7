// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How soon the policies have to find the bugs of the corpus. The bounds are
// those of the algorithms' authors, or of a small model of them, with a margin;
// seeds are fixed, so that a test that passes once passes always.

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/first_bug.h"

namespace orrery::corpus {
namespace {

FirstBug Measure(absl::string_view name, absl::string_view policy,
                 const FirstBugOptions& options = {}) {
  const Program* program = FindProgram(name);
  if (program == nullptr) {
    ADD_FAILURE() << "there is no " << name;
    return {};
  }
  return MeasureFirstBug(*program, policy, options);
}

struct Bound {
  absl::string_view policy;
  absl::string_view program;
  double mean_max;
};

// "surw_reorder_3".
std::string NameOf(const testing::TestParamInfo<Bound>& info) {
  std::string name = absl::StrCat(info.param.policy, "_", info.param.program);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

void PrintTo(const Bound& bound, std::ostream* out) {
  *out << bound.policy << " on " << bound.program;
}

class FindsTest : public testing::TestWithParam<Bound> {};

TEST_P(FindsTest, InTime) {
  const Bound& bound = GetParam();
  const FirstBug found = Measure(bound.program, bound.policy);
  EXPECT_EQ(found.schedules.size(), 20u);
  EXPECT_LE(found.Mean(), bound.mean_max);
  RecordProperty("mean", std::to_string(found.Mean()));
}

// SURW: twice what the model takes.
constexpr Bound kBounds[] = {
    {"surw", "reorder_3", 2 * 8.5},  {"surw", "reorder_4", 2 * 10},
    {"surw", "reorder_5", 2 * 12},   {"surw", "reorder_10", 2 * 21},
    {"surw", "reorder_20", 2 * 5.4}, {"surw", "reorder_100", 600},
    {"urw", "dining_7", 60},         {"pos", "bluetooth", 60},
    {"pos", "stringbuffer", 25},     {"pct:depth=3", "twostage_2", 15},
};
INSTANTIATE_TEST_SUITE_P(All, FindsTest, testing::ValuesIn(kBounds), NameOf);

// A walk that finds it is none: it would be another policy under its name.
TEST(RandomTest, FindsTheStarvedStoreInNoneOfTwentyCampaigns) {
  EXPECT_TRUE(Measure("uneven_1v25", "random").schedules.empty());
}

// Each member alone, and how long the portfolio may take: a little more than if
// all its runs but those of the best member were in vain.
TEST(PortfolioTest, IsNotMuchSlowerThanItsBestMember) {
  const std::vector<std::string> members = {"surw", "pos",    "pct:depth=3",
                                            "urw",  "random", "delay:bound=2"};
  std::string spec = "portfolio:members=";
  for (const std::string& member : members) {
    spec += (member == members.front() ? "" : "+") + member;
  }
  const auto portfolio = MakeScheduler(spec, Seed(1));
  ASSERT_TRUE(portfolio.ok()) << portfolio.status();
  ASSERT_EQ((*portfolio)->Spec(), "portfolio") << "its members have changed";
  for (const Program& program : Programs()) {
    if (program.failure == Outcome::kCompleted || program.large) continue;
    double best = 10'000;
    for (const std::string& member : members) {
      // Whoever takes longer than the best so far need not come to an end.
      const FirstBugOptions options{
          .cap = std::max<uint64_t>(50, static_cast<uint64_t>(5 * best))};
      const FirstBug found = Measure(program.name, member, options);
      if (found.FoundByAll()) best = std::min(best, found.Mean());
    }
    ASSERT_LT(best, 10'000) << program.name;
    const FirstBug found = Measure(program.name, "portfolio", {.cap = 50'000});
    EXPECT_TRUE(found.FoundByAll()) << program.name;
    EXPECT_LE(found.Mean(), 1.3 * static_cast<double>(members.size()) * best)
        << program.name;
  }
}

// The portfolio takes all policies in turn.
TEST(ControlTest, NoFixedProgramFails) {
  for (const Program& program : Programs()) {
    const uint64_t runs = program.large ? 300 : 6'000;
    EXPECT_EQ(CountFailures(program.fixed, "portfolio", runs), 0u)
        << program.name;
  }
}

}  // namespace
}  // namespace orrery::corpus
