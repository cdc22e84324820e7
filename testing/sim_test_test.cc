// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What SIM_TEST does for tests that pass. Those that fail are in
// //tests:failing_sample.

#include "orrery/testing/sim_test.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace orrery {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;

// ---- SIM_TEST ---------------------------------------------------------------

SIM_TEST(SimTestTest, ABodyMayAwait) {
  co_await Sleep(absl::Hours(1));
  EXPECT_EQ(Elapsed(), absl::Hours(1));
}

// The most natural of tests: it would be undefined behavior, were the body a
// coroutine.
SIM_TEST(SimTestTest, ABodyNeedNotAwait) { EXPECT_EQ(Elapsed(), Elapsed()); }

SIM_TEST(SimTestTest, AnEmptyBodyPasses) {}

SIM_TEST(SimTestTest, ABodyThatAwaitsNothingMayUseStockAssertions) {
  const int one = 1;
  ASSERT_EQ(one, 1);
  if (one == 1) return;
  ADD_FAILURE() << "not reached";
}

SIM_TEST(SimTestTest, ABodyMayReturnEarly) {
  co_await Yield();
  const bool enough = true;
  if (enough) co_return;
  ADD_FAILURE() << "not reached";
}

SIM_TEST(SimTestTest, ABodyMayOnlyReturn) { co_return; }

Task<> ThrowInt() {
  co_await Yield();
  throw 7;
}

SIM_TEST(SimTestTest, ABodyMayCatch) {
  int caught = 0;
  try {
    co_await ThrowInt();
  } catch (int thrown) {
    caught = thrown;
  }
  EXPECT_EQ(caught, 7);
}

SIM_TEST(SimTestTest, EveryRunHasASimulationOfItsOwn, {.runs = 3}) {
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  EXPECT_THAT(Logs(), IsEmpty());
  co_await Sleep(absl::Seconds(1));
  Log("later");
}

SIM_TEST(SimTestTest, LocalsOfABodyLiveUntilItsEnd) {
  const auto text = std::make_unique<std::string>("text");
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(*text, "text");
}

SIM_TEST(SimTestTest, SucceedIsNoFailure) {
  SUCCEED() << "fine";
  EXPECT_FALSE(SimTest::HasFailure());
  co_await Yield();
}

// ---- Options ----------------------------------------------------------------

// Counts over all runs of one test, which share a process for that; checked
// when the suite is over, for any order of tests.
class OptionsTest : public SimTest {
 protected:
  static void TearDownTestSuite() {
    // Zero if a filter has left the test out.
    EXPECT_THAT(seeds().size(), AnyOf(0, 50));
    EXPECT_THAT(explored_orders().size(), AnyOf(0, 6));
    EXPECT_THAT(random_orders().size(), AnyOf(0, 6));
  }

  static std::set<uint64_t>& seeds() {
    static std::set<uint64_t> all;
    return all;
  }
  static std::set<std::string>& explored_orders() {
    static std::set<std::string> all;
    return all;
  }
  static std::set<std::string>& random_orders() {
    static std::set<std::string> all;
    return all;
  }
};

SIM_TEST_F(OptionsTest, EveryRunHasAnotherSeed,
           {.runs = 50, .scheduler = "random", .isolate = false}) {
  seeds().insert(Simulation::Current("a test").seed().value);
}

Task<> Append(std::string& order, char name) {
  order.push_back(name);
  co_return;
}
Task<> AppendThree(std::string& order) {
  JoinHandle<> a = Spawn(Append, std::ref(order), 'a');
  JoinHandle<> b = Spawn(Append, std::ref(order), 'b');
  JoinHandle<> c = Spawn(Append, std::ref(order), 'c');
  co_await a;
  co_await b;
  co_await c;
}

SIM_TEST_F(OptionsTest, FifoIsTheDefaultSchedulerOfOneRun) {
  std::string order;
  co_await AppendThree(order);
  EXPECT_EQ(order, "abc");
}

SIM_TEST_F(OptionsTest, ManyRunsExploreByDefault,
           {.runs = 300, .isolate = false}) {
  std::string order;
  co_await AppendThree(order);
  explored_orders().insert(order);
}

SIM_TEST_F(OptionsTest, TheSchedulerIsTheOneThatIsNamed,
           {.runs = 100, .scheduler = "random", .isolate = false}) {
  std::string order;
  co_await AppendThree(order);
  random_orders().insert(order);
}

constexpr SimTestOptions kLong = {.max_time = absl::Hours(3), .max_steps = 10};

SIM_TEST(SimTestTest, OptionsMayHaveAName, kLong) {
  co_await Sleep(absl::Hours(3));
}

SIM_TEST(SimTestTest, OptionsMayBeComputed,
         {.runs = 1 + 1, .max_steps = std::max<uint64_t>(5, 7)}) {
  co_await Yield();
}

// ---- Fixtures ---------------------------------------------------------------

// Members that need a simulation to be made in.
class FixtureTest : public SimTest {
 protected:
  FixtureTest() { ++made; }
  ~FixtureTest() { ++destroyed; }

  static void SetUpTestSuite() { ++suites; }
  static void TearDownTestSuite() {
    EXPECT_EQ(suites, 1);
    EXPECT_EQ(made, destroyed);
    EXPECT_GT(made, 0);
    suites = 0;
  }

  void SetUp() { events_.push_back("SetUp"); }
  void TearDown() {
    events_.push_back("TearDown");
    EXPECT_THAT(events_, ElementsAre("SetUp", "body", "TearDown"));
  }

  static inline int made = 0;
  static inline int destroyed = 0;
  static inline int suites = 0;
  std::vector<std::string> events_;
  Mutex mutex_{"state"};
  Queue<int> queue_{1, "items"};
};

SIM_TEST_F(FixtureTest, EachRunHasAFreshOne, {.runs = 5}) {
  EXPECT_THAT(events_, ElementsAre("SetUp"));
  EXPECT_EQ(made, destroyed + 1);
  events_.push_back("body");
  Mutex::Guard guard = co_await mutex_.Lock();
  co_await queue_.Put(7);
  const int got = co_await queue_.Get();
  EXPECT_EQ(got, 7);
}

SIM_TEST_F(FixtureTest, SetUpAndTearDownMayBePlainFunctions) {
  events_.push_back("body");
}

class CoroutineFixtureTest : public SimTest {
 protected:
  ~CoroutineFixtureTest() { EXPECT_TRUE(torn_down_); }

  Task<> SetUp() {
    co_await Sleep(absl::Seconds(1));
    server_ = Spawn("server", Serve, std::ref(stop_));
  }
  Task<> TearDown() {
    EXPECT_FALSE(HasFailure());
    stop_.Set();
    co_await server_;
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(Elapsed(), absl::Seconds(3));
    torn_down_ = true;
  }

  static Task<> Serve(Event& stop) { co_await stop.Wait(); }

  Event stop_{"stop"};
  JoinHandle<> server_;
  bool torn_down_ = false;
};

SIM_TEST_F(CoroutineFixtureTest, SetUpAndTearDownMayBeCoroutines, {.runs = 2}) {
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
  EXPECT_FALSE(server_.Done());
  co_await Sleep(absl::Seconds(1));
}

class DerivedFixtureTest : public CoroutineFixtureTest {
 protected:
  Task<> SetUp() {
    co_await CoroutineFixtureTest::SetUp();
    ready_ = true;
  }
  bool ready_ = false;
};

SIM_TEST_F(DerivedFixtureTest, MayCallTheSetUpOfItsBase) {
  EXPECT_TRUE(ready_);
  co_await Sleep(absl::Seconds(1));
}

// The class that the macro makes has names of its own. None of them may come
// between the user and these.
struct Promise {};
struct Options {};
struct Awaiter {};
class NamesTest : public SimTest {
 protected:
  int Run() { return 1; }
  int Body() { return 2; }
  int frame_ = 3;
  Promise promise;
};

SIM_TEST_F(NamesTest, AreTheUsers) {
  [[maybe_unused]] const Promise promise;
  [[maybe_unused]] const Options options;
  [[maybe_unused]] const Awaiter awaiter;
  EXPECT_EQ(Run() + Body() + frame_, 6);
  co_await Yield();
}

// ---- Parameters -------------------------------------------------------------

class ParamTest : public SimTestWithParam<int> {
 protected:
  static void SetUpTestSuite() { suite_is_set_up = true; }
  static void TearDownTestSuite() { suite_is_set_up = false; }

  // The parameter is there from the beginning.
  ParamTest() : at_first_(GetParam()) {}
  static inline bool suite_is_set_up = false;
  int at_first_;
};

SIM_TEST_P(ParamTest, AreSeenByEveryRun, {.runs = 3}) {
  EXPECT_EQ(at_first_, GetParam());
  EXPECT_TRUE(suite_is_set_up);
  co_await Sleep(absl::Seconds(GetParam()));
  EXPECT_EQ(Elapsed(), absl::Seconds(GetParam()));
}

SIM_TEST_P(ParamTest, NameTheirTests) {
  const testing::TestInfo& info =
      *testing::UnitTest::GetInstance()->current_test_info();
  EXPECT_EQ(std::string(info.test_suite_name()), "Numbers/ParamTest");
  EXPECT_EQ(std::string(info.name()),
            "NameTheirTests/number" + std::to_string(GetParam()));
  EXPECT_EQ(std::string(info.value_param()), std::to_string(GetParam()));
}

INSTANTIATE_SIM_TEST_SUITE_P(Numbers, ParamTest, testing::Values(1, 2, 30),
                             [](const testing::TestParamInfo<int>& info) {
                               return "number" + std::to_string(info.param);
                             });

class PairTest : public SimTestWithParam<std::tuple<bool, std::string>> {};

SIM_TEST_P(PairTest, MayBeTuples) {
  co_await Yield();
  EXPECT_EQ(std::get<0>(GetParam()) ? "yes" : "no", std::get<1>(GetParam()));
}

INSTANTIATE_SIM_TEST_SUITE_P(
    Pairs, PairTest,
    testing::Values(std::tuple(true, std::string("yes")),
                    std::tuple(false, std::string("no"))));
INSTANTIATE_SIM_TEST_SUITE_P(MorePairs, PairTest,
                             testing::Combine(testing::Values(true),
                                              testing::Values("yes")));

TEST(ParamDeathTest, OutsideOfATestTheReasonIsGiven) {
  EXPECT_DEATH(ParamTest::GetParam(),
               "GetParam\\(\\) was called outside of a SIM_TEST_P");
}

}  // namespace
}  // namespace orrery

// ---- From a user's own namespace --------------------------------------------

namespace bank {

class AccountTest : public orrery::SimTest {
 protected:
  int balance_ = 5;
};

SIM_TEST(BankTest, NeedsNoUsingDirective, {.runs = 2}) {
  co_await orrery::Yield();
  CO_ASSERT_EQ(1, 1);
}

SIM_TEST_F(AccountTest, NeedsNoUsingDirectiveWithAFixture) {
  co_await orrery::Sleep(absl::Seconds(1));
  EXPECT_EQ(balance_, 5);
}

class FeeTest : public orrery::SimTestWithParam<int> {};
SIM_TEST_P(FeeTest, IsPositive) { EXPECT_GT(GetParam(), 0); }
INSTANTIATE_SIM_TEST_SUITE_P(Fees, FeeTest, testing::Range(1, 3));

}  // namespace bank

SIM_TEST(GlobalTest, NeedsNoNamespace) { co_await orrery::Yield(); }
