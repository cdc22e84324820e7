// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/diff_json.h"

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "orrery/analysis/printed.pb.h"
#include "orrery/traces/message_json.h"

namespace orrery {

std::string DiffAsJson(const Trace& a, const Trace& b,
                       const std::optional<std::string>& difference) {
  analysis::v1::PrintedDiff printed;
  printed.set_a(Utf8(a.name));
  printed.set_b(Utf8(b.name));
  printed.set_same(!difference.has_value());
  if (difference.has_value()) {
    for (absl::string_view line : absl::StrSplit(*difference, '\n')) {
      printed.add_difference(Utf8(line));
    }
  }
  return MessageAsJson(printed);
}

}  // namespace orrery
