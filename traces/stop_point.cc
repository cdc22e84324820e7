// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/stop_point.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace orrery {
namespace {

using Kind = StopPoint::Kind;

// Digits only: SimpleAtoi would take "+1" and " 1" too.
bool ParseNumber(absl::string_view text, uint64_t* number) {
  return !text.empty() && absl::ascii_isdigit(text.front()) &&
         absl::SimpleAtoi(text, number);
}

std::optional<StopPoint> ParsePoint(absl::string_view text) {
  StopPoint point;
  point.text = std::string(text);
  if (absl::ConsumePrefix(&text, "time:")) {
    point.kind = Kind::kTime;
    absl::Duration time;
    if (!absl::ParseDuration(text, &time) || time < absl::ZeroDuration()) {
      return std::nullopt;
    }
    point.time = SimTime(ToNanoseconds(time));
    return point;
  }
  if (text == "diverge") {
    point.kind = Kind::kDivergence;
    return point;
  }
  if (text == "fail") {
    point.kind = Kind::kFailure;
    return point;
  }
  if (absl::ConsumePrefix(&text, "fail-")) {
    point.kind = Kind::kFailure;
  } else if (absl::ConsumePrefix(&text, "event:")) {
    point.kind = Kind::kEvent;
  } else if (absl::ConsumePrefix(&text, "choice:")) {
    point.kind = Kind::kChoice;
  } else if (absl::ConsumePrefix(&text, "message:")) {
    point.kind = Kind::kMessage;
  } else {
    return std::nullopt;
  }
  if (!ParseNumber(text, &point.number)) return std::nullopt;
  return point;
}

}  // namespace

absl::StatusOr<std::vector<StopPoint>> ParseStopPoints(absl::string_view list) {
  std::vector<StopPoint> points;
  for (absl::string_view text : absl::StrSplit(list, ',')) {
    std::optional<StopPoint> point = ParsePoint(text);
    if (!point.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected event:N, time:T (such as time:1.5s), choice:N, message:ID, "
          "fail, fail-N or diverge, or several with commas between them, and "
          "not \"",
          text, "\""));
    }
    points.push_back(*std::move(point));
  }
  return points;
}

absl::StatusOr<StopPoint> ParseVerboseFrom(absl::string_view text) {
  std::optional<StopPoint> point = ParsePoint(text);
  if (!point.has_value() ||
      (point->kind != Kind::kEvent && point->kind != Kind::kTime)) {
    return absl::InvalidArgumentError(
        "expected event:N or time:T (such as time:1.5s)");
  }
  return *std::move(point);
}

}  // namespace orrery
