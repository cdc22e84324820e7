// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/writing_tests.md shows, as tests that pass.

// [snippet: first]
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

Task<> SayAfter(absl::Duration delay, std::string message) {
  co_await Sleep(delay);
  Log(message);
}

SIM_TEST(GreetingTest, TakesThreeSeconds) {
  co_await SayAfter(absl::Seconds(1), "Bonjour");
  co_await SayAfter(absl::Seconds(2), "Monde");
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
}

}  // namespace
}  // namespace orrery
// [end: first]

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Values;

// [snippet: tasks]
SIM_TEST(GreetingTest, TakesTwoSecondsTogether) {
  JoinHandle<> hello = Spawn("hello", SayAfter, absl::Seconds(1), "Bonjour");
  JoinHandle<> world = Spawn("world", SayAfter, absl::Seconds(2), "Monde");
  co_await hello;
  co_await world;
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}
// [end: tasks]

// [snippet: callbacks]
SIM_TEST(GreetingTest, NeedsNoCoroutine) {
  PostAfter(absl::Seconds(1), [] { Log("Bonjour"); });
  PostAfter(absl::Seconds(2), [] { EXPECT_EQ(Elapsed(), absl::Seconds(2)); });
  co_await Sleep(absl::Seconds(3));
}
// [end: callbacks]

// ---- A small bank, to have something to test --------------------------------

class Bank {
 public:
  explicit Bank(int accounts) : balances_(static_cast<size_t>(accounts), 100) {}

  Task<absl::Status> Open() {
    co_await Sleep(absl::Seconds(1));
    open_ = true;
    co_return absl::OkStatus();
  }
  Task<> Close() {
    co_await Sleep(absl::Seconds(1));
    open_ = false;
  }

  Task<absl::Status> Transfer(int from, int to, int amount) {
    if (!open_) co_return absl::UnavailableError("closed");
    Mutex::Guard guard = co_await mutex_.Lock();
    if (At(from) < amount) co_return absl::FailedPreconditionError("too poor");
    At(from) -= amount;
    co_await Sleep(absl::Milliseconds(10));
    At(to) += amount;
    co_return absl::OkStatus();
  }

  Task<absl::StatusOr<int>> Balance(int account) {
    if (account >= static_cast<int>(balances_.size())) {
      co_return absl::NotFoundError("no such account");
    }
    Mutex::Guard guard = co_await mutex_.Lock();
    co_return At(account);
  }

  bool is_open() const { return open_; }
  int Total() const {
    int total = 0;
    for (int balance : balances_) total += balance;
    return total;
  }

 private:
  int& At(int account) { return balances_[static_cast<size_t>(account)]; }

  Mutex mutex_{"bank"};
  std::vector<int> balances_;
  bool open_ = false;
};

Task<> MoveMoney(Bank& bank, int from, int to) {
  EXPECT_THAT(co_await bank.Transfer(from, to, 10), IsOk());
}

// [snippet: options]
SIM_TEST(BankTest, KeepsTheTotal,
         {.runs = 200, .scheduler = "random", .max_time = absl::Minutes(5)}) {
  Bank bank(3);
  CO_ASSERT_OK(co_await bank.Open());
  JoinHandle<> one = Spawn("one", MoveMoney, std::ref(bank), 0, 1);
  JoinHandle<> two = Spawn("two", MoveMoney, std::ref(bank), 1, 2);
  co_await one;
  co_await two;
  EXPECT_EQ(bank.Total(), 300);
}
// [end: options]

// [snippet: named_options]
constexpr SimTestOptions kThorough = {.runs = 1000, .scheduler = "random"};

SIM_TEST(BankTest, StartsClosed, kThorough) {
  const Bank bank(3);
  EXPECT_FALSE(bank.is_open());
}
// [end: named_options]

// [snippet: fixture]
class OpenBankTest : public SimTest {
 protected:
  Task<> SetUp() { CO_ASSERT_OK(co_await bank_.Open()); }
  Task<> TearDown() {
    co_await bank_.Close();
    EXPECT_EQ(bank_.Total(), 300);
  }

  Bank bank_{3};
};

SIM_TEST_F(OpenBankTest, Transfers) {
  CO_ASSERT_OK(co_await bank_.Transfer(0, 1, 10));
  EXPECT_THAT(co_await bank_.Balance(1), IsOkAndHolds(110));
}
// [end: fixture]

// [snippet: parameters]
class AmountTest : public SimTestWithParam<int> {
 protected:
  Bank bank_{2};
};

SIM_TEST_P(AmountTest, ArrivesInFull, {.runs = 10, .scheduler = "random"}) {
  CO_ASSERT_OK(co_await bank_.Open());
  CO_ASSERT_OK(co_await bank_.Transfer(0, 1, GetParam()));
  EXPECT_THAT(co_await bank_.Balance(1), IsOkAndHolds(100 + GetParam()));
}

INSTANTIATE_SIM_TEST_SUITE_P(Amounts, AmountTest, Values(0, 1, 100));
// [end: parameters]

// [snippet: assertions]
Task<int> BalanceOf(Bank& bank, int account) {
  const absl::StatusOr<int> balance = co_await bank.Balance(account);
  CO_ASSERT_TRUE(balance.ok()) << "account " << account;
  co_return *balance;
}

SIM_TEST_F(OpenBankTest, AssertionsStopTheTestFromAnywhere) {
  CO_ASSERT_EQ(co_await BalanceOf(bank_, 0), 100);
  EXPECT_EQ(co_await BalanceOf(bank_, 1), 100) << "and EXPECT_ goes on";
}
// [end: assertions]

// [snippet: status]
Task<absl::StatusOr<int>> SumOf(Bank& bank, int account, int other) {
  ASSIGN_OR_CO_RETURN(const int first, co_await bank.Balance(account));
  ASSIGN_OR_CO_RETURN(const int second, co_await bank.Balance(other));
  co_return first + second;
}

SIM_TEST_F(OpenBankTest, StatusesHaveMacrosAndMatchers) {
  CO_ASSERT_OK_AND_ASSIGN(const int sum, co_await SumOf(bank_, 0, 1));
  EXPECT_EQ(sum, 200);
  EXPECT_THAT(co_await SumOf(bank_, 0, 9),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no such")));
}
// [end: status]

// [snippet: skip]
SIM_TEST_F(OpenBankTest, NeedsManyAccounts) {
  const absl::StatusOr<int> balance = co_await bank_.Balance(999);
  if (!balance.ok()) CO_SKIP() << "a small bank: " << balance.status();
  CO_ASSERT_GT(*balance, 0);
}
// [end: skip]

// [snippet: scoped_trace]
Task<> PayRounds(Bank& bank, int from, int to) {
  for (int round = 0; round < 3; ++round) {
    SIM_SCOPED_TRACE(absl::StrCat("round ", round));
    CO_ASSERT_OK(co_await bank.Transfer(from, to, 5));
  }
}
// [end: scoped_trace]

SIM_TEST_F(OpenBankTest, PaysInRounds) { co_await PayRounds(bank_, 0, 1); }

// [snippet: logs]
SIM_TEST(GreetingTest, IsSaidInOrder) {
  co_await Spawn("hello", SayAfter, absl::Seconds(1), "Bonjour");
  co_await Spawn("world", SayAfter, absl::Seconds(2), "Monde");
  EXPECT_THAT(Logs(), LogsAre(At(absl::Seconds(1), "Bonjour"),
                              At(absl::Seconds(3), HasSubstr("ond"))));
  EXPECT_THAT(Timeline(), CompletesAt("hello", absl::Seconds(1)));
  EXPECT_THAT(Timeline(), CompletesWithin("world", absl::Minutes(1)));
  EXPECT_THAT(Timeline(), HappensBefore("Bonjour", "world"));
}
// [end: logs]

// [snippet: slow_steps]
Task<int> CountWords(std::string text) {
  const auto count = [&text] { return static_cast<int>(text.size()) / 6; };
  co_return co_await RunBlocking(count, {.cost = absl::Seconds(2)});
}

SIM_TEST(WordsTest, AreCountedWhereTheyHoldUpNobody,
         {.slow_step = absl::Milliseconds(20)}) {
  EXPECT_EQ(co_await CountWords("Hello, world"), 2);
  EXPECT_THAT(SlowSteps(), IsEmpty());
}
// [end: slow_steps]

// [snippet: runs]
Task<> LockTwice() {
  Mutex mutex("state");
  Mutex::Guard once = co_await mutex.Lock();
  Mutex::Guard twice = co_await mutex.Lock();
}

TEST(MutexTest, IsNotRecursive) {
  EXPECT_THAT(Simulation().Run(LockTwice), Deadlocks());
}

TEST(SayAfterTest, TakesExactlyOneSecond) {
  EXPECT_THAT(Simulation().Run(SayAfter, absl::Seconds(1), "Bonjour"),
              CompletesAt(absl::Seconds(1)));
}
// [end: runs]

Task<> Serve(Event& stop, int& served) {
  while (!stop.IsSet()) {
    co_await Sleep(absl::Seconds(1));
    ++served;
  }
}

SIM_TEST(PitfallsTest, References) {
  // [snippet: references]
  Event stop("stop");
  int served = 0;
  // BAD: Spawn(Serve, stop, served) does not compile: it would copy.
  // GOOD: as for std::thread; both must outlive the task.
  JoinHandle<> server =
      Spawn("server", Serve, std::ref(stop), std::ref(served));
  co_await Sleep(absl::Milliseconds(2500));
  stop.Set();
  co_await server;
  // [end: references]
  EXPECT_EQ(served, 3);
}

// [snippet: shared_state]
SIM_TEST(PitfallsTest, StateBelongsToTheRun, {.runs = 10}) {
  // BAD: `static` here, or a global, would live on in the next run.
  // GOOD: a local, or a member of the fixture.
  std::map<std::string, int> cache;
  EXPECT_TRUE(cache.empty());
  cache["answer"] = 42;
  co_await Yield();
}
// [end: shared_state]

}  // namespace
}  // namespace orrery
