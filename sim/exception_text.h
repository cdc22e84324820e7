// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExceptionText`: an exception in words.

#ifndef ORRERY_SIM_EXCEPTION_TEXT_H_
#define ORRERY_SIM_EXCEPTION_TEXT_H_

#include <exception>
#include <string>

namespace orrery {

// Returns "std::runtime_error: disk full", or the name of the type if it is not
// derived from std::exception. `error` is not null.
std::string ExceptionText(const std::exception_ptr& error);

}  // namespace orrery

#endif  // ORRERY_SIM_EXCEPTION_TEXT_H_
