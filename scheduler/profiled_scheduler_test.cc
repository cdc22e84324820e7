// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/profiled_scheduler.h"

#include <cstddef>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

// Notes what it learns, and always picks the first.
class Student : public ProfiledScheduler {
 public:
  enum class What { kNothing, kCounts, kAll };
  explicit Student(What what)
      : ProfiledScheduler(what == What::kAll      ? Learns::kAll
                          : what == What::kCounts ? Learns::kCounts
                                                  : Learns::kNothing) {}

  std::string Spec() const override { return "student"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }

  std::vector<RunProfile> learned;
  int started = 0;
  int picked = 0;
  int observed = 0;

 protected:
  void Learn(const RunProfile& profile) override { learned.push_back(profile); }
  void StartRun() override { ++started; }
  size_t Pick(Candidates) override {
    ++picked;
    return 0;
  }
  void Observe(const StepInfo&) override { ++observed; }
};

constexpr RunInfo kProfileRun = {.seed = Seed(0), .profile = true};

TEST(ProfiledSchedulerTest, LearnsFromTheProfileRunAndSeesNothingElseOfIt) {
  const ModelProgram program = Lazy01();
  ModelRunner runner(program);
  Student student(Student::What::kAll);
  EXPECT_TRUE(student.NeedsProfile());
  EXPECT_EQ(student.SaveState(), "");
  const ModelResult result = runner.Run(student, kProfileRun);
  EXPECT_FALSE(student.NeedsProfile());
  ASSERT_EQ(student.learned.size(), 1u);
  const RunProfile& profile = student.learned[0];
  EXPECT_EQ(profile.steps, result.steps);
  ASSERT_EQ(profile.entities.size(), 4u);
  uint64_t steps = 0;
  for (const RunProfile::Entity& entity : profile.entities) {
    steps += entity.steps;
  }
  EXPECT_EQ(steps, result.steps);
  EXPECT_EQ(profile.WithDescendants({0, 1, 1, 1})[0], 3u);
  EXPECT_EQ(profile.objects.size(), 2u) << "the lock and the variable";
  EXPECT_EQ(student.started + student.picked + student.observed, 0);

  runner.Run(student, {.seed = Seed(1)});
  EXPECT_EQ(student.learned.size(), 1u);
  EXPECT_EQ(student.started, 1);
  EXPECT_GT(student.picked, 0);
  EXPECT_GT(student.observed, student.picked);
}

TEST(ProfiledSchedulerTest, TheProfileRunIsARandomWalk) {
  const ModelProgram program = Wronglock(3);
  ModelRunner runner(program);
  RandomScheduler random;
  runner.Run(random, {.seed = Seed(0)});
  const std::vector<uint32_t> walk = runner.schedule();
  Student student(Student::What::kCounts);
  runner.Run(student, kProfileRun);
  EXPECT_EQ(runner.schedule(), walk);
}

TEST(ProfiledSchedulerTest, WhatWasLearnedGoesOnInAnotherOne) {
  const ModelProgram program = Lazy01();
  ModelRunner runner(program);
  for (const Student::What what :
       {Student::What::kCounts, Student::What::kAll}) {
    Student student(what);
    runner.Run(student, kProfileRun);
    Student other(what);
    EXPECT_TRUE(other.RestoreState(student.SaveState()));
    EXPECT_FALSE(other.NeedsProfile());
    EXPECT_EQ(other.learned, student.learned);
    EXPECT_EQ(other.SaveState(), student.SaveState());
  }
}

TEST(ProfiledSchedulerTest, AStateThatIsNoneIsRefusedAndChangesNothing) {
  Student student(Student::What::kAll);
  EXPECT_FALSE(student.RestoreState("profile 1 5"));
  EXPECT_TRUE(student.NeedsProfile());
  EXPECT_TRUE(student.learned.empty());
}

TEST(ProfiledSchedulerTest, TheStateOfOneThatHasLearnedNothingIsEmpty) {
  const ModelProgram program = Lazy01();
  ModelRunner runner(program);
  Student student(Student::What::kAll);
  runner.Run(student, kProfileRun);
  EXPECT_TRUE(student.RestoreState(""));
  EXPECT_TRUE(student.NeedsProfile());
  EXPECT_EQ(student.learned.back(), RunProfile());
}

TEST(ProfiledSchedulerTest, OneThatLearnsNothingNeedsNoProfile) {
  const ModelProgram program = Lazy01();
  ModelRunner runner(program);
  Student student(Student::What::kNothing);
  EXPECT_FALSE(student.NeedsProfile());
  runner.Run(student, kProfileRun);
  EXPECT_TRUE(student.learned.empty());
  EXPECT_EQ(student.SaveState(), "");
  EXPECT_TRUE(student.RestoreState(""));
  EXPECT_FALSE(student.RestoreState("profile 1 5 0 0"));
}

}  // namespace
}  // namespace orrery
