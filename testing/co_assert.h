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
// For code that returns absl::Status, see status_macros.h.

#ifndef ORRERY_TESTING_CO_ASSERT_H_
#define ORRERY_TESTING_CO_ASSERT_H_

#include <coroutine>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/promise.h"
#include "orrery/testing/failure_capture.h"

namespace orrery {
namespace co_assert_internal {

// Ends the run if the assertion in the same place has failed since the guard
// was made. Failures in other places do not count: while the operands are
// awaited, other tasks run, and may have failed an EXPECT_.
class AssertGuard {
 public:
  AssertGuard(const char* file, int line,
              SourceSite site = SourceSite::current())
      : file_(file), line_(line), site_(site) {}

  // True the first time: the body of the `for` runs once.
  bool First() { return std::exchange(first_, false); }

  class [[nodiscard]] Stopper {
   public:
    explicit Stopper(const AssertGuard* guard) : guard_(guard) {}
    bool await_ready() const {
      return !guard_->mark_.FailedSince(guard_->file_, guard_->line_);
    }
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

  const char* file_;
  int line_;
  bool first_ = true;
  SourceSite site_;
  FailureMark mark_;
};

// Ends the run as skipped.
class SkipGuard {
 public:
  explicit SkipGuard(SourceSite site = SourceSite::current()) : site_(site) {}

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
  // `report` tells GoogleTest.
  template <typename Report>
  Stopper Skip(const Report& report) const {
    report();
    return Stopper(this);
  }

 private:
  void Stop(std::coroutine_handle<> frame) const;

  testing::Message message_;
  bool first_ = true;
  SourceSite site_;
};

}  // namespace co_assert_internal
}  // namespace orrery

// The check runs in the body of the loop, once; then the loop's increment ends
// the run if it failed.
#define ORRERY_CO_ASSERT_(check)                                      \
  for (::orrery::co_assert_internal::AssertGuard orrery_assert_guard( \
           __FILE__, __LINE__);                                       \
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
#define CO_ASSERT_NO_FATAL_FAILURE(statement) \
  ORRERY_CO_ASSERT_(EXPECT_NO_FATAL_FAILURE(statement))
#define CO_ASSERT_DEATH(statement, matcher) \
  ORRERY_CO_ASSERT_(EXPECT_DEATH(statement, matcher))
#define CO_ASSERT_EXIT(statement, predicate, matcher) \
  ORRERY_CO_ASSERT_(EXPECT_EXIT(statement, predicate, matcher))

// The predicate comes first, then its operands.
#define CO_ASSERT_PRED1(...) ORRERY_CO_ASSERT_(EXPECT_PRED1(__VA_ARGS__))
#define CO_ASSERT_PRED2(...) ORRERY_CO_ASSERT_(EXPECT_PRED2(__VA_ARGS__))
#define CO_ASSERT_PRED3(...) ORRERY_CO_ASSERT_(EXPECT_PRED3(__VA_ARGS__))
#define CO_ASSERT_PRED4(...) ORRERY_CO_ASSERT_(EXPECT_PRED4(__VA_ARGS__))
#define CO_ASSERT_PRED5(...) ORRERY_CO_ASSERT_(EXPECT_PRED5(__VA_ARGS__))
#define CO_ASSERT_PRED_FORMAT1(...) \
  ORRERY_CO_ASSERT_(EXPECT_PRED_FORMAT1(__VA_ARGS__))
#define CO_ASSERT_PRED_FORMAT2(...) \
  ORRERY_CO_ASSERT_(EXPECT_PRED_FORMAT2(__VA_ARGS__))
#define CO_ASSERT_PRED_FORMAT3(...) \
  ORRERY_CO_ASSERT_(EXPECT_PRED_FORMAT3(__VA_ARGS__))
#define CO_ASSERT_PRED_FORMAT4(...) \
  ORRERY_CO_ASSERT_(EXPECT_PRED_FORMAT4(__VA_ARGS__))
#define CO_ASSERT_PRED_FORMAT5(...) \
  ORRERY_CO_ASSERT_(EXPECT_PRED_FORMAT5(__VA_ARGS__))

// Fails and ends the run: CO_FAIL() << "unreachable";
#define CO_FAIL() ORRERY_CO_ASSERT_(ADD_FAILURE())

// Ends the run; the test counts as skipped: CO_SKIP() << "needs a disk";
#define CO_SKIP()                                                             \
  for (::orrery::co_assert_internal::SkipGuard orrery_skip_guard;             \
       orrery_skip_guard.First(); co_await orrery_skip_guard.Skip(            \
           [&] { GTEST_SKIP() << orrery_skip_guard.message().GetString(); })) \
  orrery_skip_guard.message()

#endif  // ORRERY_TESTING_CO_ASSERT_H_
