// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TimeoutError`: something was not over in time; as Python's TimeoutError.

#ifndef ORRERY_SIM_COMBINATORS_TIMEOUT_ERROR_H_
#define ORRERY_SIM_COMBINATORS_TIMEOUT_ERROR_H_

#include <exception>

namespace orrery {

class TimeoutError : public std::exception {
 public:
  const char* what() const noexcept override { return "timed out"; }
};

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_TIMEOUT_ERROR_H_
