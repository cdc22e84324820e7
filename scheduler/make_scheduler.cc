// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/make_scheduler.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

struct Option {
  absl::string_view key;
  absl::string_view value;
};

using Factory = absl::StatusOr<std::unique_ptr<Scheduler>> (*)(
    const std::vector<Option>& options);

struct Entry {
  absl::string_view name;
  Factory make;
};

template <typename Policy>
absl::StatusOr<std::unique_ptr<Scheduler>> MakePlain(
    const std::vector<Option>& options) {
  if (!options.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("it has no option \"", options.front().key, "\""));
  }
  return std::make_unique<Policy>();
}

constexpr Entry kEntries[] = {
    {"fifo", MakePlain<FifoScheduler>},
    {"random", MakePlain<RandomScheduler>},
};

absl::Status SpecError(absl::string_view spec, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("scheduler \"", spec, "\": ", what));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> MakeScheduler(absl::string_view spec,
                                                         Seed seed) {
  const size_t colon = spec.find(':');
  const absl::string_view name = spec.substr(0, colon);
  const Entry* entry =
      std::find_if(std::begin(kEntries), std::end(kEntries),
                   [name](const Entry& e) { return e.name == name; });
  if (entry == std::end(kEntries)) {
    return SpecError(spec, absl::StrCat("there is no such policy; known: ",
                                        absl::StrJoin(SchedulerNames(), ", ")));
  }
  std::vector<Option> options;
  if (colon != absl::string_view::npos) {
    for (absl::string_view text : absl::StrSplit(spec.substr(colon + 1), ',')) {
      const size_t equals = text.find('=');
      if (equals == absl::string_view::npos || equals == 0) {
        return SpecError(spec, absl::StrCat("expected KEY=VALUE after the ':', "
                                            "found \"",
                                            text, "\""));
      }
      options.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
  }
  absl::StatusOr<std::unique_ptr<Scheduler>> made = entry->make(options);
  if (!made.ok()) return SpecError(spec, made.status().message());
  (*made)->BeginRun({.seed = seed});
  return made;
}

std::vector<std::string> SchedulerNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  return names;
}

}  // namespace orrery
