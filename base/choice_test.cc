// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/choice.h"

#include <iterator>
#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(ChoiceTest, EveryKindHasANameOfItsOwn) {
  constexpr ChoiceKind kKinds[] = {ChoiceKind::kNextEntity, ChoiceKind::kData,
                                   ChoiceKind::kRandom,     ChoiceKind::kWake,
                                   ChoiceKind::kLatency,    ChoiceKind::kFault};
  std::set<absl::string_view> names;
  for (ChoiceKind kind : kKinds) names.insert(ChoiceName(kind));
  EXPECT_EQ(names.size(), std::size(kKinds));
  EXPECT_EQ(names.count("unknown"), 0);
  EXPECT_EQ(ChoiceName(static_cast<ChoiceKind>(0)), "unknown");
}

// They are written into traces.
TEST(ChoiceTest, TheNumbersOfTheKindsStay) {
  EXPECT_EQ(static_cast<int>(ChoiceKind::kNextEntity), 1);
  EXPECT_EQ(static_cast<int>(ChoiceKind::kData), 2);
  EXPECT_EQ(static_cast<int>(ChoiceKind::kRandom), 3);
  EXPECT_EQ(static_cast<int>(ChoiceKind::kWake), 4);
  EXPECT_EQ(static_cast<int>(ChoiceKind::kLatency), 5);
  EXPECT_EQ(static_cast<int>(ChoiceKind::kFault), 6);
}

}  // namespace
}  // namespace orrery
