// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/check_jobs.h"

#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Folder(const std::string& name) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/", name);
  std::filesystem::remove_all(folder);
  return folder;
}

RunRecord RecordOf(uint64_t seed) {
  RunRecorder recorder;
  TraceHeader header;
  header.seed = Seed(seed);
  recorder.Begin(header);
  return recorder.Finish({}, {});
}

CheckedEnd Nothing(const CheckRun&) { return {}; }

TEST(CheckJobsTest, RunsAreMadeInTheOrderAskedFor) {
  const std::string folder = Folder("order");
  const RunRecord records[] = {RecordOf(10), RecordOf(20)};
  ASSERT_TRUE(WriteCheckRecords(records, folder).ok());
  ASSERT_TRUE(WriteCheckOrder({1, 0, 1}, CheckSharing::kShared, folder).ok());
  std::vector<uint64_t> seeds;
  const absl::Status status = MakeCheckedRuns(folder, [&](const CheckRun& run) {
    seeds.push_back(run.header->seed.value);
    EXPECT_EQ(run.trace->level(), TraceLevel::kEvents);
    CheckedEnd end;
    end.footer.steps = seeds.size();
    return end;
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(seeds, ElementsAre(20, 10, 20));
  for (size_t i = 0; i < 3; ++i) {
    absl::StatusOr<Trace> trace = ReadTrace(CheckResultPath(folder, i));
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->footer->steps, i + 1);
  }
}

TEST(CheckJobsTest, RunsApartFindNothingOfEachOther) {
  const std::string folder = Folder("apart");
  ASSERT_TRUE(WriteCheckRecords({RecordOf(1)}, folder).ok());
  for (const CheckSharing sharing :
       {CheckSharing::kApart, CheckSharing::kShared}) {
    ASSERT_TRUE(WriteCheckOrder({0, 0}, sharing, folder).ok());
    uint64_t count = 0;
    const absl::Status status = MakeCheckedRuns(folder, [&](const CheckRun&) {
      CheckedEnd end;
      end.footer.steps = ++count;
      return end;
    });
    EXPECT_TRUE(status.ok()) << status;
    absl::StatusOr<Trace> last = ReadTrace(CheckResultPath(folder, 1));
    ASSERT_TRUE(last.ok()) << last.status();
    EXPECT_EQ(last->footer->steps, sharing == CheckSharing::kApart ? 1 : 2);
  }
}

TEST(CheckJobsTest, TheDeathOfARunIsThatOfItsProcess) {
  const std::string folder = Folder("death");
  ASSERT_TRUE(WriteCheckRecords({RecordOf(1)}, folder).ok());
  ASSERT_TRUE(WriteCheckOrder({0}, CheckSharing::kApart, folder).ok());
  const auto dies = [](const CheckRun&) -> CheckedEnd {
    ::raise(SIGKILL);
    return {};
  };
  EXPECT_EXIT((void)MakeCheckedRuns(folder, dies),
              testing::KilledBySignal(SIGKILL), "");
  const auto exits = [](const CheckRun&) -> CheckedEnd { ::_exit(9); };
  EXPECT_EXIT((void)MakeCheckedRuns(folder, exits), testing::ExitedWithCode(9),
              "");
  absl::StatusOr<Trace> begun =
      ReadTrace(CheckResultPath(folder, 0), {.allow_incomplete = true});
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_FALSE(begun->footer.has_value());
}

TEST(CheckJobsTest, AnOlderResultIsNotTakenForANewOne) {
  const std::string folder = Folder("older");
  ASSERT_TRUE(WriteCheckRecords({RecordOf(1)}, folder).ok());
  ASSERT_TRUE(WriteCheckOrder({0}, CheckSharing::kShared, folder).ok());
  ASSERT_TRUE(MakeCheckedRuns(folder, Nothing).ok());
  EXPECT_TRUE(std::filesystem::exists(CheckResultPath(folder, 0)));
  ASSERT_TRUE(WriteCheckOrder({0}, CheckSharing::kShared, folder).ok());
  EXPECT_FALSE(std::filesystem::exists(CheckResultPath(folder, 0)));
}

TEST(CheckJobsTest, WhatIsMissingOrWrongIsNamed) {
  const std::string folder = Folder("wrong");
  absl::Status status = MakeCheckedRuns(folder, Nothing);
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat(folder, "/order")));

  ASSERT_TRUE(WriteCheckRecords({RecordOf(1)}, folder).ok());
  std::ofstream(absl::StrCat(folder, "/order")) << "shared 0 nonsense\n";
  status = MakeCheckedRuns(folder, Nothing);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("and the numbers of runs"));

  ASSERT_TRUE(WriteCheckOrder({5}, CheckSharing::kShared, folder).ok());
  status = MakeCheckedRuns(folder, Nothing);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("5.choices.orrery"));

  EXPECT_FALSE(WriteCheckRecords({}, "/proc/nothing").ok());
  EXPECT_FALSE(
      WriteCheckOrder({0}, CheckSharing::kApart, "/proc/nothing").ok());
}

TEST(CheckJobsTest, ThisProcessIsNoOther) { EXPECT_EQ(CheckFolder(), ""); }

}  // namespace
}  // namespace orrery
