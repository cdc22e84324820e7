// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SchedulerOptions`: the part of a policy's text that comes after the name,
// "KEY=VALUE,KEY=VALUE", read against the list of options that the policy has.

#ifndef ORRERY_SCHEDULER_SCHEDULER_OPTIONS_H_
#define ORRERY_SCHEDULER_SCHEDULER_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace orrery {

// An option that a policy has.
struct OptionSpec {
  absl::string_view name;
  // What it is if it is not given, for error messages; empty: it must be given.
  absl::string_view otherwise = {};
  // A number has these bounds. If `max` is 0 it is a text, which may be
  // anything but empty.
  uint64_t min = 0;
  uint64_t max = 0;
};

class SchedulerOptions {
 public:
  // Reads `text`, what comes after the ':'; nullopt if there is no ':'. Both
  // `text` and `known` must outlive the result.
  //
  // Errors:
  //   kInvalidArgument  the text has not that form, there is no such option
  //   (the
  //                     message lists those that there are), its value is out
  //                     of range, it is given twice, or one is missing
  static absl::StatusOr<SchedulerOptions> Parse(
      std::optional<absl::string_view> text,
      absl::Span<const OptionSpec> known);

  // Returns the value of the option `name`, or `otherwise` if it is not given.
  uint64_t Number(absl::string_view name, uint64_t otherwise) const;
  absl::string_view Text(absl::string_view name,
                         absl::string_view otherwise) const;

 private:
  struct Given {
    absl::string_view name;
    absl::string_view text;
    uint64_t number = 0;
  };
  const Given* Find(absl::string_view name) const;

  std::vector<Given> given_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_SCHEDULER_OPTIONS_H_
