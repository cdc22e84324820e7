// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StreamOptions`: how the operating systems of all machines treat streams.
// `StreamFaults`: what goes wrong with those over a link.

#ifndef ORRERY_SIM_NET_STREAM_OPTIONS_H_
#define ORRERY_SIM_NET_STREAM_OPTIONS_H_

#include <cstddef>

#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"

namespace orrery {

// The defaults are those of Linux, where it has one.
struct StreamOptions {
  // How many bytes an end keeps that have not arrived at the other one, and
  // that have arrived and not been read. At least 1.
  size_t send_buffer = 64 * 1024;
  size_t receive_buffer = 64 * 1024;
  // How many bytes travel together, at most. At least 1.
  size_t segment = 1'460;
  // What gets lost is sent again so much later; the next time, twice as much
  // later, and so on, up to `retry_at_most`.
  absl::Duration retry_after = absl::Milliseconds(200);
  absl::Duration connect_retry_after = absl::Seconds(1);
  absl::Duration retry_at_most = absl::Seconds(120);
  // After so long without an answer to what gets lost, a connection is broken;
  // an attempt to connect is over.
  absl::Duration give_up_after = absl::Seconds(925);
  absl::Duration connect_give_up_after = absl::Seconds(127);
};

// Of a link: for what is sent over it, in its direction. Those about connecting
// count for the link from who connects to who listens.
struct StreamFaults {
  // net.stream_loss: a segment gets lost, and is sent again.
  Chance loss = {};
  // net.refuse: an attempt to connect is refused though somebody listens.
  Chance refuse = {};
  // net.connect_hang: it is never answered, and never over by itself.
  Chance connect_hang = {};
  // net.reset: the connection breaks when a segment is sent, for both ends.
  Chance reset = {};
  // net.short_read, net.short_write: a read returns less than has arrived, a
  // write takes less than there is room for.
  Chance short_read = {};
  Chance short_write = {};
};

// Whether, and how often, to ask a silent peer if it is there. Of Linux, what
// is usual is 2 hours, 75 seconds and 9.
struct KeepAlive {
  // For how long nothing must have come before it is asked; how long after one
  // question comes the next; after how many without an answer the connection is
  // broken.
  absl::Duration after = absl::Hours(2);
  absl::Duration every = absl::Seconds(75);
  int times = 9;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_OPTIONS_H_
