// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/command_line.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace orrery {
namespace {

bool IsNumber(const absl::CommandLineFlag& flag) {
  return flag.IsOfType<uint64_t>() || flag.IsOfType<std::optional<uint64_t>>();
}

absl::Status SetFlag(absl::CommandLineFlag& flag, const std::string& value) {
  std::string problem;
  if (flag.ParseFrom(value, &problem)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag.Name(), "=", value, ": expected ",
                   flag.IsOfType<bool>() ? "true or false"
                   : IsNumber(flag)      ? "a number"
                                         : problem));
}

absl::Status UnknownFlag(absl::string_view name,
                         absl::Span<const absl::string_view> known) {
  std::vector<absl::string_view> names;
  for (absl::string_view each : known) {
    each = each.substr(0, each.find('|'));
    if (!absl::c_linear_search(names, each)) names.push_back(each);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no flag --", name, DidYouMean(name, names, "--"),
                   names.empty() ? "; it has none" : "; known: --",
                   absl::StrJoin(names, ", --")));
}

// Returns the flag that a user calls `name`, if it is one of `known`.
absl::CommandLineFlag* Find(absl::string_view name,
                            absl::Span<const absl::string_view> known) {
  for (absl::string_view each : known) {
    const size_t bar = each.find('|');
    const absl::string_view whole = each.substr(0, bar);
    if (name == whole || (bar != each.npos && name == each.substr(bar + 1))) {
      return absl::FindCommandLineFlag(whole);
    }
  }
  return nullptr;
}

// Returns how many characters have to be put in, left out, replaced or swapped
// with their neighbor to make `b` of `a`.
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1,
                                        std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                             cost[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

absl::StatusOr<CommandLine> ParseFlags(
    absl::Span<char* const> arguments,
    absl::Span<const absl::string_view> known) {
  CommandLine result;
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    if (argument == "--") {
      result.operands.insert(result.operands.end(), arguments.begin() + i + 1,
                             arguments.end());
      break;
    }
    if (argument == "-" || !absl::ConsumePrefix(&argument, "-")) {
      result.operands.emplace_back(argument);
      continue;
    }
    absl::ConsumePrefix(&argument, "-");
    const size_t equals = argument.find('=');
    const std::string name =
        absl::StrReplaceAll(argument.substr(0, equals), {{"-", "_"}});
    absl::CommandLineFlag* flag = Find(name, known);
    std::string value = "true";
    if (flag != nullptr && equals != argument.npos) {
      value = std::string(argument.substr(equals + 1));
    } else if (flag != nullptr && !flag->IsOfType<bool>()) {
      if (++i == arguments.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("--", name, ": a value is missing"));
      }
      value = arguments[i];
    } else if (flag == nullptr && equals == argument.npos) {
      absl::string_view positive = name;
      if (absl::ConsumePrefix(&positive, "no")) {
        absl::ConsumePrefix(&positive, "_");
        flag = Find(positive, known);
        if (flag != nullptr && !flag->IsOfType<bool>()) flag = nullptr;
        value = "false";
      }
    }
    if (flag == nullptr) return UnknownFlag(name, known);
    absl::Status status = SetFlag(*flag, value);
    if (!status.ok()) return status;
    result.flags.emplace_back(flag->Name());
  }
  return result;
}

absl::Status CheckKnown(absl::string_view flag,
                        absl::Span<const absl::string_view> known) {
  return Find(flag, known) != nullptr ? absl::OkStatus()
                                      : UnknownFlag(flag, known);
}

std::string DidYouMean(absl::string_view word,
                       absl::Span<const absl::string_view> known,
                       absl::string_view before) {
  constexpr size_t kLongest = 40;  // nobody meant a name by more
  absl::string_view best;
  size_t best_distance = 3;
  for (absl::string_view each : known) {
    if (word.size() > kLongest || each.size() <= 2) continue;
    const size_t distance = EditDistance(word, each);
    // Of a short word, two letters are most of it.
    if (distance >= best_distance || distance * 2 >= each.size()) continue;
    best_distance = distance;
    best = each;
  }
  return best.empty() ? ""
                      : absl::StrCat(" (did you mean ", before, best, "?)");
}

}  // namespace orrery
