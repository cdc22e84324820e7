// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/exception_text.h"

#include <exception>
#include <stdexcept>
#include <string>

#include "gtest/gtest.h"

namespace orrery {

class DiskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Unrelated {};

namespace {

template <typename T>
std::string TextOf(T thrown) {
  return ExceptionText(std::make_exception_ptr(thrown));
}

TEST(ExceptionTextTest, IsTheTypeAndWhatItSays) {
  EXPECT_EQ(TextOf(std::runtime_error("disk full")),
            "std::runtime_error: disk full");
  EXPECT_EQ(TextOf(std::logic_error("")), "std::logic_error: ");
}

TEST(ExceptionTextTest, TheTypeIsThatOfTheObjectNotOfItsBase) {
  EXPECT_EQ(TextOf(DiskError("disk full")), "orrery::DiskError: disk full");
}

TEST(ExceptionTextTest, WhatIsNoStdExceptionHasAType) {
  EXPECT_EQ(TextOf(42), "int");
  EXPECT_EQ(TextOf(Unrelated()), "orrery::Unrelated");
  EXPECT_EQ(TextOf("text"), "char const*");
}

}  // namespace
}  // namespace orrery
