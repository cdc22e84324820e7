// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/campaign.h"

#include <csignal>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/explorer/sample_runs.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr uint64_t kRuns = 300;

class CampaignTest : public testing::TestWithParam<bool> {
 protected:
  CampaignOptions Options(uint64_t runs = kRuns) const {
    CampaignOptions options;
    options.seed = Seed(1);
    options.runs = runs;
    options.isolated = GetParam();
    options.isolate.quiet = true;
    return options;
  }
  RandomScheduler random_;
};

INSTANTIATE_TEST_SUITE_P(Where, CampaignTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Isolated" : "InProcess";
                         });

TEST_P(CampaignTest, StopsAtTheFirstFailureAndNamesItsSeed) {
  const CampaignResult result =
      RunCampaign(SampleRuns(LosesAnUpdate), random_, Options());
  EXPECT_EQ(result.end, CampaignEnd::kFailures);
  ASSERT_EQ(result.failures.size(), 1u);
  const CampaignFailure& failure = result.failures.front();
  EXPECT_EQ(result.runs, failure.index + 1);
  EXPECT_EQ(failure.seed, Seed(1).ForRun(failure.index));
  EXPECT_EQ(failure.policy, "random");
  EXPECT_THAT(failure.report.message, HasSubstr("an update is lost"));

  // The seed repeats it, and so does the schedule.
  const RunReport again =
      SampleRuns(LosesAnUpdate)({.seed = failure.seed, .scheduler = &random_});
  EXPECT_EQ(again.digests, failure.report.digests);
  EXPECT_EQ(again.signature, failure.report.signature);
  ReplayScheduler replay(failure.schedule);
  EXPECT_EQ(SampleRuns(LosesAnUpdate)({.seed = Seed(1), .scheduler = &replay})
                .digests,
            failure.report.digests);
}

TEST_P(CampaignTest, CountsRunsStepsChoicesAndSchedules) {
  const CampaignResult result =
      RunCampaign(SampleRuns(TwoTasks), random_, Options());
  EXPECT_EQ(result.end, CampaignEnd::kRuns);
  EXPECT_EQ(result.runs, kRuns);
  EXPECT_EQ(result.failed_runs, 0u);
  EXPECT_GE(result.distinct_traces, 6u);
  EXPECT_LT(result.distinct_traces, kRuns);
  EXPECT_GT(result.choices_min, 0u);
  EXPECT_GE(result.choices_max, result.choices_min);
  EXPECT_GE(result.choices, kRuns * result.choices_min);
  EXPECT_GT(result.steps, kRuns * 4);
  EXPECT_EQ(CampaignWarning(result), "");
  EXPECT_THAT(FormatCampaign(result),
              StartsWith(std::to_string(kRuns) + " runs of random, "));
}

TEST_P(CampaignTest, IsAFunctionOfTheSeed) {
  const CampaignResult one =
      RunCampaign(SampleRuns(TwoTasks), random_, Options());
  const CampaignResult two =
      RunCampaign(SampleRuns(TwoTasks), random_, Options());
  EXPECT_EQ(FormatCampaign(one), FormatCampaign(two));
  EXPECT_EQ(one.state, two.state);
}

TEST_P(CampaignTest, WarnsWhenNoRunHadAChoice) {
  const CampaignResult result =
      RunCampaign(SampleRuns(NoChoice), random_, Options(5));
  EXPECT_EQ(result.distinct_traces, 1u);
  EXPECT_EQ(result.traces_seen_once, 0u);
  EXPECT_EQ(result.ChanceOfNewPpm(), 0u);
  EXPECT_THAT(CampaignWarning(result),
              HasSubstr("none of 5 runs had a choice"));
}

TEST_P(CampaignTest, ABudgetOfStepsEndsIt) {
  CampaignOptions options = Options();
  options.steps = 50;
  const CampaignResult result =
      RunCampaign(SampleRuns(TwoTasks), random_, options);
  EXPECT_EQ(result.end, CampaignEnd::kSteps);
  EXPECT_GE(result.steps, 50u);
  EXPECT_LT(result.steps, 100u);
  EXPECT_TRUE(result.failures.empty());
}

TEST_P(CampaignTest, ABudgetOfRealTimeEndsIt) {
  CampaignOptions options = Options(CampaignOptions().runs);
  options.real_time = absl::Milliseconds(50);
  const CampaignResult result =
      RunCampaign(SampleRuns(TwoTasks), random_, options);
  EXPECT_EQ(result.end, CampaignEnd::kRealTime);
  EXPECT_GT(result.runs, 0u);
  EXPECT_GE(result.real_time, absl::Milliseconds(50));
}

// Throws one of three things, or nothing.
Task<> ThrowsThreeThings() {
  co_await Sleep(absl::Seconds(1));
  const uint64_t n = Choose(4, "what");
  const uint64_t value = Choose(1000, "value");
  if (n == 0) co_return;
  const char* const what[] = {"", "disk", "net", "clock"};
  throw std::runtime_error(what[n] + std::string(" fails with ") +
                           std::to_string(value));
}

TEST_P(CampaignTest, CollectsDistinctFailures) {
  CampaignOptions options = Options();
  options.max_failures = 10;
  std::vector<std::string> told;
  options.on_failure = [&told](const CampaignFailure& failure) {
    told.push_back(failure.report.signature);
    return true;
  };
  uint64_t known = 0;
  options.on_known_failure = [&known](const CampaignFailure&,
                                      const RunRequest&) { ++known; };
  const CampaignResult result =
      RunCampaign(SampleRuns(ThrowsThreeThings), random_, options);
  EXPECT_EQ(result.end, CampaignEnd::kRuns);
  ASSERT_EQ(result.failures.size(), 3u);
  EXPECT_EQ(told.size(), 3u);
  EXPECT_EQ(std::set<std::string>(told.begin(), told.end()).size(), 3u);
  uint64_t times = 0;
  for (const CampaignFailure& failure : result.failures) {
    EXPECT_GT(failure.times, kRuns / 10);
    times += failure.times;
  }
  EXPECT_EQ(times, result.failed_runs);
  EXPECT_EQ(known, times - 3);
  EXPECT_THAT(FormatCampaign(result), HasSubstr(", 3 failures in "));
}

TEST_P(CampaignTest, EndsWhenSoManyFailuresAreFound) {
  CampaignOptions options = Options();
  options.max_failures = 2;
  const CampaignResult result =
      RunCampaign(SampleRuns(ThrowsThreeThings), random_, options);
  EXPECT_EQ(result.end, CampaignEnd::kFailures);
  EXPECT_EQ(result.failures.size(), 2u);
  EXPECT_LT(result.runs, 50u);
}

TEST_P(CampaignTest, MayBeStoppedFromOutside) {
  CampaignOptions options = Options();
  options.on_pass = [](const CampaignRun& run) {
    EXPECT_EQ(run.policy, "random");
    return run.request.index < 4;
  };
  const CampaignResult result =
      RunCampaign(SampleRuns(TwoTasks), random_, options);
  EXPECT_EQ(result.end, CampaignEnd::kStopped);
  EXPECT_EQ(result.runs, 5u);
}

TEST_P(CampaignTest, GoesOnWhereAnotherHasStopped) {
  const CampaignResult whole =
      RunCampaign(SampleRuns(TwoTasks), random_, Options(20));
  std::vector<uint64_t> seeds;
  std::string state;
  for (int i = 0; i < 4; ++i) {
    CampaignOptions options = Options(5);
    if (!state.empty()) {
      absl::StatusOr<CampaignOptions> resumed =
          ResumeCampaign(state, random_, options);
      ASSERT_TRUE(resumed.ok()) << resumed.status();
      options = *resumed;
    }
    options.on_pass = [&seeds](const CampaignRun& run) {
      seeds.push_back(run.request.seed.value);
      return true;
    };
    state = RunCampaign(SampleRuns(TwoTasks), random_, options).state;
  }
  EXPECT_EQ(state, whole.state);
  ASSERT_EQ(seeds.size(), 20u);
  for (uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(seeds[i], Seed(1).ForRun(i).value);
  }
}

TEST(ResumeCampaignTest, RefusesWhatDoesNotBelong) {
  RandomScheduler random;
  FifoScheduler fifo;
  CampaignOptions options;
  options.runs = 1;
  const std::string state =
      RunCampaign(SampleRuns(NoChoice), random, options).state;
  EXPECT_THAT(ResumeCampaign(state, fifo, options).status().message(),
              HasSubstr("was run with the scheduler random, and is to go on "
                        "with fifo"));
  CampaignOptions other = options;
  other.seed = Seed(99);
  EXPECT_THAT(ResumeCampaign(state, random, other).status().message(),
              HasSubstr("began with the seed 1, and is to go on with 99"));
  for (const char* text : {"", "Dear diary", "\xff\xff\xff"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        ResumeCampaign(text, random, options).status()));
  }
}

// ---- Policies that search, and that learn -----------------------------------

// Tries the numbers up to `last_` for the first draw of each run.
class CountingSearch : public Scheduler {
 public:
  explicit CountingSearch(uint64_t last, bool cut = false)
      : last_(last), cut_(cut) {}
  std::string Spec() const override { return "counting"; }
  SchedulerTraits traits() const override {
    return {.orders = false, .searches = true};
  }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint& where) override { return next_ % where.n; }
  NextRun EndRun(const RunSummary&) override {
    if (next_ == last_) {
      return cut_ ? NextRun::kOutOfBudget : NextRun::kExhausted;
    }
    ++next_;
    return NextRun::kAgain;
  }
  std::string SaveState() const override { return std::to_string(next_); }
  bool RestoreState(absl::string_view state) override {
    next_ = std::stoull(std::string(state));
    return true;
  }

 private:
  uint64_t last_;
  bool cut_;
  uint64_t next_ = 0;
};

Task<> DrawsOne() {
  co_await Sleep(absl::Nanoseconds(1 + static_cast<int64_t>(Choose(50, "n"))));
}
Task<> DiesOfSeven() {
  co_await Yield();
  if (Choose(50, "n") == 7) ::raise(SIGKILL);
}

TEST_P(CampaignTest, ASearchThatIsExhaustedIsComplete) {
  CountingSearch search(29);
  const CampaignResult result =
      RunCampaign(SampleRuns(DrawsOne), search, Options());
  EXPECT_EQ(result.end, CampaignEnd::kExhausted);
  EXPECT_EQ(result.runs, 30u);
  EXPECT_EQ(result.distinct_traces, 30u);
  EXPECT_EQ(result.Completeness(), "complete");
  EXPECT_EQ(result.ChanceOfNewPpm(), 0u);
  EXPECT_THAT(FormatCampaign(result), HasSubstr(", complete, no failure"));
  // It stays so.
  const absl::StatusOr<CampaignOptions> resumed =
      ResumeCampaign(result.state, search, Options());
  ASSERT_TRUE(resumed.ok());
  const CampaignResult again =
      RunCampaign(SampleRuns(DrawsOne), search, *resumed);
  EXPECT_EQ(again.end, CampaignEnd::kExhausted);
  EXPECT_EQ(again.runs, 0u);
}

TEST_P(CampaignTest, ASearchThatIsCutSaysSo) {
  CountingSearch bound(9, /*cut=*/true);
  EXPECT_EQ(RunCampaign(SampleRuns(DrawsOne), bound, Options()).Completeness(),
            "incomplete: the policy's own bound cut it");
  CountingSearch runs(1000);
  EXPECT_EQ(RunCampaign(SampleRuns(DrawsOne), runs, Options(10)).Completeness(),
            "incomplete: there are more schedules than runs");
}

TEST_P(CampaignTest, ASearchGoesOnInAnotherPolicyObject) {
  std::string state;
  uint64_t runs = 0;
  for (int i = 0; i < 3; ++i) {
    CountingSearch search(29);
    CampaignOptions options = Options(13);
    if (!state.empty()) options = *ResumeCampaign(state, search, options);
    const CampaignResult result =
        RunCampaign(SampleRuns(DrawsOne), search, options);
    runs += result.runs;
    state = result.state;
    EXPECT_EQ(result.end, i < 2 ? CampaignEnd::kRuns : CampaignEnd::kExhausted);
  }
  EXPECT_EQ(runs, 30u);
}

TEST(IsolatedCampaignTest, ASearchCannotGoPastARunThatDied) {
  CountingSearch search(29);
  CampaignOptions options;
  options.runs = kRuns;
  options.isolated = true;
  options.max_failures = 5;
  const CampaignResult result =
      RunCampaign(SampleRuns(DiesOfSeven), search, options);
  EXPECT_EQ(result.end, CampaignEnd::kSearchDied);
  EXPECT_EQ(result.runs, 8u);
  EXPECT_THAT(result.Completeness(), HasSubstr("the process of a run died"));
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_EQ(result.failures.front().died_of, "SIGKILL");
  ASSERT_EQ(result.failures.front().schedule.choices.size(), 1u);
  EXPECT_EQ(result.failures.front().schedule.choices.front().chosen, 7u);
}

// Wants to see the program once, and knows afterwards how many steps it has.
class Profiled : public Scheduler {
 public:
  std::string Spec() const override { return "profiled"; }
  SchedulerTraits traits() const override { return {.orders = false}; }
  void BeginRun(const RunInfo& run) override {
    profile_ = run.profile;
    EXPECT_TRUE(!run.profile || run.seed == Seed(0));
  }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint&) override { return profile_ ? 7 : 0; }
  NextRun EndRun(const RunSummary& run) override {
    if (profile_) steps_ = std::to_string(run.steps);
    return NextRun::kAgain;
  }
  bool NeedsProfile() const override { return steps_.empty(); }
  std::string SaveState() const override { return steps_; }
  bool RestoreState(absl::string_view state) override {
    steps_ = std::string(state);
    return true;
  }

 private:
  bool profile_ = false;
  std::string steps_;
};

TEST_P(CampaignTest, APolicyThatHasToLearnHasOneRunForThat) {
  Profiled policy;
  const CampaignResult result =
      RunCampaign(SampleRuns(DrawsOne), policy, Options(5));
  EXPECT_EQ(result.runs, 5u) << "and it does not count";
  EXPECT_EQ(result.distinct_traces, 1u);
  EXPECT_FALSE(policy.SaveState().empty());
}

Task<> ThrowsAtSeven() {
  co_await Yield();
  if (Choose(50, "n") == 7) throw std::runtime_error("seven");
}

TEST_P(CampaignTest, AProfileThatFailsIsAFailure) {
  Profiled policy;
  const CampaignResult result =
      RunCampaign(SampleRuns(ThrowsAtSeven), policy, Options(5));
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_TRUE(result.failures.front().profile);
  EXPECT_EQ(result.runs, 0u);
  EXPECT_EQ(result.end, CampaignEnd::kFailures);
}

// ---- Good and Turing --------------------------------------------------------

TEST(CampaignResultTest, TheChanceOfSomethingNewIsSeenOnceOverRuns) {
  CampaignResult result;
  EXPECT_EQ(result.ChanceOfNewPpm(), 1'000'000u);
  result.runs = 300;
  result.traces_seen_once = 100;
  EXPECT_EQ(result.ChanceOfNewPpm(), 333'333u);
}

// Of 1,000 equally likely outcomes, so many are not seen in 1,000 draws that
// the next draw shows a new one with probability 1/e. The estimate is within
// five standard deviations of that.
Task<> DrawsOneOfAThousand() {
  const uint64_t n = Choose(1000, "n");
  co_await Sleep(absl::Nanoseconds(1 + static_cast<int64_t>(n)));
}

TEST(CampaignResultTest, TheEstimateIsRight) {
  RandomScheduler random;
  CampaignOptions options;
  options.runs = 1000;
  const CampaignResult result =
      RunCampaign(SampleRuns(DrawsOneOfAThousand), random, options);
  EXPECT_NEAR(static_cast<double>(result.ChanceOfNewPpm()), 367'700, 75'000);
  EXPECT_NEAR(static_cast<double>(result.distinct_traces), 632, 60);
}

}  // namespace
}  // namespace orrery
