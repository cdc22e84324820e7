// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a trace, from and to the file system. Errors are as the
// operating system says, with what was tried and the name of the file.

#ifndef ORRERY_TRACES_TRACE_FILE_H_
#define ORRERY_TRACES_TRACE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orrery {

// Returns what `errno` says, after "`what` `name`: ".
absl::Status SystemError(absl::string_view what, const std::string& name);

// Returns a descriptor of the file at `path`, which is made or emptied; below
// zero, and the reason in `errno`, if it cannot.
int OpenTraceForWriting(const std::string& path);

// Writes all of `bytes`. `name` is for messages.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& name);

// Writes `bytes` to the file at `path`, which is made or replaced.
absl::Status WriteTraceFile(const std::string& path, absl::string_view bytes);

// Returns what is in the file at `path` ("-" is standard input). Of a file that
// does not begin as a trace does, only the beginning: it may be larger than
// memory. `name` is for messages.
absl::StatusOr<std::string> ReadTraceBytes(const std::string& path,
                                           const std::string& name);

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_FILE_H_
