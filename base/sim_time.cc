// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/sim_time.h"

#include "absl/strings/str_cat.h"

namespace orrery {

absl::Time SimEpoch() { return absl::FromUnixSeconds(946684800); }

int64_t ToNanoseconds(absl::Duration d) {
  const int64_t ns = absl::ToInt64Nanoseconds(d);
  const absl::Duration whole = absl::Nanoseconds(ns);
  if (whole == d) [[likely]]
    return ns;
  return whole < d && ns != std::numeric_limits<int64_t>::max() ? ns + 1 : ns;
}

std::string FormatSimTime(SimTime t) {
  if (t == SimTime::Infinite()) return "never";
  // Negation in unsigned arithmetic: the lowest int64 has no positive twin.
  const uint64_t ns = t.ns < 0 ? -static_cast<uint64_t>(t.ns) : t.ns;
  std::string digits =
      absl::StrCat(absl::Dec(ns % 1000000000u, absl::kZeroPad9));
  while (digits.size() > 3 && digits.back() == '0') digits.pop_back();
  return absl::StrCat(t.ns < 0 ? "-" : "", ns / 1000000000u, ".", digits, "s");
}

}  // namespace orrery
