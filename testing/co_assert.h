// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// CO_ASSERT_*: GoogleTest's ASSERT_* for coroutines. A stock ASSERT_ contains a
// `return`, which does not compile in a coroutine; these suspend the task for
// good and end the run, from any `Task<T>` however deep. Operands are evaluated
// once, and `<<` adds to the message:
//
//   CO_ASSERT_EQ(co_await queue.Get(), 1) << "first item";
//
// EXPECT_* are used as they are. CO_FAIL() fails, CO_SKIP() skips the test.
// For code that returns absl::Status:
//
//   CO_ASSERT_OK(co_await client.Connect());
//   CO_ASSERT_OK_AND_ASSIGN(Reply reply, co_await client.Get("/x"));
//   CO_RETURN_IF_ERROR(co_await client.Connect());
//   ASSIGN_OR_CO_RETURN(Reply reply, co_await client.Get("/x"));

#ifndef ORRERY_TESTING_CO_ASSERT_H_
#define ORRERY_TESTING_CO_ASSERT_H_

#include <coroutine>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/promise.h"
#include "orrery/testing/scoped_trace.h"
#include "orrery/testing/status_matchers.h"

namespace orrery {
namespace co_assert_internal {

// Ends the run if a failure has been reported since the guard was made.
class AssertGuard {
 public:
  explicit AssertGuard(SourceSite site = SourceSite::current());

  // True the first time: the body of the `for` runs once.
  bool First() { return std::exchange(first_, false); }

  class [[nodiscard]] Stopper {
   public:
    explicit Stopper(const AssertGuard* guard) : guard_(guard) {}
    bool await_ready() const;
    template <TaskPromise Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) const {
      guard_->Stop(frame);
    }
    void await_resume() const {}

   private:
    const AssertGuard* guard_;
  };
  Stopper StopIfFailed() const { return Stopper(this); }

 private:
  void Stop(std::coroutine_handle<> frame) const;

  SourceSite site_;
  uint64_t failures_before_;
  bool first_ = true;
};

// Ends the run as skipped.
class SkipGuard {
 public:
  bool First() { return std::exchange(first_, false); }
  testing::Message& message() { return message_; }

  class [[nodiscard]] Stopper {
   public:
    explicit Stopper(const SkipGuard* guard) : guard_(guard) {}
    bool await_ready() const { return false; }
    template <TaskPromise Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) const {
      guard_->Stop(frame);
    }
    void await_resume() const {}

   private:
    const SkipGuard* guard_;
  };
  Stopper Skip() const { return Stopper(this); }

 private:
  void Stop(std::coroutine_handle<> frame) const;

  testing::Message message_;
  bool first_ = true;
};

}  // namespace co_assert_internal
}  // namespace orrery

// The check runs in the body of the loop, once; then the loop's increment ends
// the run if it failed.
#define ORRERY_CO_ASSERT_(check)                                      \
  for (::orrery::co_assert_internal::AssertGuard orrery_assert_guard; \
       orrery_assert_guard.First();                                   \
       co_await orrery_assert_guard.StopIfFailed())                   \
  check

#define CO_ASSERT_TRUE(condition) ORRERY_CO_ASSERT_(EXPECT_TRUE(condition))
#define CO_ASSERT_FALSE(condition) ORRERY_CO_ASSERT_(EXPECT_FALSE(condition))
#define CO_ASSERT_EQ(a, b) ORRERY_CO_ASSERT_(EXPECT_EQ(a, b))
#define CO_ASSERT_NE(a, b) ORRERY_CO_ASSERT_(EXPECT_NE(a, b))
#define CO_ASSERT_LT(a, b) ORRERY_CO_ASSERT_(EXPECT_LT(a, b))
#define CO_ASSERT_LE(a, b) ORRERY_CO_ASSERT_(EXPECT_LE(a, b))
#define CO_ASSERT_GT(a, b) ORRERY_CO_ASSERT_(EXPECT_GT(a, b))
#define CO_ASSERT_GE(a, b) ORRERY_CO_ASSERT_(EXPECT_GE(a, b))
#define CO_ASSERT_STREQ(a, b) ORRERY_CO_ASSERT_(EXPECT_STREQ(a, b))
#define CO_ASSERT_STRNE(a, b) ORRERY_CO_ASSERT_(EXPECT_STRNE(a, b))
#define CO_ASSERT_STRCASEEQ(a, b) ORRERY_CO_ASSERT_(EXPECT_STRCASEEQ(a, b))
#define CO_ASSERT_STRCASENE(a, b) ORRERY_CO_ASSERT_(EXPECT_STRCASENE(a, b))
#define CO_ASSERT_FLOAT_EQ(a, b) ORRERY_CO_ASSERT_(EXPECT_FLOAT_EQ(a, b))
#define CO_ASSERT_DOUBLE_EQ(a, b) ORRERY_CO_ASSERT_(EXPECT_DOUBLE_EQ(a, b))
#define CO_ASSERT_NEAR(a, b, error) ORRERY_CO_ASSERT_(EXPECT_NEAR(a, b, error))
#define CO_ASSERT_THAT(value, matcher) \
  ORRERY_CO_ASSERT_(EXPECT_THAT(value, matcher))
#define CO_ASSERT_THROW(statement, type) \
  ORRERY_CO_ASSERT_(EXPECT_THROW(statement, type))
#define CO_ASSERT_ANY_THROW(statement) \
  ORRERY_CO_ASSERT_(EXPECT_ANY_THROW(statement))
#define CO_ASSERT_NO_THROW(statement) \
  ORRERY_CO_ASSERT_(EXPECT_NO_THROW(statement))
#define CO_ASSERT_OK(expression) CO_ASSERT_THAT(expression, ::orrery::IsOk())

// Fails and ends the run: CO_FAIL() << "unreachable";
#define CO_FAIL() ORRERY_CO_ASSERT_(ADD_FAILURE())

// Ends the run; the test counts as skipped: CO_SKIP() << "needs a disk";
#define CO_SKIP()                                                    \
  for (::orrery::co_assert_internal::SkipGuard orrery_skip_guard;    \
       orrery_skip_guard.First(); co_await orrery_skip_guard.Skip()) \
  orrery_skip_guard.message()

// Declares or assigns `lhs` from the value in a StatusOr; ends the run if there
// is none. Parentheses around an `lhs` with commas are taken away.
#define CO_ASSERT_OK_AND_ASSIGN(lhs, expression)                            \
  ORRERY_CO_ASSERT_OK_AND_ASSIGN_(ORRERY_CONCAT_(orrery_status_, __LINE__), \
                                  lhs, expression)
#define ORRERY_CO_ASSERT_OK_AND_ASSIGN_(variable, lhs, expression) \
  auto variable = (expression);                                    \
  CO_ASSERT_THAT(variable, ::orrery::IsOk());                      \
  lhs = *std::move(variable)

// Returns the error, if there is one, from a coroutine that returns
// absl::Status or absl::StatusOr.
#define CO_RETURN_IF_ERROR(expression)                \
  do {                                                \
    ::absl::Status orrery_status = (expression);      \
    if (!orrery_status.ok()) co_return orrery_status; \
  } while (false)

// Declares or assigns `lhs` from the value in a StatusOr, or returns the error.
#define ASSIGN_OR_CO_RETURN(lhs, expression)                                 \
  ORRERY_ASSIGN_OR_CO_RETURN_(ORRERY_CONCAT_(orrery_status_, __LINE__), lhs, \
                              expression)
#define ORRERY_ASSIGN_OR_CO_RETURN_(variable, lhs, expression) \
  auto variable = (expression);                                \
  if (!variable.ok()) co_return std::move(variable).status();  \
  lhs = *std::move(variable)

#endif  // ORRERY_TESTING_CO_ASSERT_H_
