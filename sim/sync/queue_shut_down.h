// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `QueueShutDown`: something was put into a queue that takes nothing any more,
// or asked of one that will have nothing any more; as asyncio.QueueShutDown.

#ifndef ORRERY_SIM_SYNC_QUEUE_SHUT_DOWN_H_
#define ORRERY_SIM_SYNC_QUEUE_SHUT_DOWN_H_

#include <stdexcept>

namespace orrery {

class QueueShutDown : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_QUEUE_SHUT_DOWN_H_
