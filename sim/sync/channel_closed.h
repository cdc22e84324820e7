// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ChannelClosed`: something was to be sent over a channel that is closed.

#ifndef ORRERY_SIM_SYNC_CHANNEL_CLOSED_H_
#define ORRERY_SIM_SYNC_CHANNEL_CLOSED_H_

#include <stdexcept>

namespace orrery {

class ChannelClosed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_CHANNEL_CLOSED_H_
