// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/property.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::HasSubstr;

// Names are of the whole process: each test has its own.
size_t Register(PropertyKind kind, absl::string_view name,
                absl::string_view file = "a.cc", uint32_t line = 1) {
  return RegisterProperty(kind, name, file, line);
}

TEST(PropertyTest, TheSameNameInTwoPlacesIsOneProperty) {
  const size_t first =
      Register(PropertyKind::kSometimes, "one property", "b.cc", 7);
  const size_t count = RegisteredProperties().size();
  EXPECT_EQ(Register(PropertyKind::kSometimes, "one property", "b.cc", 9),
            first);
  EXPECT_EQ(PlaceOf(RegisteredProperties()[first]), "b.cc:7");
  EXPECT_EQ(Register(PropertyKind::kSometimes, "one property", "a.cc", 9),
            first);
  EXPECT_EQ(PlaceOf(RegisteredProperties()[first]), "a.cc:9");
  EXPECT_EQ(RegisteredProperties().size(), count);
}

TEST(PropertyTest, PlacesAreThoseOfTheRepository) {
  const size_t number =
      Register(PropertyKind::kAlways, "clean place",
               "bazel-out/k8-fastbuild/bin/sim/_virtual_includes/task/orrery/"
               "sim/task.h",
               3);
  EXPECT_EQ(PlaceOf(RegisteredProperties()[number]), "sim/task.h:3");
}

TEST(PropertyTest, AreListedInTheOrderOfTheirNames) {
  Register(PropertyKind::kAlways, "zebra");
  Register(PropertyKind::kAlways, "aardvark");
  std::string before;
  for (const size_t number : PropertiesByName()) {
    const std::string& name = RegisteredProperties()[number].name;
    EXPECT_LT(before, name);
    before = name;
  }
  EXPECT_EQ(PropertiesByName().size(), RegisteredProperties().size());
}

TEST(PropertyDeathTest, OneNameIsOfOneKind) {
  Register(PropertyKind::kAlways, "two kinds", "a.cc", 1);
  EXPECT_DEATH(Register(PropertyKind::kSometimes, "two kinds", "b.cc", 2),
               "the property \"two kinds\" is Always at a.cc:1 and Sometimes "
               "at b.cc:2");
}

TEST(PropertyTest, OnlySometimesAndReachableMustHappen) {
  EXPECT_TRUE(MustHappen(PropertyKind::kSometimes));
  EXPECT_TRUE(MustHappen(PropertyKind::kReachable));
  EXPECT_FALSE(MustHappen(PropertyKind::kAlways));
  EXPECT_FALSE(MustHappen(PropertyKind::kUnreachable));
}

TEST(PropertyCoverageTest, TakesWhatWasCountedAndForgetsIt) {
  const size_t number = Register(PropertyKind::kSometimes, "taken");
  PropertyCoverage::Take();
  CountProperty(number, false);
  CountProperty(number, true);
  CountProperty(number, false);
  const PropertyCoverage coverage = PropertyCoverage::Take();
  EXPECT_EQ(coverage.count(number), (PropertyCount{3, 1}));
  EXPECT_TRUE(PropertyCoverage::Take().empty());
}

TEST(PropertyCoverageTest, WhatWasNotCountedIsZero) {
  const size_t number = Register(PropertyKind::kSometimes, "not counted");
  PropertyCoverage::Take();
  const PropertyCoverage coverage = PropertyCoverage::Take();
  EXPECT_EQ(coverage.count(number), PropertyCount());
  EXPECT_EQ(coverage.count(number + 1000), PropertyCount());
  EXPECT_EQ(coverage.Encode(), "");
}

TEST(PropertyCoverageTest, AddsUpWhatOtherProcessesHaveCounted) {
  const size_t a = Register(PropertyKind::kSometimes, "added a");
  const size_t b = Register(PropertyKind::kReachable, "added b");
  PropertyCoverage run;
  run.AddCount(a, {5, 2});
  run.AddCount(b, {1, 1});
  const std::string bytes = run.Encode();
  EXPECT_EQ(bytes.size(), 40);

  PropertyCoverage sum;
  EXPECT_TRUE(sum.AddEncoded(bytes).ok());
  EXPECT_TRUE(sum.AddEncoded(bytes).ok());
  sum.Add(run);
  EXPECT_TRUE(sum.AddEncoded("").ok());
  EXPECT_EQ(sum.count(a), (PropertyCount{15, 6}));
  EXPECT_EQ(sum.count(b), (PropertyCount{3, 3}));
}

TEST(PropertyCoverageTest, CountsOfManyBitsSurvive) {
  const size_t number = Register(PropertyKind::kSometimes, "many bits");
  PropertyCoverage run;
  run.AddCount(number, {0xfedcba9876543210u, 0x0123456789abcdefu});
  PropertyCoverage sum;
  EXPECT_TRUE(sum.AddEncoded(run.Encode()).ok());
  EXPECT_EQ(sum.count(number),
            (PropertyCount{0xfedcba9876543210u, 0x0123456789abcdefu}));
}

TEST(PropertyCoverageTest, BytesOfSomethingElseAreRefusedWhole) {
  const size_t number = Register(PropertyKind::kSometimes, "refused");
  PropertyCoverage run;
  run.AddCount(number, {2, 1});
  const std::string good = run.Encode();

  PropertyCoverage sum;
  const absl::Status cut = sum.AddEncoded(good.substr(0, 19));
  EXPECT_EQ(cut.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(cut.message(), HasSubstr("19 bytes"));

  std::string unknown = good;
  unknown[2] = 100;  // a number of more than six million
  EXPECT_EQ(sum.AddEncoded(good + unknown).code(),
            absl::StatusCode::kInvalidArgument);

  std::string impossible = good;
  impossible[12] = 3;  // held 3 times of 2
  EXPECT_THAT(sum.AddEncoded(impossible).message(),
              HasSubstr("was evaluated 2 times and held 3 times"));
  EXPECT_TRUE(sum.empty());
}

}  // namespace
}  // namespace orrery
