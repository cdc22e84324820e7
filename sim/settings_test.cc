// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/settings.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<Settings> settings = Settings::Parse(text);
  return settings.ok() ? "none" : std::string(settings.status().message());
}

std::optional<bool> SwitchOf(const Settings& settings, absl::string_view name) {
  const absl::StatusOr<std::optional<bool>> found = settings.FindSwitch(name);
  EXPECT_TRUE(found.ok()) << found.status();
  return found.ok() ? *found : std::nullopt;
}

TEST(SettingsTest, WhatIsSetIsFoundByItsWholeName) {
  const Settings settings =
      *Settings::Parse("net.loss=off,topology.nodes=5,net.loss.rate=2%");
  EXPECT_EQ(settings.Find("net.loss"), "off");
  EXPECT_EQ(settings.Find("net.loss.rate"), "2%");
  EXPECT_EQ(settings.Find("topology.nodes"), "5");
  EXPECT_EQ(settings.Find("net"), std::nullopt);
  EXPECT_EQ(settings.Find("net.los"), std::nullopt);
}

TEST(SettingsTest, ToStringIsOrderedAndReadAgainAsTheSame) {
  const Settings settings =
      *Settings::Parse("topology.nodes=5,buggify.short-batch=on,net.loss=off");
  EXPECT_EQ(settings.ToString(),
            "buggify.short-batch=on,net.loss=off,topology.nodes=5");
  EXPECT_EQ(*Settings::Parse(settings.ToString()), settings);
}

TEST(SettingsTest, NothingIsSetByAnEmptyText) {
  EXPECT_TRUE(Settings::Parse("")->empty());
  EXPECT_TRUE(Settings::Parse(" ,\n ,")->empty());
  EXPECT_EQ(Settings().ToString(), "");
}

TEST(SettingsTest, ABlockOfSeveralLinesIsReadAsOneList) {
  EXPECT_EQ(Settings::Parse("\n  net.loss=1%, net.clog=off,\n  mix.read=3,\n")
                ->ToString(),
            "mix.read=3,net.clog=off,net.loss=1%");
}

TEST(SettingsTest, AnErrorQuotesTheEntryAndSaysWhatIsExpected) {
  EXPECT_THAT(ErrorOf("a=1,net.loss"),
              HasSubstr("\"net.loss\": expected NAME"));
  EXPECT_THAT(ErrorOf("=off"), HasSubstr("\"=off\": expected a name"));
  EXPECT_THAT(ErrorOf("net..loss=off"), HasSubstr("expected a name"));
  EXPECT_THAT(ErrorOf(".net=off"), HasSubstr("expected a name"));
  EXPECT_THAT(ErrorOf("net.=off"), HasSubstr("expected a name"));
  EXPECT_THAT(ErrorOf("net loss=off"), HasSubstr("expected a name"));
  EXPECT_THAT(ErrorOf("net.loss="), HasSubstr("expected a value"));
  EXPECT_THAT(ErrorOf("net.loss=off net.cut=on"),
              HasSubstr("expected a comma after the value"));
  EXPECT_THAT(ErrorOf("a=1,b=2,a=1"), HasSubstr("\"a=1\": a is set twice"));
}

TEST(SettingsTest, ASwitchIsThatOfTheNameOrOfItsNearestFamily) {
  const Settings settings =
      *Settings::Parse("net=off,net.loss=on,disk.crash=off");
  EXPECT_EQ(SwitchOf(settings, "net"), false);
  EXPECT_EQ(SwitchOf(settings, "net.clog"), false);
  EXPECT_EQ(SwitchOf(settings, "net.loss"), true);
  EXPECT_EQ(SwitchOf(settings, "net.loss.burst"), true);
  EXPECT_EQ(SwitchOf(settings, "disk.crash.torn"), false);
  EXPECT_EQ(SwitchOf(settings, "disk"), std::nullopt);
  EXPECT_EQ(SwitchOf(settings, "network"), std::nullopt);
  EXPECT_TRUE(settings.IsOff("net.clog"));
  EXPECT_FALSE(settings.IsOff("net.loss"));
  EXPECT_FALSE(settings.IsOff("disk.stall"));
}

TEST(SettingsTest, ASwitchThatIsNeitherOnNorOffIsAnError) {
  const Settings settings = *Settings::Parse("net=maybe");
  EXPECT_EQ(settings.FindSwitch("net.loss").status().message(),
            "\"net=maybe\": expected on or off");
  EXPECT_FALSE(settings.IsOff("net.loss"));
}

TEST(SettingsTest, NamesThatNobodyAskedForAreKnown) {
  const Settings settings = *Settings::Parse("net.los=off,net=on,disk.full=on");
  EXPECT_THAT(settings.asked(), IsEmpty());
  (void)settings.Find("disk.full");
  EXPECT_FALSE(settings.IsOff("net.loss"));
  EXPECT_THAT(settings.asked(), ElementsAre("disk.full", "net", "net.loss"));
  EXPECT_THAT(settings.NotAmong(settings.asked()), ElementsAre("net.los"));
}

}  // namespace
}  // namespace orrery
