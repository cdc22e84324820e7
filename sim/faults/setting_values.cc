// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/setting_values.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/base/sim_time.h"

namespace orrery {
namespace {

// A million is a hundred percent with so many digits after the point.
constexpr size_t kDigits = 4;
constexpr uint32_t kPercent = 10'000;

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

absl::Status Expected(absl::string_view text, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\": expected ", what));
}

}  // namespace

std::string FormatChance(Chance chance) {
  const uint32_t parts = chance.per_million();
  std::string text = absl::StrCat(parts / kPercent);
  if (parts % kPercent != 0) {
    absl::StrAppend(&text, ".", absl::Dec(parts % kPercent, absl::kZeroPad4));
    while (text.back() == '0') text.pop_back();
  }
  return absl::StrCat(text, "%");
}

absl::StatusOr<Chance> ParseChance(absl::string_view text) {
  const absl::Status error =
      Expected(text,
               "a chance from 0% to 100%, with at most four digits after the "
               "point, such as 2.5%");
  absl::string_view number = text;
  if (!absl::ConsumeSuffix(&number, "%")) return error;
  const size_t point = std::min(number.find('.'), number.size());
  absl::string_view fraction = number.substr(point);
  if (absl::ConsumePrefix(&fraction, ".") && fraction.empty()) return error;
  std::string digits = absl::StrCat(number.substr(0, point), fraction);
  if (point == 0 || !IsDigits(digits) || fraction.size() > kDigits) {
    return error;
  }
  digits.append(kDigits - fraction.size(), '0');
  uint32_t parts = 0;
  if (!absl::SimpleAtoi(digits, &parts) || parts > Chance::kMillion) {
    return error;
  }
  return Chance::PerMillion(parts);
}

absl::StatusOr<uint64_t> ParseNumber(absl::string_view text) {
  uint64_t number = 0;
  if (!IsDigits(text) || !absl::SimpleAtoi(text, &number)) {
    return Expected(text, "a whole number");
  }
  return number;
}

std::string FormatTime(absl::Duration time) {
  return absl::FormatDuration(absl::Nanoseconds(ToNanoseconds(time)));
}

absl::StatusOr<absl::Duration> ParseTime(absl::string_view text) {
  absl::Duration time;
  if (!absl::ParseDuration(text, &time) || time < absl::ZeroDuration()) {
    return Expected(text, "a time with its unit, such as 250us or 2.5ms");
  }
  return time;
}

}  // namespace orrery
