// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/mishap_plan.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "orrery/base/sim_time.h"

namespace orrery {
namespace {

std::string TimeText(absl::Duration time) {
  return FormatSimTime(SimTime(ToNanoseconds(time)));
}

bool ReadTime(absl::string_view text, absl::Duration& time) {
  return absl::ParseDuration(text, &time) && time >= absl::ZeroDuration();
}

absl::StatusOr<PlannedMishap> ReadLine(absl::string_view line) {
  absl::string_view left = line;
  absl::Duration at;
  const bool begins = absl::ConsumePrefix(&left, "at ");
  left = absl::StripLeadingAsciiWhitespace(left);
  const size_t end = left.find(' ');
  if (!begins || end == left.npos || !ReadTime(left.substr(0, end), at)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", line, "\" does not begin like \"at 5s crash\""));
  }
  left.remove_prefix(end);
  absl::Duration lasts = absl::InfiniteDuration();
  constexpr absl::string_view kFor = " for ";
  if (const size_t last = left.rfind(kFor); last != left.npos) {
    if (ReadTime(left.substr(last + kFor.size()), lasts)) {
      left = left.substr(0, last);
    }
  }
  absl::StatusOr<Mishap> what = Mishap::Parse(left);
  if (!what.ok()) return what.status();
  return PlannedMishap{at, *std::move(what), lasts};
}

}  // namespace

std::string ToString(const PlannedMishap& planned) {
  std::string text =
      absl::StrCat("at ", TimeText(planned.at), " ", planned.what.ToString());
  if (planned.lasts != absl::InfiniteDuration()) {
    absl::StrAppend(&text, " for ", TimeText(planned.lasts));
  }
  return text;
}

std::string ToPlan(const std::vector<PlannedMishap>& plan) {
  std::string text;
  for (const PlannedMishap& planned : plan) {
    absl::StrAppend(&text, ToString(planned), "\n");
  }
  return text;
}

absl::StatusOr<std::vector<PlannedMishap>> FromPlan(absl::string_view text) {
  std::vector<PlannedMishap> plan;
  for (const absl::string_view part : absl::StrSplit(text, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(part);
    if (line.empty() || line[0] == '#') continue;
    absl::StatusOr<PlannedMishap> planned = ReadLine(line);
    if (!planned.ok()) return planned.status();
    plan.push_back(*std::move(planned));
  }
  return plan;
}

}  // namespace orrery
