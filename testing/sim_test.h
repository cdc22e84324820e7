// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests that run in a simulation. This is the header to start with.
//
//   SIM_TEST(Tutorial, AwaitsInSequenceTakeThreeSeconds) {
//     co_await SayAfter(absl::Seconds(1), "Bonjour");
//     co_await SayAfter(absl::Seconds(2), "Monde");
//     EXPECT_EQ(Elapsed(), absl::Seconds(3));
//   }
//
// The body may `co_await`; it leaves early with `co_return`. Options follow the
// name:
//
//   SIM_TEST(Bank, KeepsTheTotal, {.runs = 200, .scheduler = "random"}) { ... }
//
// With a fixture, of which each run has a fresh one (see SimTest):
//
//   class BankTest : public orrery::SimTest {
//    protected:
//     Task<> SetUp() { co_await bank_.Open(); }
//     Bank bank_;
//   };
//   SIM_TEST_F(BankTest, StartsEmpty) { EXPECT_EQ(bank_.total(), 0); }
//
// With a parameter:
//
//   class LossTest : public orrery::SimTestWithParam<int> {};
//   SIM_TEST_P(LossTest, Retries) { ... GetParam() ... }
//   INSTANTIATE_SIM_TEST_SUITE_P(Percent, LossTest, testing::Values(0, 10));
//
// They are GoogleTest tests like any other: link `gtest_main`, use
// --gtest_filter, sharding and so on. docs/writing_tests.md tells the rest.

#ifndef ORRERY_TESTING_SIM_TEST_H_
#define ORRERY_TESTING_SIM_TEST_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/as_completed.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/shield.h"
#include "orrery/sim/combinators/staggered_race.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/combinators/wait.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/combinators/when_all_settled.h"
#include "orrery/sim/combinators/when_any.h"
#include "orrery/sim/combinators/with_cleanup.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/dump_tasks.h"
#include "orrery/sim/future.h"
#include "orrery/sim/log.h"
#include "orrery/sim/post.h"
#include "orrery/sim/properties.h"
#include "orrery/sim/random.h"
#include "orrery/sim/run_blocking.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/barrier.h"
#include "orrery/sim/sync/before_access.h"
#include "orrery/sim/sync/bounded_semaphore.h"
#include "orrery/sim/sync/channel.h"
#include "orrery/sim/sync/channel_closed.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/lifo_queue.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/priority_queue.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/queue_shut_down.h"
#include "orrery/sim/sync/rw_lock.h"
#include "orrery/sim/sync/select.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_local.h"
#include "orrery/sim/time_control.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/co_actions.h"
#include "orrery/testing/co_assert.h"
#include "orrery/testing/matchers.h"
#include "orrery/testing/scoped_trace.h"
#include "orrery/testing/sim_fixture.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/sim_test_options.h"
#include "orrery/testing/status_macros.h"
#include "orrery/testing/status_matchers.h"
#include "orrery/testing/test_runner.h"

namespace orrery {
namespace sim_test_internal {

// Calls the static functions of a fixture that set up and tear down its suite,
// if it has them. Derived from the fixture, since they may be protected.
template <typename Fixture>
class SuiteFunctions : public Fixture {
 public:
  static void SetUp() {
    if constexpr (requires { Fixture::SetUpTestSuite(); }) {
      Fixture::SetUpTestSuite();
    }
  }
  static void TearDown() {
    if constexpr (requires { Fixture::TearDownTestSuite(); }) {
      Fixture::TearDownTestSuite();
    }
  }
};

// The GoogleTest fixture that stands for the simulated fixture `Fixture`.
template <typename Fixture, typename Base = testing::Test>
class Suite : public Base {
 public:
  static_assert(std::is_base_of_v<SimTest, Fixture>,
                "a fixture of simulated tests is derived from orrery::SimTest");

  static void SetUpTestSuite() { SuiteFunctions<Fixture>::SetUp(); }
  static void TearDownTestSuite() { SuiteFunctions<Fixture>::TearDown(); }
};

template <typename Function>
Task<> CallLater(Function function) {
  function();
  co_return;
}

// Returns what `function` returns if that is a Task, or a Task that calls it.
template <typename Function>
Task<> ToTask(Function function) {
  using Result = decltype(function());
  static_assert(std::is_void_v<Result> || std::is_same_v<Result, Task<>>,
                "SetUp() and TearDown() return void or orrery::Task<>");
  if constexpr (std::is_void_v<Result>) {
    return CallLater(function);
  } else {
    return function();
  }
}

template <typename Body>
std::unique_ptr<SimTestBody> MakeBody() {
  return std::make_unique<Body>();
}

// One test. `Body` is the class that the macro makes.
template <typename Fixture, typename Body>
class Case final : public Suite<Fixture> {
 public:
  void TestBody() override {
    RunSimTest(Body::OrreryOptions(), &MakeBody<Body>);
  }
};

template <typename Fixture, typename Body>
bool Register(const char* suite, const char* name, const char* file, int line) {
  testing::RegisterTest(
      suite, name, nullptr, nullptr, file, line,
      []() -> Suite<Fixture>* { return new Case<Fixture, Body>(); });
  return true;
}

// The fixture that GoogleTest makes for a test with a parameter. It passes the
// parameter on to the simulated fixtures.
template <typename Fixture>
class ParamSuite
    : public Suite<Fixture,
                   testing::TestWithParam<typename Fixture::ParamType>> {
 protected:
  template <typename Body>
  void RunBody() {
    Fixture::current_param = &this->GetParam();
    RunSimTest(Body::OrreryOptions(), &MakeBody<Body>);
  }
  void TearDown() override { Fixture::current_param = nullptr; }
};

// GoogleTest takes the name of a suite from the name of its class. The macros
// make an alias of that name in a namespace of their own, perhaps again and
// again: then it stands for itself.
template <typename Fixture>
struct ParamSuiteOf {
  using Type = ParamSuite<Fixture>;
};
template <typename Fixture>
struct ParamSuiteOf<ParamSuite<Fixture>> {
  using Type = ParamSuite<Fixture>;
};

}  // namespace sim_test_internal
}  // namespace orrery

#define ORRERY_SIM_TEST_CLASS_(suite, name) suite##_##name##_SimTest

// The class of one test: fixture, options, body.
#define ORRERY_SIM_TEST_BODY_(suite, name, fixture, ...)          \
  class ORRERY_SIM_TEST_CLASS_(suite, name)                       \
      : public fixture, public ::orrery::SimTestBody {            \
   public:                                                        \
    static ::orrery::SimTestOptions OrreryOptions() {             \
      ::orrery::SimTestOptions options __VA_OPT__(=) __VA_ARGS__; \
      return options;                                             \
    }                                                             \
    ::orrery::Task<> OrreryRun() override {                       \
      using ::orrery::sim_test_internal::ToTask;                  \
      co_await ToTask([this] { return this->SetUp(); });          \
      if (this->OrreryMayGoOn()) {                                \
        OrreryBody();                                             \
        co_await this->OrreryFinishBody();                        \
      }                                                           \
      co_await ToTask([this] { return this->TearDown(); });       \
    }                                                             \
                                                                  \
   private:                                                       \
    void OrreryBody();                                            \
  };

#define ORRERY_SIM_TEST_(suite, name, fixture, ...)                          \
  static_assert(sizeof(#suite) > 1 && sizeof(#name) > 1,                     \
                "suite and test need names");                                \
  ORRERY_SIM_TEST_BODY_(suite, name, fixture, __VA_ARGS__)                   \
  [[maybe_unused]] static const bool suite##_##name##_registered =           \
      ::orrery::sim_test_internal::Register<fixture, ORRERY_SIM_TEST_CLASS_( \
                                                         suite, name)>(      \
          #suite, #name, __FILE__, __LINE__);                                \
  void ORRERY_SIM_TEST_CLASS_(suite, name)::OrreryBody()

#define SIM_TEST(suite, name, ...) \
  ORRERY_SIM_TEST_(suite, name, ::orrery::SimTest, __VA_ARGS__)

#define SIM_TEST_F(fixture, name, ...) \
  ORRERY_SIM_TEST_(fixture, name, fixture, __VA_ARGS__)

#define SIM_TEST_P(fixture, name, ...)                                   \
  ORRERY_SIM_TEST_BODY_(fixture, name, fixture, __VA_ARGS__)             \
  namespace orrery_param_tests {                                         \
  using fixture =                                                        \
      typename ::orrery::sim_test_internal::ParamSuiteOf<fixture>::Type; \
  TEST_P(fixture, name) {                                                \
    this->template RunBody<ORRERY_SIM_TEST_CLASS_(fixture, name)>();     \
  }                                                                      \
  }                                                                      \
  void ORRERY_SIM_TEST_CLASS_(fixture, name)::OrreryBody()

// Arguments as for INSTANTIATE_TEST_SUITE_P.
#define INSTANTIATE_SIM_TEST_SUITE_P(prefix, fixture, ...)               \
  namespace orrery_param_tests {                                         \
  using fixture =                                                        \
      typename ::orrery::sim_test_internal::ParamSuiteOf<fixture>::Type; \
  INSTANTIATE_TEST_SUITE_P(prefix, fixture, __VA_ARGS__);                \
  }                                                                      \
  static_assert(true, "takes the semicolon")

#endif  // ORRERY_TESTING_SIM_TEST_H_
