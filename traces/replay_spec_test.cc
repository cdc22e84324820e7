// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/replay_spec.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(ReplaySpecTest, TheChoicesOfTheTraceAreFollowed) {
  const std::string path = absl::StrCat(testing::TempDir(), "/a=1,b.orrery");
  ASSERT_TRUE(
      WriteTraceFile(path, SampleTraceBytes(TraceLevel::kChoices)).ok());
  const std::string spec = absl::StrCat("replay:", path);
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(spec, Seed(1));
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ((*made)->Spec(), spec);
  EXPECT_TRUE((*made)->traits().follows);
  const std::vector<Choice> choices = ChoicesOf(SampleEvents());
  ASSERT_FALSE(choices.empty());
  for (const Choice& choice : choices) {
    const ChoicePoint where = {
        .kind = choice.kind, .n = choice.n, .site = choice.site};
    if (choice.kind == ChoiceKind::kNextEntity) {
      const std::vector<const Candidate*> ready(choice.n);
      EXPECT_EQ((*made)->PickNext(where, ready), choice.chosen);
    } else {
      EXPECT_EQ((*made)->Draw(where), choice.chosen);
    }
  }
  EXPECT_EQ((*made)->Explain(), "");
}

TEST(ReplaySpecTest, TheNameIsListed) {
  EXPECT_THAT(SchedulerNames(), Contains("replay"));
}

TEST(ReplaySpecTest, WhatCannotBeReadIsRefused) {
  for (const char* spec : {"replay", "replay:"}) {
    EXPECT_THAT(std::string(MakeScheduler(spec, Seed(1)).status().message()),
                HasSubstr("a file is missing: \"replay:FILE\" follows"));
  }
  const absl::Status gone =
      MakeScheduler("replay:/no/such/trace", Seed(1)).status();
  EXPECT_EQ(gone.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(gone.message()),
              HasSubstr("scheduler \"replay:/no/such/trace\": "
                        "cannot open the trace /no/such/trace: No such file"));
}

}  // namespace
}  // namespace orrery
