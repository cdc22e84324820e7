// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// That an edit gives another id is tested in
// tests/testing_replay_modes_test.cc.

#include "orrery/testing/program_build.h"

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string FileWith(const std::string& name, const std::string& bytes) {
  const std::string path = testing::TempDir() + "/program_build_test." + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(ProgramBuildTest, WhatIsLoadedBeginsWithTheProgram) {
  const std::vector<LoadedObject> objects = LoadedObjects();
  ASSERT_THAT(objects, Not(IsEmpty()));
  EXPECT_THAT(objects,
              Each(Field(&LoadedObject::path,
                         Not(AnyOf(StartsWith("/lib/"), StartsWith("/usr/lib/"),
                                   StartsWith("linux-vdso"))))));
}

TEST(ProgramBuildTest, ThisProgramIsTheSameWheneverItIsAsked) {
  EXPECT_EQ(ProgramBuild().id, CombineBuildIds(LoadedObjects()));
  EXPECT_EQ(ProgramBuild().id.size(), 32u);
  EXPECT_NE(ProgramBuild().compiler, "");
  EXPECT_NE(ProgramBuild().mode, "");
}

TEST(ProgramBuildTest, NeitherOrderNorPlaceCount) {
  const std::string id = CombineBuildIds({{"/a/x", "01"}, {"/a/y", "02"}});
  EXPECT_EQ(CombineBuildIds({{"/b/y", "02"}, {"/b/x", "01"}}), id);
  EXPECT_NE(CombineBuildIds({{"/a/x", "01"}, {"/a/y", "03"}}), id);
  EXPECT_NE(CombineBuildIds({{"/a/x", "01"}}), id);
  EXPECT_NE(CombineBuildIds({{"/a/x", "0102"}}), id);
}

TEST(ProgramBuildTest, WithoutAnIdTheBytesOfTheFileCount) {
  const std::string one = FileWith("one", std::string(100'000, 'x') + "1");
  const std::string copy = FileWith("copy", std::string(100'000, 'x') + "1");
  const std::string two = FileWith("two", std::string(100'000, 'x') + "2");
  const std::string id = CombineBuildIds({{one, ""}});
  EXPECT_EQ(CombineBuildIds({{copy, ""}}), id);
  EXPECT_NE(CombineBuildIds({{two, ""}}), id);
  EXPECT_EQ(CombineBuildIds({{"", ""}}), CombineBuildIds({{"", ""}}))
      << "the program itself";
  EXPECT_NE(CombineBuildIds({{"", ""}}), id);
}

}  // namespace
}  // namespace orrery
