// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/make_scheduler.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Returns why `spec` is refused.
std::string ErrorOf(absl::string_view spec) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(spec, Seed(1));
  if (made.ok()) return "it was accepted";
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument) << spec;
  return std::string(made.status().message());
}

// Returns the text of the policy that `spec` makes.
std::string SpecOf(absl::string_view spec) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(spec, Seed(1));
  return made.ok() ? (*made)->Spec() : made.status().ToString();
}

// The names that make a policy by themselves.
std::vector<std::string> PlainNames() {
  std::vector<std::string> names = SchedulerNames();
  std::erase(names, "bytes");
  std::erase(names, "planted");
  return names;
}

// Registered while the program is initialized, as other folders do.
const bool planted =
    (RegisterScheduler("planted",
                       [](absl::string_view argument)
                           -> absl::StatusOr<std::unique_ptr<Scheduler>> {
                         if (argument.empty()) {
                           return absl::InvalidArgumentError("what is missing");
                         }
                         return std::make_unique<RandomScheduler>();
                       }),
     true);

TEST(MakeSchedulerTest, TheNamesAreListedInOrder) {
  EXPECT_TRUE(planted);
  EXPECT_THAT(
      SchedulerNames(),
      ElementsAre("bytes", "delay", "dfs", "dpor", "fifo", "pct", "planted",
                  "portfolio", "pos", "random", "surw", "urw"));
}

TEST(MakeSchedulerTest, APolicysTextMakesItAgain) {
  for (const std::string& name : PlainNames()) {
    EXPECT_THAT(SpecOf(name), StartsWith(name));
    EXPECT_EQ(SpecOf(SpecOf(name)), SpecOf(name));
  }
  for (const char* spec :
       {"pct:depth=7", "pct:depth=1,steps=1000", "delay:bound=0",
        "delay:bound=3,steps=12", "dfs:preemptions=2", "dfs:delays=1,steps=40",
        "dfs:values=3", "dpor:steps=100", "dpor:steps=5,values=2", "portfolio",
        "portfolio:members=random",
        "portfolio:members=random+pct:depth=2/steps=50+urw"}) {
    EXPECT_EQ(SpecOf(spec), spec);
  }
}

TEST(MakeSchedulerTest, OptionsThatAreNotGivenAreAsTheHelpSays) {
  EXPECT_EQ(SpecOf("pct"), "pct:depth=3");
  EXPECT_EQ(SpecOf("pct:steps=9"), "pct:depth=3,steps=9");
  EXPECT_EQ(SpecOf("delay"), "delay:bound=2");
  EXPECT_EQ(SpecOf("portfolio:members=pct+delay"),
            "portfolio:members=pct:depth=3+delay:bound=2");
  EXPECT_EQ(SpecOf("portfolio:members=surw+pos+pct+urw+random+delay"),
            "portfolio")
      << "the default, spelled out";
}

TEST(MakeSchedulerTest, ThePolicyIsReadyForARunWithTheSeed) {
  const ChoicePoint where = {.kind = ChoiceKind::kRandom,
                             .n = uint64_t{1} << 60};
  for (const std::string& name : PlainNames()) {
    absl::StatusOr<std::unique_ptr<Scheduler>> seven =
        MakeScheduler(name, Seed(7));
    absl::StatusOr<std::unique_ptr<Scheduler>> eight =
        MakeScheduler(name, Seed(8));
    ASSERT_TRUE(seven.ok() && eight.ok());
    if ((*seven)->traits().searches) continue;  // whatever the seed is
    const uint64_t drawn = (*seven)->Draw(where);
    EXPECT_NE((*eight)->Draw(where), drawn);
    (*eight)->BeginRun({.seed = Seed(7)});
    EXPECT_EQ((*eight)->Draw(where), drawn);
    RandomScheduler random;
    random.BeginRun({.seed = Seed(7)});
    EXPECT_EQ(random.Draw(where), drawn) << "the same under all policies";
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
  for (const char* name : {"rundom", "", "Random", " random", "rundom:depth"}) {
    EXPECT_EQ(ErrorOf(name),
              absl::StrCat("scheduler \"", name,
                           "\": there is no such policy; known: bytes, delay, "
                           "dfs, dpor, fifo, pct, planted, portfolio, pos, "
                           "random, surw, urw"));
  }
}

TEST(MakeSchedulerTest, AReplayNeedsAProgramThatReadsTraces) {
  EXPECT_EQ(ErrorOf("replay:x.trace"),
            "scheduler \"replay:x.trace\": this program has no way to read "
            "traces; a test replays one with --orrery_replay=FILE");
}

TEST(MakeSchedulerTest, AnOptionThatThePolicyLacksIsAnsweredWithThoseItHas) {
  EXPECT_EQ(ErrorOf("fifo:depth=3"),
            "scheduler \"fifo:depth=3\": it has no option \"depth\"; it has "
            "none at all");
  EXPECT_EQ(ErrorOf("random:a=b=c"),
            "scheduler \"random:a=b=c\": it has no option \"a\"; it has none "
            "at all");
  EXPECT_EQ(ErrorOf("delay:depth=3"),
            "scheduler \"delay:depth=3\": it has no option \"depth\"; it has "
            "bound (a number from 0 to 1000; otherwise 2), steps (a number "
            "from 1 to 1099511627776; otherwise as many as the profile "
            "run has)");
}

TEST(MakeSchedulerTest, AValueOutOfRangeIsAnsweredWithTheRange) {
  EXPECT_EQ(ErrorOf("pct:depth=0"),
            "scheduler \"pct:depth=0\": the option \"depth\" is a number from "
            "1 to 100, not \"0\"");
  EXPECT_THAT(ErrorOf("pct:steps=0"), HasSubstr("is a number from 1 to"));
  EXPECT_THAT(ErrorOf("delay:bound=two"), HasSubstr("not \"two\""));
  EXPECT_THAT(ErrorOf("dfs:preemptions=-1"), HasSubstr("not \"-1\""));
}

TEST(MakeSchedulerTest, OptionsThatAreNotKeyAndValueAreQuoted) {
  EXPECT_EQ(ErrorOf("random:"),
            "scheduler \"random:\": expected KEY=VALUE after the ':', found "
            "\"\"");
  EXPECT_EQ(ErrorOf("pct:3"),
            "scheduler \"pct:3\": expected KEY=VALUE after the ':', found "
            "\"3\"");
}

TEST(MakeSchedulerTest, AMemberOfAPortfolioThatCannotBeOneIsNamed) {
  EXPECT_EQ(ErrorOf("portfolio:members=random+rundom").substr(0, 96),
            "scheduler \"portfolio:members=random+rundom\": its member "
            "scheduler \"rundom\": there is no such pol");
  EXPECT_EQ(ErrorOf("portfolio:members=random+dfs"),
            "scheduler \"portfolio:members=random+dfs\": its member \"dfs\" "
            "does not sample schedules; use it by itself");
  EXPECT_THAT(ErrorOf("portfolio:members=fifo"),
              HasSubstr("does not sample schedules"));
  EXPECT_THAT(ErrorOf("portfolio:members=random+"),
              HasSubstr("no such policy"));
  EXPECT_THAT(ErrorOf("portfolio:members="), HasSubstr("is a text, not \"\""));
  EXPECT_THAT(ErrorOf("portfolio:members=pct:depth=x"),
              HasSubstr("its member scheduler \"pct:depth=x\": the option"));
}

TEST(MakeSchedulerTest, BytesComeFromAFile) {
  const std::string path = absl::StrCat(testing::TempDir(), "/a=1,b:2");
  std::FILE* file = std::fopen(path.c_str(), "wb");
  ASSERT_NE(file, nullptr);
  std::fwrite("\x05\x00\x07\x00", 1, 4, file);
  std::fclose(file);
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(absl::StrCat("bytes:", path), Seed(1));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->Draw({.kind = ChoiceKind::kData, .n = 10}), 5u);
  EXPECT_EQ((*made)->Draw({.kind = ChoiceKind::kData, .n = 10}), 7u);
  EXPECT_EQ((*made)->Draw({.kind = ChoiceKind::kData, .n = 10}), 0u);
  EXPECT_EQ((*made)->Spec(), absl::StrCat("bytes:", path));
}

TEST(MakeSchedulerTest, AFileThatCannotBeReadIsNamed) {
  EXPECT_EQ(ErrorOf("bytes:/no/such/file"),
            "scheduler \"bytes:/no/such/file\": cannot read the file "
            "\"/no/such/file\": No such file or directory");
  EXPECT_THAT(ErrorOf(absl::StrCat("bytes:", testing::TempDir())),
              HasSubstr("Is a directory"));
  for (const char* spec : {"bytes", "bytes:"}) {
    EXPECT_THAT(ErrorOf(spec), HasSubstr("a file is missing: \"bytes:FILE\""));
  }
}

TEST(RegisterSchedulerTest, TheNameIsKnownAndTakesWhatComesAfterIt) {
  EXPECT_EQ(SpecOf("planted:x"), "random");
  EXPECT_EQ(ErrorOf("planted"), "scheduler \"planted\": what is missing");
  EXPECT_THAT(SchedulerNames(), Contains("planted"));
}

TEST(RegisterSchedulerDeathTest, ANameIsTakenOnce) {
  const SchedulerFactory factory =
      [](absl::string_view) -> absl::StatusOr<std::unique_ptr<Scheduler>> {
    return std::make_unique<RandomScheduler>();
  };
  EXPECT_DEATH(RegisterScheduler("pct", factory), "no other policy has");
  EXPECT_DEATH(RegisterScheduler("planted", factory), "no other policy has");
}

}  // namespace
}  // namespace orrery
