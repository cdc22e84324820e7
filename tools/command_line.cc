// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/command_line.h"

#include <cstddef>
#include <cstdint>
#include <utility>

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

absl::Status SetFlag(absl::CommandLineFlag& flag, const std::string& value) {
  std::string problem;
  if (flag.ParseFrom(value, &problem)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag.Name(), "=", value, ": expected ",
                   flag.IsOfType<bool>()       ? "true or false"
                   : flag.IsOfType<uint64_t>() ? "a number"
                                               : problem));
}

}  // namespace

absl::StatusOr<CommandLine> ParseFlags(
    absl::Span<char* const> arguments,
    absl::Span<const absl::string_view> known) {
  CommandLine result;
  auto find = [&](absl::string_view name) {
    return absl::c_linear_search(known, name) ? absl::FindCommandLineFlag(name)
                                              : nullptr;
  };
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
    absl::CommandLineFlag* flag = find(name);
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
        flag = find(positive);
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

absl::Status UnknownFlag(absl::string_view name,
                         absl::Span<const absl::string_view> known) {
  return absl::InvalidArgumentError(absl::StrCat("there is no flag --", name,
                                                 "; known: --",
                                                 absl::StrJoin(known, ", --")));
}

}  // namespace orrery
