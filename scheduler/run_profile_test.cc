// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/run_profile.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/access.h"
#include "orrery/base/sim_time.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr EntityId kMain(11);
constexpr EntityId kChild(22);
constexpr EntityId kGrandchild(33);
constexpr ObjectKey kX(7);
constexpr ObjectKey kY(8);

class ProfileRecorderTest : public testing::Test {
 protected:
  void Step(EntityId id, std::vector<Access> accesses,
            std::vector<Readied> readied = {}, bool forced = false) {
    recorder_.OnStep({.id = id,
                      .task = TaskId(1),
                      .time = SimTime(),
                      .accesses = accesses,
                      .readied = readied,
                      .forced = forced});
  }

  ProfileRecorder recorder_{/*counts_only=*/false};
};

TEST_F(ProfileRecorderTest, StepsAreCountedAndChildrenHaveParents) {
  recorder_.Begin();
  Step(kMain, {}, {{kChild, true}, {kMain, false}});
  Step(kChild, {}, {{kGrandchild, true}});
  Step(kMain, {});
  const RunProfile profile = recorder_.Finish();
  EXPECT_EQ(profile.steps, 3u);
  EXPECT_THAT(profile.entities,
              ElementsAre(RunProfile::Entity{kMain, RunProfile::kNoParent, 2},
                          RunProfile::Entity{kChild, 0, 1},
                          RunProfile::Entity{kGrandchild, 1, 0}));
  EXPECT_THAT(profile.WithDescendants({2, 1, 5}), ElementsAre(8, 6, 5));
}

TEST_F(ProfileRecorderTest, WhatTwoHaveContendedForIsShared) {
  recorder_.Begin();
  Step(kMain, {{kX, AccessKind::kRead}, {kY, AccessKind::kWrite}});
  Step(kChild, {{kX, AccessKind::kLock}});
  Step(kMain, {{kX, AccessKind::kAcquire}});
  const RunProfile profile = recorder_.Finish();
  EXPECT_THAT(profile.objects,
              ElementsAre(RunProfile::Object{kX, {{0, 2}, {1, 1}}}))
      << "only one has touched the other";
}

TEST_F(ProfileRecorderTest, WhatIsGivenBackOrSignaledDoesNotCount) {
  recorder_.Begin();
  for (const AccessKind kind :
       {AccessKind::kNone, AccessKind::kRelease, AccessKind::kUnlock,
        AccessKind::kWait, AccessKind::kSignal}) {
    Step(kMain, {{kX, kind}});
    Step(kChild, {{kX, kind}});
  }
  EXPECT_THAT(recorder_.Finish().objects, IsEmpty());
}

TEST_F(ProfileRecorderTest, WhatIsDoneAloneCountsAsTheStepsThatItWouldBe) {
  const Access x = {kX, AccessKind::kWrite};
  recorder_.Begin();
  Step(kMain, {}, {{kMain, false}});
  Step(kMain, {x, x, {kX, AccessKind::kSignal}, {kY, AccessKind::kLock}});
  // Had somebody else been there, it would have begun and stopped.
  Step(kChild, {x, x});
  const RunProfile profile = recorder_.Finish();
  EXPECT_EQ(profile.entities[0].steps, 1u + 3);
  EXPECT_EQ(profile.entities[1].steps, 1u + 2);
  EXPECT_EQ(profile.steps, 7u);
}

TEST_F(ProfileRecorderTest, WhatWasChosenIsOneStepWhateverItDoes) {
  const Access x = {kX, AccessKind::kWrite};
  recorder_.Begin();
  for (int i = 0; i < 2; ++i) {
    recorder_.OnChoice();
    Step(kMain, {}, {}, /*forced=*/true);
    Step(kMain, {x, x, x});
  }
  Step(kMain, {x, x, x});
  EXPECT_EQ(recorder_.Finish().entities[0].steps, 1u + 1 + 3);
}

TEST_F(ProfileRecorderTest, TheClockAndTheLogAreNoSharedObjects) {
  recorder_.Begin();
  for (const EntityId id : {kMain, kChild}) {
    Step(id, {{kClockKey, AccessKind::kWrite}, {kLogKey, AccessKind::kWrite}});
  }
  EXPECT_THAT(recorder_.Finish().objects, IsEmpty());
}

TEST_F(ProfileRecorderTest, EntitiesAreNoSharedObjects) {
  recorder_.Begin();
  Step(kMain, {{ObjectKey(kChild.value), AccessKind::kWrite}});
  Step(kChild, {{ObjectKey(kChild.value), AccessKind::kWrite}});
  EXPECT_THAT(recorder_.Finish().objects, IsEmpty());
}

TEST_F(ProfileRecorderTest, WorkOfTheEngineIsNobodysButWhatItCreatesIsThere) {
  recorder_.Begin();
  Step(kMain, {{kX, AccessKind::kWrite}}, {{kChild, true}}, /*forced=*/true);
  const RunProfile profile = recorder_.Finish();
  EXPECT_THAT(profile.entities, ElementsAre(RunProfile::Entity{
                                    kChild, RunProfile::kNoParent, 0}));
}

TEST_F(ProfileRecorderTest, EachRunIsRecordedAnew) {
  recorder_.Begin();
  Step(kMain, {{kX, AccessKind::kWrite}});
  Step(kChild, {{kX, AccessKind::kWrite}});
  recorder_.Finish();
  recorder_.Begin();
  EXPECT_EQ(recorder_.Finish(), RunProfile());
}

TEST(ProfileRecorderCountsTest, OnlyStepsAreCountedIfNoMoreIsWanted) {
  ProfileRecorder recorder(/*counts_only=*/true);
  recorder.Begin();
  for (int i = 0; i < 5; ++i) {
    recorder.OnStep({.id = kMain, .task = TaskId(1), .time = SimTime()});
  }
  const RunProfile profile = recorder.Finish();
  EXPECT_EQ(profile.steps, 5u);
  EXPECT_THAT(profile.entities, IsEmpty());
}

RunProfile SomeProfile() {
  return {.steps = 12,
          .entities = {{kMain, RunProfile::kNoParent, 3},
                       {EntityId(~uint64_t{0}), 0, 4},
                       {kChild, 1, 0}},
          .objects = {{kX, {{0, 2}, {1, 1}}}, {kY, {{1, 5}, {2, 1}}}}};
}

TEST(RunProfileTest, ComesBackFromItsText) {
  for (const RunProfile& profile : {RunProfile(), SomeProfile()}) {
    RunProfile read;
    EXPECT_TRUE(RunProfile::FromText(profile.ToText(), &read));
    EXPECT_EQ(read, profile);
  }
}

TEST(RunProfileTest, ATextThatIsCutAnywhereIsRefused) {
  const std::string text = SomeProfile().ToText();
  for (size_t size = 0; size < text.size(); ++size) {
    // A number that is cut is a number still, and only the last one may be.
    if (size > text.rfind(' ')) continue;
    RunProfile read;
    EXPECT_FALSE(RunProfile::FromText(text.substr(0, size), &read)) << size;
  }
}

TEST(RunProfileTest, ATextThatContradictsItselfIsRefused) {
  RunProfile read;
  ASSERT_TRUE(RunProfile::FromText("profile 1 0 2 5 0 1 6 1 1 0", &read));
  for (const char* text :
       {"profile 2 0 0 0", "profil 1 0 0 0", "profile 1 0 0 0 0",
        "profile 1 -1 0 0",
        // Too many entities for the text, or to be true.
        "profile 1 0 1 0", "profile 1 0 99999999 0",
        // A parent that comes later; an id that is there twice.
        "profile 1 0 2 5 1 1 6 0 1 0", "profile 1 0 2 5 0 1 5 0 1 0",
        // An object of one entity, of none, of one twice, of no uses, of one
        // that is not there; objects out of order.
        "profile 1 0 2 5 0 1 6 1 1 1 9 1 0 1",
        "profile 1 0 2 5 0 1 6 1 1 1 9 0",
        "profile 1 0 2 5 0 1 6 1 1 1 9 2 0 1 0 1",
        "profile 1 0 2 5 0 1 6 1 1 1 9 2 0 1 1 0",
        "profile 1 0 2 5 0 1 6 1 1 1 9 2 0 1 2 1",
        "profile 1 0 2 5 0 1 6 1 1 2 9 2 0 1 1 1 9 2 0 1 1 1"}) {
    EXPECT_FALSE(RunProfile::FromText(text, &read)) << text;
  }
}

}  // namespace
}  // namespace orrery
