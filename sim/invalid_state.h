// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `InvalidStateError`: something was asked of a task or future too early or too
// late; as asyncio.InvalidStateError.

#ifndef ORRERY_SIM_INVALID_STATE_H_
#define ORRERY_SIM_INVALID_STATE_H_

#include <stdexcept>

namespace orrery {

class InvalidStateError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace orrery

#endif  // ORRERY_SIM_INVALID_STATE_H_
