// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/access.h"

#include <iterator>
#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr AccessKind kKinds[] = {AccessKind::kNone,    AccessKind::kRead,
                                 AccessKind::kWrite,   AccessKind::kAcquire,
                                 AccessKind::kRelease, AccessKind::kWait,
                                 AccessKind::kSignal};

TEST(AccessTest, TwoReadsCommuteAndNothingElseOnOneObjectDoes) {
  const ObjectKey object(7);
  for (AccessKind a : kKinds) {
    for (AccessKind b : kKinds) {
      const bool touches = a != AccessKind::kNone && b != AccessKind::kNone;
      const bool reads = a == AccessKind::kRead && b == AccessKind::kRead;
      EXPECT_EQ(Dependent({object, a}, {object, b}), touches && !reads)
          << AccessVerb(a) << ", " << AccessVerb(b);
    }
  }
}

TEST(AccessTest, AccessesToDifferentObjectsCommute) {
  for (AccessKind a : kKinds) {
    for (AccessKind b : kKinds) {
      EXPECT_FALSE(Dependent({ObjectKey(7), a}, {ObjectKey(8), b}));
    }
  }
}

TEST(AccessTest, EveryKindHasANameOfItsOwn) {
  std::set<absl::string_view> names;
  for (AccessKind kind : kKinds) names.insert(AccessVerb(kind));
  EXPECT_EQ(names.size(), std::size(kKinds));
  EXPECT_EQ(names.count("unknown"), 0);
  EXPECT_EQ(AccessVerb(AccessKind::kRead), "reads");
}

// What a newer version has written, an older one names all the same.
TEST(AccessTest, AKindThatIsNotKnownHasAName) {
  EXPECT_EQ(AccessVerb(static_cast<AccessKind>(200)), "unknown");
}

}  // namespace
}  // namespace orrery
