// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/settings.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace orrery {
namespace {

absl::Status Unusable(absl::string_view entry, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("\"", entry, "\": ", problem));
}

bool IsValue(absl::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isspace(static_cast<unsigned char>(c));
  });
}

}  // namespace

bool Settings::IsName(absl::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.') return false;
  if (name.find("..") != absl::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == '-' || c == '.';
  });
}

absl::StatusOr<Settings> Settings::Parse(absl::string_view text) {
  Settings settings;
  for (absl::string_view entry : absl::StrSplit(text, ',')) {
    entry = absl::StripAsciiWhitespace(entry);
    if (entry.empty()) continue;
    const size_t equals = entry.find('=');
    if (equals == absl::string_view::npos) {
      return Unusable(entry, "expected NAME=VALUE");
    }
    const absl::string_view name = entry.substr(0, equals);
    const absl::string_view value = entry.substr(equals + 1);
    if (!IsName(name)) {
      return Unusable(entry,
                      "expected a name such as net.loss before the '=': "
                      "letters, digits, '_', '-', and dots between them");
    }
    if (!IsValue(value)) {
      return Unusable(entry, value.empty()
                                 ? "expected a value after the '='"
                                 : "expected a comma after the value");
    }
    if (!settings.values_.emplace(name, value).second) {
      return Unusable(entry, absl::StrCat(name, " is set twice"));
    }
  }
  return settings;
}

std::string Settings::ToString() const {
  std::string text;
  for (const auto& [name, value] : values_) {
    absl::StrAppend(&text, text.empty() ? "" : ",", name, "=", value);
  }
  return text;
}

std::optional<absl::string_view> Settings::Find(absl::string_view name) const {
  asked_.emplace(name);
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

const std::pair<const std::string, std::string>* Settings::FindNearest(
    absl::string_view name) const {
  const std::pair<const std::string, std::string>* nearest = nullptr;
  for (;;) {
    asked_.emplace(name);
    const auto found = values_.find(name);
    if (found != values_.end() && nearest == nullptr) nearest = &*found;
    const size_t dot = name.rfind('.');
    if (dot == absl::string_view::npos) return nearest;
    name = name.substr(0, dot);
  }
}

absl::StatusOr<std::optional<bool>> Settings::FindSwitch(
    absl::string_view name) const {
  const auto* nearest = FindNearest(name);
  if (nearest == nullptr) return std::nullopt;
  if (nearest->second == "on") return true;
  if (nearest->second == "off") return false;
  return Unusable(absl::StrCat(nearest->first, "=", nearest->second),
                  "expected on or off");
}

bool Settings::IsOff(absl::string_view name) const {
  const auto* nearest = FindNearest(name);
  return nearest != nullptr && nearest->second == "off";
}

std::vector<std::string> Settings::NotAmong(
    const std::set<std::string>& asked) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : values_) {
    if (!asked.contains(name)) names.push_back(name);
  }
  return names;
}

}  // namespace orrery
