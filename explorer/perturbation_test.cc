// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/perturbation.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

TEST(PerturbationTest, NoneChangesNothing) {
  EXPECT_THAT(PerturbedEnvironment({"B=2", "A=1"}, {}),
              ElementsAre("B=2", "A=1"));
  EXPECT_TRUE(Perturbations().empty());
}

TEST(PerturbationTest, ASetHasWhatIsInIt) {
  for (Perturbation one : kAllPerturbations) {
    EXPECT_TRUE(Perturbations::All().Has(one));
    EXPECT_FALSE(Perturbations().Has(one));
    for (Perturbation other : kAllPerturbations) {
      EXPECT_EQ(Perturbations(one).Has(other), one == other);
    }
  }
}

TEST(PerturbationTest, WhatATestIsHandedStays) {
  const std::vector<std::string> given = {"TEST_SRCDIR=/src", "PATH=/bin",
                                          "FIXTURES=/f"};
  EXPECT_THAT(PerturbedEnvironment(given, Perturbations::All()),
              IsSupersetOf(given));
}

TEST(PerturbationTest, TheUserIsAnother) {
  const std::vector<std::string> changed = PerturbedEnvironment(
      {"HOME=/root", "HOMER=poet", "USER=root"}, Perturbation::kEnvironment);
  EXPECT_THAT(changed, Not(Contains("HOME=/root")));
  EXPECT_THAT(changed, Not(Contains("USER=root")));
  EXPECT_THAT(changed, Contains("HOMER=poet"));
  EXPECT_THAT(changed, Contains(StartsWith("HOME=")).Times(1));
  EXPECT_THAT(changed, Contains(StartsWith("ORRERY_PADDING=")));
}

TEST(PerturbationTest, LocaleAndTimeZoneAreOthersThanNow) {
  for (const char* locale : {"", "C.UTF-8", "de_DE.UTF-8", "POSIX"}) {
    const std::string now = absl::StrCat("LC_ALL=", locale);
    const std::vector<std::string> changed =
        PerturbedEnvironment({now}, Perturbation::kLocale);
    EXPECT_THAT(changed, Contains(StartsWith("LC_ALL=")).Times(1));
    EXPECT_THAT(changed, Not(Contains(now)));
    EXPECT_THAT(changed, Contains(StartsWith("LANG=")).Times(1));
  }
  for (const char* zone : {"", "UTC", "Pacific/Kiritimati", "HVN-13:37"}) {
    const std::string now = absl::StrCat("TZ=", zone);
    const std::vector<std::string> changed =
        PerturbedEnvironment({now}, Perturbation::kTimeZone);
    EXPECT_THAT(changed, Contains(StartsWith("TZ=")).Times(1));
    EXPECT_THAT(changed, Not(Contains(now)));
  }
}

TEST(PerturbationTest, OptionsOfAllocatorsAreAddedToThoseThereAre) {
  const std::vector<std::string> changed = PerturbedEnvironment(
      {"ASAN_OPTIONS=detect_leaks=0", "GLIBC_TUNABLES=glibc.malloc.check=1"},
      Perturbations::All());
  EXPECT_THAT(changed, Contains(testing::AllOf(
                           StartsWith("ASAN_OPTIONS=detect_leaks=0:"),
                           HasSubstr(":malloc_fill_byte="),
                           HasSubstr(":quarantine_size_mb=0"))));
  EXPECT_THAT(changed, Contains(testing::AllOf(
                           StartsWith("GLIBC_TUNABLES=glibc.malloc.check=1:"),
                           HasSubstr(":glibc.malloc.perturb="),
                           HasSubstr(":glibc.malloc.tcache_count=0"))));
}

TEST(PerturbationTest, EachHasWordsOfItsOwn) {
  std::set<std::string> words;
  for (Perturbation one : kAllPerturbations) {
    words.insert(std::string(PerturbationText(one)));
    words.insert(std::string(PerturbationHint(one)));
  }
  EXPECT_EQ(words.size(), 2 * std::size(kAllPerturbations));
}

TEST(PerturbationTest, TheOtherFolderHasTheSameFiles) {
  namespace fs = std::filesystem;
  const fs::path base = fs::path(testing::TempDir()) / "perturbation_test";
  fs::remove_all(base);
  fs::create_directories(base / "here" / "data");
  std::ofstream(base / "here" / "data" / "input.txt") << "content";
  const fs::path before = fs::current_path();
  fs::current_path(base / "here");
  EXPECT_EQ(MakeOtherFolder((base / "there").string()), "");
  EXPECT_EQ(MakeOtherFolder((base / "there").string()), "") << "twice";
  fs::current_path(base / "there");
  std::string text;
  std::ifstream("data/input.txt") >> text;
  EXPECT_EQ(text, "content");
  fs::current_path(before);
}

TEST(PerturbationTest, AFolderThatCannotBeMadeIsNamed) {
  EXPECT_THAT(MakeOtherFolder("/proc/nothing/here"),
              StartsWith("/proc/nothing/here: "));
}

}  // namespace
}  // namespace orrery
