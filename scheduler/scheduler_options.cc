// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/scheduler_options.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace orrery {
namespace {

// Returns "a number from 1 to 100" or "a text".
std::string TypeOf(const OptionSpec& option) {
  if (option.max == 0) return "a text";
  return absl::StrCat("a number from ", option.min, " to ", option.max);
}

// Returns "it has depth (a number from 1 to 100; otherwise 3), ...".
std::string Listing(absl::Span<const OptionSpec> known) {
  if (known.empty()) return "it has none at all";
  return absl::StrCat(
      "it has ",
      absl::StrJoin(known, ", ", [](std::string* out, const OptionSpec& o) {
        absl::StrAppend(out, o.name, " (", TypeOf(o), "; ",
                        o.otherwise.empty() ? "must be given" : "otherwise ",
                        o.otherwise, ")");
      }));
}

}  // namespace

absl::StatusOr<SchedulerOptions> SchedulerOptions::Parse(
    std::optional<absl::string_view> text, absl::Span<const OptionSpec> known) {
  SchedulerOptions options;
  std::vector<absl::string_view> parts;
  if (text.has_value()) parts = absl::StrSplit(*text, ',');
  for (const absl::string_view part : parts) {
    const size_t equals = part.find('=');
    if (equals == absl::string_view::npos || equals == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "expected KEY=VALUE after the ':', found \"", part, "\""));
    }
    Given given{.name = part.substr(0, equals),
                .text = part.substr(equals + 1)};
    const auto option =
        std::find_if(known.begin(), known.end(),
                     [&](const OptionSpec& o) { return o.name == given.name; });
    if (option == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "it has no option \"", given.name, "\"; ", Listing(known)));
    }
    if (options.Find(given.name) != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the option \"", given.name, "\" is given twice"));
    }
    const bool valid = option->max == 0
                           ? !given.text.empty()
                           : absl::SimpleAtoi(given.text, &given.number) &&
                                 given.number >= option->min &&
                                 given.number <= option->max;
    if (!valid) {
      return absl::InvalidArgumentError(
          absl::StrCat("the option \"", given.name, "\" is ", TypeOf(*option),
                       ", not \"", given.text, "\""));
    }
    options.given_.push_back(given);
  }
  for (const OptionSpec& option : known) {
    if (option.otherwise.empty() && options.Find(option.name) == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("the option \"", option.name, "\" is missing"));
    }
  }
  return options;
}

const SchedulerOptions::Given* SchedulerOptions::Find(
    absl::string_view name) const {
  for (const Given& given : given_) {
    if (given.name == name) return &given;
  }
  return nullptr;
}

uint64_t SchedulerOptions::Number(absl::string_view name,
                                  uint64_t otherwise) const {
  const Given* given = Find(name);
  return given == nullptr ? otherwise : given->number;
}

absl::string_view SchedulerOptions::Text(absl::string_view name,
                                         absl::string_view otherwise) const {
  const Given* given = Find(name);
  return given == nullptr ? otherwise : given->text;
}

}  // namespace orrery
