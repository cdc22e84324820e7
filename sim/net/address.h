// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Address`: where a simulated machine can be reached, as in IPv4: a host and a
// port.

#ifndef ORRERY_SIM_NET_ADDRESS_H_
#define ORRERY_SIM_NET_ADDRESS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orrery {

// A host's number, as 10.0.0.1 is written in one.
struct HostAddress {
  uint32_t value = 0;

  explicit operator bool() const { return value != 0; }
  friend bool operator==(HostAddress, HostAddress) = default;
  friend auto operator<=>(HostAddress, HostAddress) = default;
  template <typename H>
  friend H AbslHashValue(H h, HostAddress host) {
    return H::combine(std::move(h), host.value);
  }

  // Returns "10.0.0.1".
  std::string ToString() const;
  // Errors:
  //   kInvalidArgument  it is not four numbers from 0 to 255
  static absl::StatusOr<HostAddress> Parse(absl::string_view text);
};

struct Address {
  HostAddress host;
  uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Address& address) {
    return H::combine(std::move(h), address.host, address.port);
  }

  // Returns "10.0.0.1:80".
  std::string ToString() const;
  // Errors:
  //   kInvalidArgument  it is not a host, a colon, and a port below 65536
  static absl::StatusOr<Address> Parse(absl::string_view text);
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_ADDRESS_H_
