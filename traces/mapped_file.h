// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MappedFile`: a file that grows at its end and is written by storing into
// memory. What was stored is in the file, whatever becomes of the process: an
// abort, a wild pointer, `kill -9`, no memory left.

#ifndef ORRERY_TRACES_MAPPED_FILE_H_
#define ORRERY_TRACES_MAPPED_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "orrery/traces/packer.h"

namespace orrery {

// What was not stored yet is zeros. Not thread-safe, but for other threads that
// fork.
//
// Nothing that is stored may crash the program or disturb it. Where the file
// cannot grow, and in a child that was forked from the process that opened it,
// it is switched off: there is memory to store into as before, which nobody
// will ever read.
class MappedFile final : public PackerStorage {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  // Makes the file at `path`, empty, or empties it. A process that has the file
  // open that was there before keeps that one to itself.
  //
  // Errors:
  //   kNotFound, kPermissionDenied, ...  as the operating system says, with the
  //                                      path
  absl::Status Open(const std::string& path);

  // Whether what is stored goes into a file, or did before it was switched off.
  // False also of what has no room to store into, as a pipe: take its
  // descriptor.
  bool is_mapped() const { return mapped_; }
  bool is_off() const { return off_; }
  // Why it is off.
  absl::Status status() const;
  const std::string& path() const { return path_; }

  // Returns memory for more than `size` bytes, which begins with what has been
  // stored. The memory from before is gone.
  absl::Span<char> Grow(size_t size) override;

  // Switches it off, because of `why`. The memory from before is gone.
  void Stop(absl::Status why);

  // Lets the file end after `size` bytes, as it is. It can grow again, so ask
  // for memory before you store anything.
  void Trim(size_t size);

  // Takes the place of the file at `path`, in one step: whoever reads that one
  // sees it as it was or as this one is.
  //
  // Errors: as the operating system says, with both paths
  absl::Status Replace(const std::string& path);

  // Lets the file end after `size` bytes and closes it. Returns why it was
  // switched off, if it was.
  absl::Status Close(size_t size);

  // Hands over the descriptor of what cannot be mapped.
  int TakeDescriptor();

 private:
  friend class OpenFiles;

  int Extend(size_t capacity);
  void TurnOff(size_t size);
  void LeaveToParent();
  void Forget();

  bool mapped_ = false;
  bool off_ = false;
  bool left_to_parent_ = false;
  int fd_ = -1;
  char* memory_ = nullptr;
  size_t capacity_ = 0;
  std::string path_;
  absl::Status status_;
  // In the list of all that are open.
  MappedFile* next_ = nullptr;
  MappedFile* previous_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_MAPPED_FILE_H_
