// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Macros for coroutines that deal with absl::Status and absl::StatusOr.
//
// In tests, from any `Task<T>`; they end the run if there is an error:
//   CO_ASSERT_OK(co_await client.Connect());
//   CO_ASSERT_OK_AND_ASSIGN(Reply reply, co_await client.Get("/x"));
// In coroutines that return a Status or StatusOr; they return the error:
//   CO_RETURN_IF_ERROR(co_await client.Connect());
//   ASSIGN_OR_CO_RETURN(Reply reply, co_await client.Get("/x"));
//
// A left side with a comma in it stands in parentheses:
//   CO_ASSERT_OK_AND_ASSIGN((auto [key, value]), co_await store.Next());

#ifndef ORRERY_TESTING_STATUS_MACROS_H_
#define ORRERY_TESTING_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "orrery/testing/co_assert.h"
#include "orrery/testing/scoped_trace.h"
#include "orrery/testing/status_matchers.h"

// The condition declares a variable: g++ 12 gets an `await` in one that does
// not wrong.
#define ORRERY_EXPECT_OK_(text, expression)                         \
  if (const ::absl::Status orrery_status_of_expression =            \
          ::orrery::status_matchers_internal::StatusOf(expression); \
      orrery_status_of_expression.ok()) {                           \
  } else /* NOLINT: the caller's semicolon ends it */               \
    ADD_FAILURE() << "Expected: " text " is OK\n  Actual: "         \
                  << orrery_status_of_expression.ToString() << "\n"

// Ends the run unless the Status or StatusOr is OK.
#define CO_ASSERT_OK(expression) \
  ORRERY_CO_ASSERT_(ORRERY_EXPECT_OK_(#expression, expression))

// Declares or assigns `lhs` from the value in a StatusOr; ends the run if there
// is none.
#define CO_ASSERT_OK_AND_ASSIGN(lhs, expression)                            \
  ORRERY_CO_ASSERT_OK_AND_ASSIGN_(ORRERY_CONCAT_(orrery_status_, __LINE__), \
                                  lhs, #expression, expression)
#define ORRERY_CO_ASSERT_OK_AND_ASSIGN_(variable, lhs, text, expression) \
  auto variable = (expression);                                          \
  ORRERY_CO_ASSERT_(ORRERY_EXPECT_OK_(text, variable));                  \
  ORRERY_UNPARENTHESIZED_(lhs) = *std::move(variable)

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
  ORRERY_UNPARENTHESIZED_(lhs) = *std::move(variable)

// Takes away the parentheses around `x`, if it has any: with them, the first
// macro below is called once more and leaves its own name in front.
#define ORRERY_UNPARENTHESIZED_(x) ORRERY_UNPREFIXED_(ORRERY_PREFIX_ x)
#define ORRERY_PREFIX_(...) ORRERY_PREFIX_ __VA_ARGS__
#define ORRERY_UNPREFIXED_(...) ORRERY_PASTE_NOTHING_(__VA_ARGS__)
#define ORRERY_PASTE_NOTHING_(...) ORRERY_NOTHING_##__VA_ARGS__
#define ORRERY_NOTHING_ORRERY_PREFIX_

#endif  // ORRERY_TESTING_STATUS_MACROS_H_
