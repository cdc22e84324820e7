// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/task_outcome.h"

#include <memory>
#include <stdexcept>
#include <utility>
#include <variant>

#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"

namespace orrery {
namespace {

TEST(TaskOutcomeTest, IsAValue) {
  TaskOutcome<std::unique_ptr<int>> outcome(std::make_unique<int>(5));
  EXPECT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome.failed());
  EXPECT_FALSE(outcome.cancelled());
  EXPECT_EQ(*outcome.value(), 5);
  EXPECT_EQ(outcome.error(), nullptr);
  std::unique_ptr<int> taken = std::move(outcome).value();
  EXPECT_EQ(*taken, 5);
}

TEST(TaskOutcomeTest, IsAnError) {
  TaskOutcome<int> outcome(
      std::make_exception_ptr(std::runtime_error("broken")));
  EXPECT_FALSE(outcome.ok());
  EXPECT_TRUE(outcome.failed());
  EXPECT_FALSE(outcome.cancelled());
  EXPECT_NE(outcome.error(), nullptr);
  EXPECT_THROW(outcome.value(), std::runtime_error);
}

TEST(TaskOutcomeTest, IsACancel) {
  TaskOutcome<> outcome;
  EXPECT_FALSE(outcome.ok());
  EXPECT_FALSE(outcome.failed());
  EXPECT_TRUE(outcome.cancelled());
  EXPECT_EQ(outcome.error(), nullptr);
  EXPECT_THROW(outcome.value(), Cancelled);
}

TEST(TaskOutcomeTest, OfVoidHasAValueToo) {
  TaskOutcome<> outcome{std::monostate()};
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value(), std::monostate());
}

// A value that is itself an error is not taken for one.
TEST(TaskOutcomeTest, MayHoldAnExceptionAsItsValue) {
  std::exception_ptr error = std::make_exception_ptr(7);
  TaskOutcome<int> failed(error);
  EXPECT_TRUE(failed.failed());
}

}  // namespace
}  // namespace orrery
