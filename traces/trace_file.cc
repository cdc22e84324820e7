// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/traces/format.h"

namespace orrery {
namespace {

absl::StatusOr<std::string> ReadAll(int fd, const std::string& name) {
  const absl::string_view magic(kTraceMagic, kTraceMagicSize);
  std::string bytes;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got == 0) return bytes;
    if (got < 0) {
      if (errno == EINTR) continue;
      return SystemError("cannot read the trace", name);
    }
    bytes.append(buffer, static_cast<size_t>(got));
    if (bytes.size() >= magic.size() && !absl::StartsWith(bytes, magic)) {
      return bytes;
    }
  }
}

}  // namespace

absl::Status SystemError(absl::string_view what, const std::string& name) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat(what, " ", name));
}

int OpenTraceForWriting(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

absl::Status WriteAll(int fd, absl::string_view bytes,
                      const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError("cannot write the trace", name);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteTraceFile(const std::string& path, absl::string_view bytes) {
  const int fd = OpenTraceForWriting(path);
  if (fd < 0) return SystemError("cannot make the trace file", path);
  absl::Status status = WriteAll(fd, bytes, path);
  if (::close(fd) != 0 && status.ok()) {
    status = SystemError("cannot close the trace", path);
  }
  return status;
}

absl::StatusOr<std::string> ReadTraceBytes(const std::string& path,
                                           const std::string& name) {
  if (path == "-") return ReadAll(STDIN_FILENO, name);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError("cannot open the trace", name);
  absl::StatusOr<std::string> bytes = ReadAll(fd, name);
  ::close(fd);
  return bytes;
}

}  // namespace orrery
