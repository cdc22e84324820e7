// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: races in which each competitor starts a little later.

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/staggered_race.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNull;
using testing::SizeIs;

using Ways = std::vector<std::function<Task<std::string>()>>;

Task<std::string> Say(std::string text) { co_return text; }

Task<std::string> SayAfter(absl::Duration delay, std::string text) {
  co_await Sleep(delay);
  co_return text;
}

Task<std::string> Fail(const char* what) {
  throw std::invalid_argument(what);
  co_return "";
}

// Returns what was thrown: "cancelled", or what the error says.
std::string TextOf(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Cancelled&) {
    return "cancelled";
  } catch (const std::exception& error) {
    return error.what();
  }
}

// Answers: test_staggered.py StaggeredTests.test_empty
ANY_ORDER_SIM_TEST(StaggeredRaceTest, WithoutCompetitorsNobodyWins) {
  const RaceResult<std::string> race =
      co_await StaggeredRace(Ways(), absl::InfiniteDuration());
  EXPECT_FALSE(race.winner.has_value());
  EXPECT_THAT(race.exceptions, IsEmpty());
}

// Answers: test_staggered.py StaggeredTests.test_one_successful
ANY_ORDER_SIM_TEST(StaggeredRaceTest, TheFirstWinsIfItDoesNotFail) {
  Ways ways;
  for (int i = 0; i < 2; ++i) {
    ways.push_back([i] { return Say("result " + std::to_string(i)); });
  }
  const RaceResult<std::string> race =
      co_await StaggeredRace(std::move(ways), absl::InfiniteDuration());
  CO_ASSERT_TRUE(race.winner.has_value());
  EXPECT_EQ(race.winner->index, 0u);
  EXPECT_EQ(race.winner->value, "result 0");
  EXPECT_THAT(race.exceptions, ElementsAre(IsNull()))
      << "the second one was never begun";
}

// Answers: test_staggered.py StaggeredTests.test_first_error_second_successful
ANY_ORDER_SIM_TEST(StaggeredRaceTest, WhenOneFailsTheNextBeginsAtOnce) {
  Ways ways;
  ways.push_back([] { return Fail("no way"); });
  ways.push_back([] { return Say("result 1"); });
  const RaceResult<std::string> race =
      co_await StaggeredRace(std::move(ways), absl::InfiniteDuration());
  CO_ASSERT_TRUE(race.winner.has_value());
  EXPECT_EQ(race.winner->index, 1u);
  EXPECT_EQ(race.winner->value, "result 1");
  CO_ASSERT_THAT(race.exceptions, SizeIs(2));
  EXPECT_EQ(TextOf(race.exceptions[0]), "no way");
  EXPECT_EQ(race.exceptions[1], nullptr);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Answers: test_staggered.py
// StaggeredTests.test_first_timeout_second_successful
ANY_ORDER_SIM_TEST(StaggeredRaceTest, TheWinnerEndsThoseThatWereBegun) {
  Ways ways;
  ways.push_back([] { return SayAfter(absl::Seconds(10), "result 0"); });
  ways.push_back([] { return Say("result 1"); });
  const RaceResult<std::string> race =
      co_await StaggeredRace(std::move(ways), absl::Milliseconds(100));
  CO_ASSERT_TRUE(race.winner.has_value());
  EXPECT_EQ(race.winner->index, 1u);
  EXPECT_EQ(race.winner->value, "result 1");
  CO_ASSERT_THAT(race.exceptions, SizeIs(2));
  EXPECT_EQ(TextOf(race.exceptions[0]), "cancelled");
  EXPECT_EQ(race.exceptions[1], nullptr);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));
}

// Answers: test_staggered.py StaggeredTests.test_none_successful
ANY_ORDER_SIM_TEST(StaggeredRaceTest, IfAllFailNobodyWins) {
  Ways ways;
  ways.push_back([] { return Fail("not this way"); });
  ways.push_back([] { return Fail("nor that way"); });
  const RaceResult<std::string> race =
      co_await StaggeredRace(std::move(ways), absl::InfiniteDuration());
  EXPECT_FALSE(race.winner.has_value());
  CO_ASSERT_THAT(race.exceptions, SizeIs(2));
  EXPECT_EQ(TextOf(race.exceptions[0]), "not this way");
  EXPECT_EQ(TextOf(race.exceptions[1]), "nor that way");
}

}  // namespace
}  // namespace orrery
