// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/exception_group.h"

#include <exception>
#include <stdexcept>

#include "gtest/gtest.h"
#include "orrery/sim/exception_text.h"

namespace orrery {
namespace {

std::exception_ptr Error(const char* what) {
  return std::make_exception_ptr(std::runtime_error(what));
}

TEST(ExceptionGroupTest, SaysWhatIsInIt) {
  EXPECT_STREQ(ExceptionGroup({Error("a")}).what(),
               "1 error: std::runtime_error: a");
  const ExceptionGroup two({Error("a"), std::make_exception_ptr(7)});
  EXPECT_STREQ(two.what(), "2 errors: std::runtime_error: a; int");
  EXPECT_EQ(two.errors().size(), 2);
}

TEST(ExceptionGroupTest, NamesGroupsWithinIt) {
  const ExceptionGroup inner({Error("a"), Error("b")});
  const ExceptionGroup outer({std::make_exception_ptr(inner), Error("c")});
  EXPECT_STREQ(
      outer.what(),
      "2 errors: orrery::ExceptionGroup: 2 errors: std::runtime_error: a; "
      "std::runtime_error: b; std::runtime_error: c");
  EXPECT_EQ(ExceptionText(std::make_exception_ptr(inner)),
            "orrery::ExceptionGroup: 2 errors: std::runtime_error: a; "
            "std::runtime_error: b");
}

TEST(ExceptionGroupTest, FindsAnErrorByItsType) {
  const ExceptionGroup inner(
      {Error("a"), std::make_exception_ptr(std::logic_error("b"))});
  const ExceptionGroup outer(
      {std::make_exception_ptr(7), std::make_exception_ptr(inner)});
  ASSERT_NE(outer.Find<std::logic_error>(), nullptr);
  EXPECT_STREQ(outer.Find<std::logic_error>()->what(), "b");
  ASSERT_NE(outer.Find<int>(), nullptr);
  EXPECT_EQ(*outer.Find<int>(), 7);
  EXPECT_EQ(outer.Find<std::bad_alloc>(), nullptr);
  ASSERT_NE(outer.Find<ExceptionGroup>(), nullptr);
  EXPECT_EQ(outer.Find<ExceptionGroup>()->errors().size(), 2);
}

}  // namespace
}  // namespace orrery
