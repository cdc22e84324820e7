// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/trace_event.h"

#include <cstddef>
#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

// Checks that `name` has a text of its own for each of `kinds`.
template <typename Kind, size_t kCount>
void ExpectNames(const Kind (&kinds)[kCount], absl::string_view (*name)(Kind)) {
  std::set<absl::string_view> names;
  for (Kind kind : kinds) names.insert(name(kind));
  EXPECT_EQ(names.size(), kCount);
  EXPECT_EQ(names.count("unknown"), 0);
  EXPECT_EQ(names.count(""), 0);
  EXPECT_EQ(name(static_cast<Kind>(kCount + 1)), "unknown");
}

TEST(TraceEventTest, EveryKindOfEntityHasANameOfItsOwn) {
  constexpr EntityKind kKinds[] = {EntityKind::kTask, EntityKind::kCallback,
                                   EntityKind::kTimer, EntityKind::kMessage};
  ExpectNames(kKinds, EntityKindName);
}

TEST(TraceEventTest, EveryKindOfWaitHasANameOfItsOwn) {
  constexpr WaitKind kKinds[] = {WaitKind::kNothing,  WaitKind::kTurn,
                                 WaitKind::kSleep,    WaitKind::kJoin,
                                 WaitKind::kAll,      WaitKind::kMutex,
                                 WaitKind::kEvent,    WaitKind::kQueueGet,
                                 WaitKind::kQueuePut, WaitKind::kForeign};
  ExpectNames(kKinds, WaitName);
}

TEST(TraceEventTest, EveryOutcomeHasANameOfItsOwn) {
  constexpr Outcome kKinds[] = {Outcome::kCompleted, Outcome::kFailed,
                                Outcome::kDeadlock,  Outcome::kStepLimit,
                                Outcome::kTimeLimit, Outcome::kDiverged};
  ExpectNames(kKinds, OutcomeName);
  EXPECT_EQ(OutcomeName(Outcome::kUnknown), "unknown");
}

// They are written into traces.
TEST(TraceEventTest, TheNumbersOfTheKindsStay) {
  EXPECT_EQ(static_cast<int>(EntityKind::kTask), 1);
  EXPECT_EQ(static_cast<int>(EntityKind::kMessage), 4);
  EXPECT_EQ(static_cast<int>(WaitKind::kNothing), 0);
  EXPECT_EQ(static_cast<int>(WaitKind::kForeign), 9);
  EXPECT_EQ(static_cast<int>(Outcome::kUnknown), 0);
  EXPECT_EQ(static_cast<int>(Outcome::kDiverged), 6);
}

TEST(TraceEventTest, ASiteIsItsText) {
  const SourceSite site = SourceSite::current();
  const SiteText text = site;
  EXPECT_EQ(text.file, site.file_name());
  EXPECT_EQ(text.function, site.function_name());
  EXPECT_EQ(text.line, site.line());
  EXPECT_EQ(SiteText(SourceSite()).line, 0);
  EXPECT_EQ(SiteText(SourceSite()).file, "");
}

}  // namespace
}  // namespace orrery
