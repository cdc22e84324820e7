// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/make_scheduler.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// Returns why `spec` is refused.
std::string ErrorOf(absl::string_view spec) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(spec, Seed(1));
  if (made.ok()) return "it was accepted";
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument) << spec;
  return std::string(made.status().message());
}

TEST(MakeSchedulerTest, TheNamesAreListedInOrder) {
  EXPECT_THAT(SchedulerNames(), ElementsAre("fifo", "random"));
  const std::vector<std::string> names = SchedulerNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(MakeSchedulerTest, MakesEachPolicyThatItLists) {
  for (const std::string& name : SchedulerNames()) {
    absl::StatusOr<std::unique_ptr<Scheduler>> made =
        MakeScheduler(name, Seed(1));
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ((*made)->Spec(), name) << "a policy's text makes it again";
  }
}

TEST(MakeSchedulerTest, ThePolicyIsReadyForARunWithTheSeed) {
  const ChoicePoint where = {.kind = ChoiceKind::kRandom,
                             .n = uint64_t{1} << 60};
  for (const std::string& name : SchedulerNames()) {
    absl::StatusOr<std::unique_ptr<Scheduler>> seven =
        MakeScheduler(name, Seed(7));
    absl::StatusOr<std::unique_ptr<Scheduler>> eight =
        MakeScheduler(name, Seed(8));
    ASSERT_TRUE(seven.ok() && eight.ok());
    const uint64_t drawn = (*seven)->Draw(where);
    EXPECT_NE((*eight)->Draw(where), drawn);
    (*eight)->BeginRun({.seed = Seed(7)});
    EXPECT_EQ((*eight)->Draw(where), drawn);
  }
}

TEST(MakeSchedulerTest, RandomIsARandomScheduler) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler("random", Seed(5));
  ASSERT_TRUE(made.ok());
  RandomScheduler direct;
  direct.BeginRun({.seed = Seed(5)});
  Candidate candidates[4];
  const Candidate* ready[4];
  for (int i = 0; i < 4; ++i) ready[i] = &candidates[i];
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ((*made)->PickNext({.n = 4}, ready),
              direct.PickNext({.n = 4}, ready));
  }
}

TEST(MakeSchedulerTest, ANameThatIsNotKnownIsAnsweredWithThoseThatAre) {
  EXPECT_EQ(ErrorOf("rundom"),
            "scheduler \"rundom\": there is no such policy; known: fifo, "
            "random");
  EXPECT_EQ(ErrorOf(""),
            "scheduler \"\": there is no such policy; known: fifo, random");
  EXPECT_EQ(ErrorOf("Random"),
            "scheduler \"Random\": there is no such policy; known: fifo, "
            "random");
  EXPECT_EQ(ErrorOf(" random"),
            "scheduler \" random\": there is no such policy; known: fifo, "
            "random");
  EXPECT_EQ(ErrorOf("replay"),
            "scheduler \"replay\": there is no such policy; known: fifo, "
            "random");
}

TEST(MakeSchedulerTest, AnOptionThatThePolicyLacksIsNamed) {
  EXPECT_EQ(ErrorOf("fifo:depth=3"),
            "scheduler \"fifo:depth=3\": it has no option \"depth\"");
  EXPECT_EQ(ErrorOf("random:depth=3,seed=1"),
            "scheduler \"random:depth=3,seed=1\": it has no option \"depth\"");
  EXPECT_EQ(ErrorOf("random:a=b=c"),
            "scheduler \"random:a=b=c\": it has no option \"a\"");
  EXPECT_EQ(ErrorOf("random:depth="),
            "scheduler \"random:depth=\": it has no option \"depth\"");
}

TEST(MakeSchedulerTest, OptionsThatAreNotKeyAndValueAreQuoted) {
  EXPECT_EQ(ErrorOf("random:"),
            "scheduler \"random:\": expected KEY=VALUE after the ':', found "
            "\"\"");
  EXPECT_EQ(ErrorOf("random:depth"),
            "scheduler \"random:depth\": expected KEY=VALUE after the ':', "
            "found \"depth\"");
  EXPECT_EQ(ErrorOf("random:=3"),
            "scheduler \"random:=3\": expected KEY=VALUE after the ':', found "
            "\"=3\"");
  EXPECT_EQ(ErrorOf("random:a=1,"),
            "scheduler \"random:a=1,\": expected KEY=VALUE after the ':', "
            "found \"\"");
  EXPECT_EQ(ErrorOf("random:a=1,,b=2"),
            "scheduler \"random:a=1,,b=2\": expected KEY=VALUE after the ':', "
            "found \"\"");
}

TEST(MakeSchedulerTest, AWrongNameIsReportedBeforeItsOptions) {
  EXPECT_EQ(ErrorOf("rundom:depth"),
            "scheduler \"rundom:depth\": there is no such policy; known: fifo, "
            "random");
}

}  // namespace
}  // namespace orrery
