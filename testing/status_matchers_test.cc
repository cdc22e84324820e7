// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/status_matchers.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const absl::Status kNotFound = absl::NotFoundError("no such account");
const absl::StatusOr<int> kThree = 3;
const absl::StatusOr<int> kNoInt = kNotFound;

// What a matcher says it wants, and what it says about a value.
template <typename T, typename M>
std::string Describe(const M& matcher) {
  return testing::DescribeMatcher<T>(matcher);
}
template <typename T, typename M>
std::string Explain(const M& matcher, const T& value) {
  testing::StringMatchResultListener listener;
  testing::SafeMatcherCast<const T&>(matcher).MatchAndExplain(value, &listener);
  return listener.str();
}

TEST(IsOkTest, MatchesStatusAndStatusOr) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(kThree, IsOk());
  EXPECT_THAT(kNotFound, Not(IsOk()));
  EXPECT_THAT(kNoInt, Not(IsOk()));
}

TEST(IsOkTest, SaysWhatTheStatusIs) {
  EXPECT_EQ(Explain(IsOk(), kNoInt),
            "whose status is NOT_FOUND: no such account");
  EXPECT_EQ(Describe<absl::Status>(IsOk()), "is OK");
  EXPECT_EQ(Describe<absl::Status>(Not(IsOk())), "is not OK");
}

TEST(StatusIsTest, MatchesTheCode) {
  EXPECT_THAT(kNotFound, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(kNoInt, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(kThree, StatusIs(absl::StatusCode::kOk));
  EXPECT_THAT(kNotFound, Not(StatusIs(absl::StatusCode::kInternal)));
}

TEST(StatusIsTest, MatchesCodeAndMessage) {
  EXPECT_THAT(kNotFound,
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("account")));
  EXPECT_THAT(kNotFound,
              StatusIs(absl::StatusCode::kNotFound, "no such account"));
  EXPECT_THAT(kNotFound,
              Not(StatusIs(absl::StatusCode::kNotFound, HasSubstr("bank"))));
  EXPECT_THAT(kNotFound,
              Not(StatusIs(absl::StatusCode::kInternal, HasSubstr("account"))));
}

TEST(StatusIsTest, SaysWhatIsWantedAndWhatIs) {
  const auto code = StatusIs(absl::StatusCode::kInternal);
  EXPECT_EQ(Describe<absl::Status>(code), "has the code INTERNAL");
  EXPECT_EQ(Describe<absl::Status>(Not(code)),
            "does not have the code INTERNAL");
  const auto both = StatusIs(absl::StatusCode::kInternal, HasSubstr("disk"));
  EXPECT_EQ(Describe<absl::Status>(both),
            "has the code INTERNAL and a message that has substring \"disk\"");
  EXPECT_EQ(Describe<absl::Status>(Not(both)),
            "does not have the code INTERNAL, or has a message that has no "
            "substring \"disk\"");
  EXPECT_EQ(Explain(both, kNotFound),
            "whose status is NOT_FOUND: no such account");
}

TEST(IsOkAndHoldsTest, MatchesTheValue) {
  EXPECT_THAT(kThree, IsOkAndHolds(3));
  EXPECT_THAT(kThree, IsOkAndHolds(Gt(2)));
  EXPECT_THAT(kThree, Not(IsOkAndHolds(4)));
  EXPECT_THAT(kNoInt, Not(IsOkAndHolds(3)));
  const absl::StatusOr<std::string> text = std::string("hello");
  EXPECT_THAT(text, IsOkAndHolds("hello"));
  const absl::StatusOr<std::vector<int>> list = std::vector<int>{1, 2};
  EXPECT_THAT(list, IsOkAndHolds(ElementsAre(1, 2)));
}

TEST(IsOkAndHoldsTest, SaysWhatIsWantedAndWhatIs) {
  const auto matcher = IsOkAndHolds(Gt(5));
  EXPECT_EQ(Describe<absl::StatusOr<int>>(matcher),
            "is OK and holds a value that is > 5");
  EXPECT_EQ(Describe<absl::StatusOr<int>>(Not(matcher)),
            "is not OK, or holds a value that isn't > 5");
  EXPECT_THAT(Explain(matcher, kThree), StartsWith("whose value is 3"));
  EXPECT_EQ(Explain(matcher, kNoInt),
            "whose status is NOT_FOUND: no such account");
  const absl::StatusOr<std::vector<int>> list = std::vector<int>{1, 2};
  EXPECT_THAT(Explain(IsOkAndHolds(ElementsAre(1, 3)), list),
              StartsWith("whose value is { 1, 2 }, whose element #1 "));
}

}  // namespace
}  // namespace orrery
