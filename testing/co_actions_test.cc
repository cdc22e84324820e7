// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/co_actions.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::DoAll;
using testing::Return;
using testing::SaveArg;

class Store {
 public:
  virtual ~Store() = default;
  virtual Task<> Open() = 0;
  virtual Task<int> Get(std::string key) = 0;
  virtual Task<std::string> Name() = 0;
  virtual Task<> Read(const std::string& key, std::vector<int>& into) = 0;
  virtual Task<std::unique_ptr<int>> Take(std::unique_ptr<int> box) = 0;
  virtual Task<std::reference_wrapper<int>> Counter() = 0;
  virtual Task<absl::StatusOr<int>> TryGet() = 0;
};

class MockStore : public Store {
 public:
  MOCK_METHOD(Task<>, Open, (), (override));
  MOCK_METHOD(Task<int>, Get, (std::string key), (override));
  MOCK_METHOD(Task<std::string>, Name, (), (override));
  MOCK_METHOD(Task<>, Read, (const std::string& key, std::vector<int>& into),
              (override));
  MOCK_METHOD(Task<std::unique_ptr<int>>, Take, (std::unique_ptr<int> box),
              (override));
  MOCK_METHOD(Task<std::reference_wrapper<int>>, Counter, (), (override));
  MOCK_METHOD(Task<absl::StatusOr<int>>, TryGet, (), (override));
};

// ---- CoReturn ---------------------------------------------------------------

SIM_TEST(CoReturnTest, GivesTheValueAtOnce) {
  MockStore store;
  EXPECT_CALL(store, Get("a")).WillOnce(CoReturn(5));
  EXPECT_CALL(store, Open).WillOnce(CoReturn());
  EXPECT_CALL(store, Name).WillOnce(CoReturn("a store"));
  EXPECT_CALL(store, TryGet)
      .WillOnce(CoReturn(7))
      .WillOnce(CoReturn(absl::NotFoundError("no")));
  const uint64_t step = Simulation::CurrentOrNull()->steps();
  EXPECT_EQ(co_await store.Get("a"), 5);
  co_await store.Open();
  EXPECT_EQ(co_await store.Name(), "a store");
  EXPECT_THAT(co_await store.TryGet(), IsOkAndHolds(7));
  EXPECT_THAT(co_await store.TryGet(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Simulation::CurrentOrNull()->steps(), step) << "it has suspended";
}

SIM_TEST(CoReturnTest, EachCallHasACopy) {
  MockStore store;
  EXPECT_CALL(store, Name).WillRepeatedly(CoReturn(std::string(100, 'x')));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(co_await store.Name(), std::string(100, 'x'));
  }
}

SIM_TEST(CoReturnTest, WorksAsTheActionOfAnOnCall) {
  testing::NiceMock<MockStore> store;
  ON_CALL(store, Get).WillByDefault(CoReturn(5));
  EXPECT_EQ(co_await store.Get("a"), 5);
  EXPECT_EQ(co_await store.Get("b"), 5);
}

SIM_TEST(CoReturnTest, GivesWhatCanOnlyBeMoved) {
  MockStore store;
  EXPECT_CALL(store, Take).WillOnce(CoReturn(std::make_unique<int>(6)));
  const std::unique_ptr<int> taken = co_await store.Take(nullptr);
  EXPECT_EQ(*taken, 6);
}

// A value is for functions that return one, and of a type that becomes theirs.
using ReturnInt = decltype(CoReturn(5));
using ReturnBox = decltype(CoReturn(std::make_unique<int>(5)));
static_assert(
    std::is_convertible_v<ReturnInt, testing::Action<Task<int64_t>()>>);
static_assert(!std::is_convertible_v<ReturnInt, testing::Action<Task<>()>>);
static_assert(
    !std::is_convertible_v<ReturnInt, testing::Action<Task<std::string>()>>);
static_assert(!std::is_convertible_v<ReturnInt,
                                     testing::Action<Task<std::vector<int>>()>>,
              "not the constructor that takes a size");
static_assert(!std::is_convertible_v<ReturnInt, testing::Action<int()>>);
static_assert(!std::is_convertible_v<
                  ReturnBox, testing::Action<Task<std::unique_ptr<int>>()>>,
              "there would be one for several calls");

// ---- After ------------------------------------------------------------------

SIM_TEST(CoActionsTest, AfterADelayTheySleepFirst) {
  MockStore store;
  EXPECT_CALL(store, Get)
      .WillOnce(CoReturn(5).After(absl::Seconds(1)))
      .WillOnce(CoInvoke([](const std::string&) {
                  return static_cast<int>(Elapsed() / absl::Seconds(1));
                }).After(absl::Seconds(2)))
      .WillOnce(CoThrow(std::runtime_error("gone")).After(absl::Seconds(3)));
  EXPECT_EQ(co_await store.Get("a"), 5);
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
  EXPECT_EQ(co_await store.Get("a"), 3);
  CO_ASSERT_THROW(co_await store.Get("a"), std::runtime_error);
  EXPECT_EQ(Elapsed(), absl::Seconds(6));
}

SIM_TEST(CoActionsTest, AfterNothingIsOneTrip) {
  MockStore store;
  EXPECT_CALL(store, Open).WillOnce(CoReturn().After(absl::ZeroDuration()));
  bool posted = false;
  Post([&posted] { posted = true; });
  co_await store.Open();
  EXPECT_TRUE(posted);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

SIM_TEST(CoActionsTest, AnActionMayBeKeptAndUsedAgain) {
  MockStore store;
  const auto five = CoReturn(5);
  EXPECT_CALL(store, Get)
      .WillOnce(five)
      .WillOnce(five.After(absl::Seconds(1)))
      .WillRepeatedly(five);
  co_await store.Get("a");
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  co_await store.Get("a");
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
  co_await store.Get("a");
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
}

SIM_TEST(CoActionsTest, TheDelayBeginsWhenTheTaskIsAwaited) {
  MockStore store;
  EXPECT_CALL(store, Get).WillOnce(CoReturn(5).After(absl::Seconds(1)));
  Task<int> task = store.Get("a");
  co_await Sleep(absl::Seconds(10));
  EXPECT_EQ(co_await std::move(task), 5);
  EXPECT_EQ(Elapsed(), absl::Seconds(11));
}

SIM_TEST(CoActionsTest, GoWithDoAll) {
  MockStore store;
  std::string key;
  EXPECT_CALL(store, Get)
      .WillOnce(DoAll(SaveArg<0>(&key), CoReturn(5)))
      .WillRepeatedly(DoAll(SaveArg<0>(&key), CoReturn(6)));
  EXPECT_EQ(co_await store.Get("a"), 5);
  EXPECT_EQ(key, "a");
  EXPECT_EQ(co_await store.Get("b"), 6);
  EXPECT_EQ(key, "b");
}

SIM_TEST(CoActionsTest, RunSideBySide) {
  MockStore store;
  EXPECT_CALL(store, Get).WillRepeatedly(CoReturn(5).After(absl::Seconds(1)));
  const auto [a, b] = co_await WhenAll(store.Get("a"), store.Get("b"));
  EXPECT_EQ(a + b, 10);
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
}

// ---- CoReturnRef ------------------------------------------------------------

SIM_TEST(CoReturnRefTest, GivesWhatTheVariableHoldsInTheEnd) {
  MockStore store;
  int value = 1;
  EXPECT_CALL(store, Get)
      .WillRepeatedly(CoReturnRef(value).After(absl::Seconds(1)));
  EXPECT_EQ(co_await store.Get("a"), 1);
  PostAfter(absl::Milliseconds(500), [&value] { value = 2; });
  EXPECT_EQ(co_await store.Get("a"), 2);
}

SIM_TEST(CoReturnRefTest, GivesAReferenceWhereOneIsAskedFor) {
  MockStore store;
  int value = 1;
  EXPECT_CALL(store, Counter).WillOnce(CoReturnRef(value));
  int& counter = co_await store.Counter();
  EXPECT_EQ(&counter, &value);
}

template <typename V>
concept CanBeReferredTo = requires { CoReturnRef(std::declval<V>()); };
static_assert(CanBeReferredTo<int&>);
static_assert(CanBeReferredTo<const int&>);
static_assert(!CanBeReferredTo<int>, "it would be gone");

// ---- CoThrow ----------------------------------------------------------------

SIM_TEST(CoThrowTest, ThrowsFromTheTaskAndNotFromTheCall) {
  MockStore store;
  EXPECT_CALL(store, Open).WillRepeatedly(CoThrow(std::runtime_error("gone")));
  for (int i = 0; i < 2; ++i) {
    Task<> task = store.Open();
    std::string what;
    try {
      co_await std::move(task);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "gone");
  }
}

// ---- CoInvoke ---------------------------------------------------------------

Task<int> LengthLater(std::string key) {
  co_await Sleep(absl::Seconds(1));
  co_return static_cast<int>(key.size());
}

SIM_TEST(CoInvokeTest, CallsACoroutine) {
  MockStore store;
  EXPECT_CALL(store, Get).WillRepeatedly(CoInvoke(LengthLater));
  EXPECT_EQ(co_await store.Get("four"), 4);
  EXPECT_EQ(co_await store.Get("seven"), 5);
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}

SIM_TEST(CoInvokeTest, CallsAPlainFunction) {
  MockStore store;
  EXPECT_CALL(store, Get).WillOnce(CoInvoke([](const std::string& key) {
    return static_cast<int>(key.size());
  }));
  EXPECT_EQ(co_await store.Get("four"), 4);
}

// Longer than any string that needs no memory of its own.
constexpr char kLong[] = "a key that is too long to be kept within a string";

// The mock and its actions are gone before the coroutine begins.
SIM_TEST(CoInvokeTest, CapturesOutliveTheAction) {
  auto store = std::make_unique<MockStore>();
  EXPECT_CALL(*store, Get)
      .WillOnce(CoInvoke(
          // tidy: allow(capturing-coroutine) what this test is about
          [text = std::string(kLong)](std::string key) -> Task<int> {
            co_await Sleep(absl::Seconds(1));
            co_return static_cast<int>(text.size() + key.size());
          }));
  Task<int> task = store->Get(kLong);
  store = nullptr;
  EXPECT_EQ(co_await std::move(task), 2 * (sizeof(kLong) - 1));
}

SIM_TEST(CoInvokeTest, CapturesOutliveTheActionOfManyCalls) {
  auto store = std::make_unique<MockStore>();
  // tidy: allow(capturing-coroutine) what this test is about
  auto length = [text =
                     std::string(kLong)](const std::string& key) -> Task<int> {
    co_await Sleep(absl::Seconds(1));
    co_return static_cast<int>(text.size() + key.size());
  };
  EXPECT_CALL(*store, Get).WillRepeatedly(CoInvoke(length));
  Task<int> first = store->Get("a");
  Task<int> second = store->Get(kLong);
  store = nullptr;
  const auto [a, b] = co_await WhenAll(std::move(first), std::move(second));
  EXPECT_EQ(a, sizeof(kLong));
  EXPECT_EQ(b, 2 * (sizeof(kLong) - 1));
}

SIM_TEST(CoInvokeTest, EachCallHasACopyAsItWas) {
  MockStore store;
  EXPECT_CALL(store, Get)
      .WillRepeatedly(CoInvoke(
          [calls = 0](const std::string&) mutable { return ++calls; }));
  EXPECT_EQ(co_await store.Get("a"), 1);
  EXPECT_EQ(co_await store.Get("a"), 1);
}

SIM_TEST(CoInvokeTest, ReferencesStayReferences) {
  MockStore store;
  const std::string key(kLong);
  EXPECT_CALL(store, Read)
      .WillOnce(CoInvoke([&key](const std::string& k, std::vector<int>& into) {
                  EXPECT_EQ(&k, &key);
                  into.push_back(7);
                }).After(absl::Seconds(1)));
  std::vector<int> read;
  co_await store.Read(key, read);
  EXPECT_THAT(read, testing::ElementsAre(7));
}

SIM_TEST(CoInvokeTest, ArgumentsMayBeMoveOnly) {
  MockStore store;
  EXPECT_CALL(store, Take)
      .WillRepeatedly(CoInvoke([](std::unique_ptr<int> box) {
                        ++*box;
                        return box;
                      }).After(absl::Seconds(1)));
  auto box = std::make_unique<int>(6);
  const std::unique_ptr<int> taken = co_await store.Take(std::move(box));
  EXPECT_EQ(*taken, 7);
}

SIM_TEST(CoInvokeTest, TheCallableMayBeMoveOnly) {
  MockStore store;
  auto callable = [box = std::make_unique<int>(6)](const std::string&) {
    return *box;
  };
  EXPECT_CALL(store, Get).WillOnce(CoInvoke(std::move(callable)));
  EXPECT_EQ(co_await store.Get("a"), 6);
}

class FakeStore {
 public:
  Task<int> Get(std::string key) {
    co_await Sleep(absl::Seconds(1));
    co_return static_cast<int>(key.size()) + offset_;
  }

 private:
  int offset_ = 10;
};

SIM_TEST(CoInvokeTest, CallsAMemberFunction) {
  FakeStore fake;
  MockStore store;
  EXPECT_CALL(store, Get).WillOnce(CoInvoke(&fake, &FakeStore::Get));
  EXPECT_EQ(co_await store.Get("four"), 14);
}

SIM_TEST(CoInvokeTest, WithoutArgsLeavesThemOut) {
  MockStore store;
  int calls = 0;
  EXPECT_CALL(store, Open).WillOnce(CoInvokeWithoutArgs([&calls] { ++calls; }));
  EXPECT_CALL(store, Get)
      .WillOnce(CoInvokeWithoutArgs([&calls] {
                  return ++calls;
                }).After(absl::Seconds(1)))
      .WillRepeatedly(CoInvokeWithoutArgs([]() -> Task<int> {
        co_await Sleep(absl::Seconds(1));
        co_return 9;
      }));
  co_await store.Open();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(co_await store.Get("a"), 2);
  EXPECT_EQ(co_await store.Get("a"), 9);
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}

// What does not fit is told when it is compiled.
using InvokeInt = decltype(CoInvoke(std::declval<int (*)(int)>()));
static_assert(
    std::is_convertible_v<InvokeInt, testing::Action<Task<int>(int)>>);
static_assert(std::is_convertible_v<InvokeInt, testing::Action<Task<>(int)>>,
              "the value is nobody's");
static_assert(
    !std::is_convertible_v<InvokeInt, testing::Action<Task<int>(std::string)>>);
using InvokeCoroutine = decltype(CoInvoke(LengthLater));
static_assert(!std::is_convertible_v<InvokeCoroutine,
                                     testing::Action<Task<>(std::string)>>,
              "a Task that nobody would await");

SIM_TEST(CoActionsTest, ATaskThatIsCancelledDoesNotAct) {
  MockStore store;
  bool called = false;
  EXPECT_CALL(store, Open).WillOnce(CoInvoke([&called] {
                                      called = true;
                                    }).After(absl::Seconds(1)));
  auto open = [&store] { return store.Open(); };
  JoinHandle<> task = Spawn(open);
  co_await Yield();
  task.Cancel();
  co_await Sleep(absl::Seconds(2));
  EXPECT_TRUE(task.Cancelled());
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace orrery
