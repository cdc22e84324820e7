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
  constexpr WaitKind kKinds[] = {
      WaitKind::kNothing,     WaitKind::kTurn,     WaitKind::kSleep,
      WaitKind::kJoin,        WaitKind::kAll,      WaitKind::kMutex,
      WaitKind::kEvent,       WaitKind::kQueueGet, WaitKind::kQueuePut,
      WaitKind::kForeign,     WaitKind::kFuture,   WaitKind::kSemaphore,
      WaitKind::kCondition,   WaitKind::kBarrier,  WaitKind::kChannelReceive,
      WaitKind::kChannelSend, WaitKind::kReadLock, WaitKind::kWriteLock,
      WaitKind::kGroup,       WaitKind::kAny,      WaitKind::kSelect,
      WaitKind::kPool};
  ExpectNames(kKinds, WaitName);
}

TEST(TraceEventTest, TheObjectOfAWaitFollowsWhatIsWantedOfIt) {
  EXPECT_EQ(WaitPrefix(WaitKind::kQueueGet), "an item in ");
  EXPECT_EQ(WaitPrefix(WaitKind::kReadLock), "a read lock of ");
  EXPECT_EQ(WaitPrefix(WaitKind::kMutex), "") << "its name says it all";
  EXPECT_EQ(WaitPrefix(static_cast<WaitKind>(200)), "");
  for (int kind = 0; kind <= 200; ++kind) {
    const absl::string_view prefix = WaitPrefix(static_cast<WaitKind>(kind));
    EXPECT_TRUE(prefix.empty() || prefix.back() == ' ') << kind;
  }
}

TEST(TraceEventTest, EveryOutcomeHasANameOfItsOwn) {
  constexpr Outcome kKinds[] = {Outcome::kCompleted, Outcome::kFailed,
                                Outcome::kDeadlock,  Outcome::kStepLimit,
                                Outcome::kTimeLimit, Outcome::kDiverged,
                                Outcome::kLiveLock};
  ExpectNames(kKinds, OutcomeName);
  EXPECT_EQ(OutcomeName(Outcome::kUnknown), "unknown");
}

// They are written into traces.
TEST(TraceEventTest, TheNumbersOfTheKindsStay) {
  EXPECT_EQ(static_cast<int>(EntityKind::kTask), 1);
  EXPECT_EQ(static_cast<int>(EntityKind::kMessage), 4);
  EXPECT_EQ(static_cast<int>(WaitKind::kNothing), 0);
  EXPECT_EQ(static_cast<int>(WaitKind::kForeign), 9);
  EXPECT_EQ(static_cast<int>(WaitKind::kFuture), 10);
  EXPECT_EQ(static_cast<int>(WaitKind::kChannelReceive), 14);
  EXPECT_EQ(static_cast<int>(WaitKind::kReadLock), 16);
  EXPECT_EQ(static_cast<int>(WaitKind::kGroup), 18);
  EXPECT_EQ(static_cast<int>(WaitKind::kPool), 21);
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
