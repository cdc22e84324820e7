// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Unpack`: takes files out of the archive into which older Bazels put what a
// test leaves behind.

#ifndef ORRERY_TOOLS_UNPACK_H_
#define ORRERY_TOOLS_UNPACK_H_

#include <string>

#include "absl/status/status.h"

namespace orrery {

// Unpacks the zip archive into `folder`, with `unzip` or, where there is none,
// with the module of Python's library.
//
// Errors:
//   kUnavailable      this machine has neither
//   kInvalidArgument  the archive cannot be unpacked
absl::Status Unpack(const std::string& archive, const std::string& folder);

}  // namespace orrery

#endif  // ORRERY_TOOLS_UNPACK_H_
