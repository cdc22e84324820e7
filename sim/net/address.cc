// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/address.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace orrery {
namespace {

// Whether `text` is a number without a sign or leading zeros, at most `limit`.
bool ParseNumber(absl::string_view text, uint32_t limit, uint32_t* number) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return absl::SimpleAtoi(text, number) && *number <= limit;
}

}  // namespace

std::string HostAddress::ToString() const {
  return absl::StrCat(value >> 24, ".", value >> 16 & 255, ".",
                      value >> 8 & 255, ".", value & 255);
}

absl::StatusOr<HostAddress> HostAddress::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  HostAddress host;
  bool good = parts.size() == 4;
  for (size_t i = 0; good && i < 4; ++i) {
    uint32_t number = 0;
    good = ParseNumber(parts[i], 255, &number);
    host.value = host.value << 8 | number;
  }
  if (good) return host;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is no host: expected 10.0.0.1 or the like"));
}

std::string Address::ToString() const {
  return absl::StrCat(host.ToString(), ":", port);
}

absl::StatusOr<Address> Address::Parse(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  uint32_t port = 0;
  const absl::StatusOr<HostAddress> host = HostAddress::Parse(parts.first);
  if (!host.ok() || !ParseNumber(parts.second, 65535, &port)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is no address: expected 10.0.0.1:80 or the like"));
  }
  return Address{*host, static_cast<uint16_t>(port)};
}

}  // namespace orrery
