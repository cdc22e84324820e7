// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/entity_slots.h"

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(EntitySlotsTest, KnownOnesKeepTheirSlotsAndStrangersAreForgotten) {
  RunProfile profile;
  profile.entities = {{.id = EntityId(5)}, {.id = EntityId(3)}};
  EntitySlots slots;
  slots.Know(profile);
  for (int run = 0; run < 2; ++run) {
    slots.StartRun();
    EXPECT_EQ(slots.SlotOf(EntityId(3)), 1u);
    EXPECT_EQ(slots.SlotOf(EntityId(run == 0 ? 7 : 8)), 2u);
    EXPECT_EQ(slots.SlotOf(EntityId(9)), 3u);
    EXPECT_EQ(slots.SlotOf(EntityId(run == 0 ? 7 : 8)), 2u);
    EXPECT_EQ(slots.SlotOf(EntityId(5)), 0u);
  }
  EXPECT_EQ(slots.known(), 2u);
  EXPECT_TRUE(slots.IsKnown(1));
  EXPECT_FALSE(slots.IsKnown(2));
}

TEST(EntitySlotsTest, ANewProfileTakesThePlaceOfTheOld) {
  RunProfile profile;
  profile.entities = {{.id = EntityId(5)}};
  EntitySlots slots;
  slots.Know(profile);
  slots.SlotOf(EntityId(7));
  slots.Know(RunProfile());
  EXPECT_EQ(slots.SlotOf(EntityId(7)), 0u);
  EXPECT_EQ(slots.SlotOf(EntityId(5)), 1u);
}

}  // namespace
}  // namespace orrery
