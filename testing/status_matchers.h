// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(co_await client.Connect(), IsOk());
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
//   EXPECT_THAT(co_await client.Get("/x"), IsOkAndHolds("hello"));

#ifndef ORRERY_TESTING_STATUS_MATCHERS_H_
#define ORRERY_TESTING_STATUS_MATCHERS_H_

#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace orrery {

namespace status_matchers_internal {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// The value's type, for a matcher that is given as a plain value.
template <typename Arg>
using ValueOf = typename std::decay_t<Arg>::value_type;

}  // namespace status_matchers_internal

// Matches a Status or StatusOr that is OK.
MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  const absl::Status& status = status_matchers_internal::StatusOf(arg);
  if (!status.ok()) *result_listener << "whose status is " << status.ToString();
  return status.ok();
}

// Matches a Status or StatusOr with this code.
MATCHER_P(StatusIs, code,
          std::string(negation ? "does not have the code " : "has the code ") +
              absl::StatusCodeToString(code)) {
  const absl::Status& status = status_matchers_internal::StatusOf(arg);
  *result_listener << "whose status is " << status.ToString();
  return status.code() == code;
}

// Matches a Status or StatusOr with this code and a message that matches.
MATCHER_P2(StatusIs, code, message_matcher,
           std::string(negation ? "does not have the code " : "has the code ") +
               absl::StatusCodeToString(code) +
               (negation ? ", or has a message that "
                         : " and a message that ") +
               testing::DescribeMatcher<std::string>(message_matcher,
                                                     negation)) {
  const absl::Status& status = status_matchers_internal::StatusOf(arg);
  *result_listener << "whose status is " << status.ToString();
  return status.code() == code &&
         testing::Matches(message_matcher)(std::string(status.message()));
}

// Matches a StatusOr that is OK and whose value matches.
MATCHER_P(
    IsOkAndHolds, value_matcher,
    (negation ? "is not OK, or holds a value that "
              : "is OK and holds a value that ") +
        testing::DescribeMatcher<status_matchers_internal::ValueOf<arg_type>>(
            value_matcher, negation)) {
  if (!arg.ok()) {
    *result_listener << "whose status is " << arg.status().ToString();
    return false;
  }
  *result_listener << "whose value is " << testing::PrintToString(*arg);
  testing::StringMatchResultListener why;
  const bool matches = testing::ExplainMatchResult(value_matcher, *arg, &why);
  if (!why.str().empty()) *result_listener << ", " << why.str();
  return matches;
}

}  // namespace orrery

#endif  // ORRERY_TESTING_STATUS_MATCHERS_H_
