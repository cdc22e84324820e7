// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// This program is the other process too: it does what its first argument says.

#include "orrery/explorer/other_process.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::HasSubstr;

std::string OutputPath() {
  return absl::StrCat(testing::TempDir(), "/other_process_test.output");
}

std::string Output() {
  std::ifstream file(OutputPath());
  return std::string((std::istreambuf_iterator<char>(file)),
                     std::istreambuf_iterator<char>());
}

OtherProcess Doing(const std::string& what) {
  OtherProcess process;
  process.words = {"other", what};
  process.environment = {"A=1"};
  process.output_path = OutputPath();
  return process;
}

TEST(OtherProcessTest, GetsItsWordsEnvironmentAndFolder) {
  OtherProcess process = Doing("say");
  process.environment = {"WHO=tycho"};
  process.folder = "/";
  const OtherProcessEnd end = RunInOtherProcess(process);
  EXPECT_TRUE(end.ok()) << end.ToString();
  EXPECT_EQ(Output(), "other say, tycho, /, HOME none\n");
}

TEST(OtherProcessTest, HowItEndsIsTold) {
  OtherProcessEnd end = RunInOtherProcess(Doing("exit"));
  EXPECT_FALSE(end.ok());
  EXPECT_EQ(end.ToString(), "exited with code 7");
  end = RunInOtherProcess(Doing("die"));
  EXPECT_FALSE(end.ok());
  EXPECT_EQ(end.ToString(), "was killed by signal 9 (Killed)");
}

TEST(OtherProcessTest, OneThatDoesNotEndIsKilled) {
  OtherProcess process = Doing("hang");
  process.patience = absl::Milliseconds(50);
  const absl::Time start = absl::Now();
  const OtherProcessEnd end = RunInOtherProcess(process);
  EXPECT_EQ(end.ToString(), "did not end and was killed");
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

TEST(OtherProcessTest, OneThatCannotBeStartedSaysWhy) {
  OtherProcess process = Doing("say");
  process.output_path = "/nonexistent/output";
  const OtherProcessEnd end = RunInOtherProcess(process);
  EXPECT_FALSE(end.ok());
  EXPECT_THAT(end.ToString(), HasSubstr("did not begin: "));
  EXPECT_THAT(end.ToString(), HasSubstr("/nonexistent/output"));
}

TEST(OtherProcessTest, AddressesAreOthersOrTheSameAsAsked) {
  OtherProcess process = Doing("address");
  process.fixed_addresses = true;
  EXPECT_TRUE(RunInOtherProcess(process).ok());
  const std::string fixed = Output();
  EXPECT_TRUE(RunInOtherProcess(process).ok());
  const std::string fixed_again = Output();
  if (fixed != fixed_again) {
    GTEST_SKIP() << "here nobody may say how addresses are chosen";
  }
  process.fixed_addresses = false;
  EXPECT_TRUE(RunInOtherProcess(process).ok());
  EXPECT_NE(Output(), fixed);
}

int Do(const std::string& what, const char* name) {
  if (what == "say") {
    const char* who = std::getenv("WHO");
    const char* home = std::getenv("HOME");
    std::printf("%s %s, %s, %s, HOME %s\n", name, what.c_str(),
                who == nullptr ? "none" : who,
                std::filesystem::current_path().c_str(),
                home == nullptr ? "none" : home);
  } else if (what == "exit") {
    return 7;
  } else if (what == "die") {
    ::raise(SIGKILL);
  } else if (what == "hang") {
    for (;;) ::pause();
  } else if (what == "address") {
    const int local = 0;
    void* const block = std::malloc(100'000);
    std::printf("%p %p\n", static_cast<const void*>(&local), block);
    std::free(block);
  }
  return 0;
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  if (argc == 2 && argv[1][0] != '-') return orrery::Do(argv[1], argv[0]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
