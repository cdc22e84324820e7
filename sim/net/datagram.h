// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Datagram`: what a `DatagramSocket` receives; `DatagramParcel`: the same on
// its way, and then among those that wait to be received.

#ifndef ORRERY_SIM_NET_DATAGRAM_H_
#define ORRERY_SIM_NET_DATAGRAM_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/parcel.h"

namespace orrery {

class Network;

struct Datagram {
  Address from;
  std::string bytes;
  MessageId id = {};
  // Nobody has the port at `from`, to which these bytes were sent; see
  // `DatagramSocket::HearRefusals`.
  bool refused = false;
};

class DatagramParcel final : public Parcel {
 public:
  DatagramParcel(Network* network, MessageId id, Address from, Address to,
                 std::string&& bytes)
      : Parcel(id, from, to), network_(network), bytes_(std::move(bytes)) {}

  absl::string_view kind() const override { return "datagram"; }
  absl::string_view bytes() const override { return bytes_; }

  Datagram Open() && {
    return {from(), std::move(bytes_), message(), refused_};
  }

 private:
  friend Network;

  void Arrive(ParcelPtr self) override;
  void GetLost(ParcelPtr self, Loss why) override;

  Network* network_;
  std::string bytes_;
  bool hears_refusals_ = false;  // the sender does
  bool refused_ = false;         // it comes back
  // What has happened to it.
  bool special_ = false;  // one of these
  bool copied_ = false;
  bool corrupted_ = false;
  bool reordered_ = false;
  SimTime in_order_;  // when it would have arrived
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_DATAGRAM_H_
