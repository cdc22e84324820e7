// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/run_settings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace orrery {
namespace {

constexpr absl::string_view kFlag = "--orrery_set=";

}  // namespace

std::string SettingsWord(const Settings& settings) {
  return absl::StrCat(kFlag, settings.ToString());
}

absl::StatusOr<Settings> SettingsOf(const TraceHeader& header) {
  for (absl::string_view word : header.arguments) {
    if (absl::ConsumePrefix(&word, kFlag)) return Settings::Parse(word);
  }
  return Settings();
}

std::vector<std::string> WithoutSettings(const TraceHeader& header) {
  std::vector<std::string> others;
  for (const std::string& word : header.arguments) {
    if (!absl::StartsWith(word, kFlag)) others.push_back(word);
  }
  return others;
}

}  // namespace orrery
