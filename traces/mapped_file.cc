// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/mapped_file.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

// By how much a file grows: doubling, between these two. To ask for more at a
// time would cost a short run more than it writes.
constexpr size_t kFirstStep = size_t{64} << 10;
constexpr size_t kLargestStep = size_t{1} << 20;
constexpr size_t kPage = 4096;

size_t RoundUp(size_t size) { return (size + kPage - 1) & ~(kPage - 1); }

// Memory that is not in a file. It is taken page by page as it is touched.
char* Nowhere(void* at, size_t size, int flags) {
  void* const memory =
      ::mmap(at, size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  ORRERY_CHECK(memory != MAP_FAILED, "there is no memory left for a trace");
  return static_cast<char*>(memory);
}

absl::Status CannotGrow(int error, const std::string& path) {
  const absl::Status status =
      absl::ErrnoToStatus(error, absl::StrCat("cannot write the trace ", path));
  const absl::string_view advice =
      error == EFBIG ? "raise the limit on the size of files (ulimit -f)"
                     : "make room there, or have it written elsewhere";
  return absl::Status(status.code(),
                      absl::StrCat(status.message(),
                                   "; what came before can be read; ", advice));
}

}  // namespace

// All files that are open, for a child of this process to let go of.
class OpenFiles {
 public:
  static OpenFiles& Get() {
    static OpenFiles* const files = new OpenFiles();
    return *files;
  }

  void Add(MappedFile* file) {
    const std::lock_guard<std::mutex> lock(mutex_);
    file->next_ = first_;
    file->previous_ = nullptr;
    if (first_ != nullptr) first_->previous_ = file;
    first_ = file;
  }

  void Remove(MappedFile* file) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (file->next_ != nullptr) file->next_->previous_ = file->previous_;
    (file->previous_ != nullptr ? file->previous_->next_ : first_) =
        file->next_;
  }

 private:
  OpenFiles() {
    ::pthread_atfork([] { Get().mutex_.lock(); }, [] { Get().mutex_.unlock(); },
                     [] { Get().InChild(); });
  }

  void InChild() {
    for (MappedFile* file = first_; file != nullptr; file = file->next_) {
      file->LeaveToParent();
    }
    mutex_.unlock();
  }

  std::mutex mutex_;
  MappedFile* first_ = nullptr;
};

MappedFile::~MappedFile() { Forget(); }

absl::Status MappedFile::Open(const std::string& path) {
  Forget();
  path_ = path;
  struct stat there;
  const bool exists = ::stat(path.c_str(), &there) == 0;
  mapped_ = !exists || S_ISREG(there.st_mode);
  // Emptied, it would be gone from under the process that writes it: a program
  // that a death test starts anew begins a trace of the same name.
  if (exists && mapped_ && ::lstat(path.c_str(), &there) == 0 &&
      S_ISREG(there.st_mode)) {
    ::unlink(path.c_str());
  }
  fd_ = mapped_
            ? ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
            : OpenTraceForWriting(path);
  if (fd_ < 0) {
    status_ = SystemError("cannot make the trace file", path);
    mapped_ = false;
    return status_;
  }
  mapped_ = mapped_ && Extend(kFirstStep) != ENODEV;
  if (mapped_) OpenFiles::Get().Add(this);
  return status_;
}

// Returns what is wrong, or 0. The system promises room in the file first:
// without it, the first store into the memory would be the end of the process.
int MappedFile::Extend(size_t capacity) {
  rlimit limit = {};
  // To grow further than this is a signal, which would end the process as well.
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
      limit.rlim_cur != RLIM_INFINITY && capacity > limit.rlim_cur) {
    return EFBIG;
  }
  int error;
  do {
    error = ::posix_fallocate(fd_, 0, static_cast<off_t>(capacity));
  } while (error == EINTR);
  if (error != 0) return error;
  void* const memory =
      memory_ == nullptr
          ? ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, fd_,
                   0)
          : ::mremap(memory_, capacity_, capacity, MREMAP_MAYMOVE);
  if (memory == MAP_FAILED) return errno;
  memory_ = static_cast<char*>(memory);
  capacity_ = capacity;
  return 0;
}

absl::Span<char> MappedFile::Grow(size_t size) {
  if (size < capacity_) return {memory_, capacity_};
  if (!off_) {
    const size_t step = std::clamp(capacity_, kFirstStep, kLargestStep);
    int error = Extend(RoundUp(std::max(size, capacity_) + step));
    if (error != 0) error = Extend(RoundUp(size + 1));  // what is left
    if (error != 0) {
      status_ = CannotGrow(error, path_);
      TurnOff(size);
    }
  } else {
    TurnOff(size);
  }
  return {memory_, capacity_};
}

void MappedFile::TurnOff(size_t size) {
  off_ = true;
  if (memory_ != nullptr) ::munmap(memory_, capacity_);
  capacity_ = RoundUp(std::max(size, capacity_) + kFirstStep);
  memory_ = Nowhere(nullptr, capacity_, 0);
}

void MappedFile::Stop(absl::Status why) {
  if (off_) return;
  status_ = std::move(why);
  TurnOff(capacity_);
}

// What is stored from here on must not reach the parent's file, and the thread
// that stores may be about to: the memory stays where it is.
void MappedFile::LeaveToParent() {
  off_ = left_to_parent_ = true;
  if (memory_ != nullptr) Nowhere(memory_, capacity_, MAP_FIXED);
  ::close(std::exchange(fd_, -1));
}

void MappedFile::Trim(size_t size) {
  if (off_ || size >= capacity_) return;
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return;
  // What is left of the last page stays.
  ::mremap(memory_, capacity_, size, 0);
  capacity_ = size;
}

absl::Status MappedFile::Replace(const std::string& path) {
  if (off_) return status();
  if (::rename(path_.c_str(), path.c_str()) != 0) {
    return SystemError(absl::StrCat("cannot write the trace ", path, " from"),
                       path_);
  }
  path_ = path;
  return absl::OkStatus();
}

absl::Status MappedFile::status() const {
  if (!left_to_parent_) return status_;
  return absl::FailedPreconditionError(
      absl::StrCat("the trace ", path_,
                   " is written by another process, from which this one was "
                   "forked"));
}

absl::Status MappedFile::Close(size_t size) {
  absl::Status status = this->status();
  if (fd_ >= 0 && ::ftruncate(fd_, static_cast<off_t>(size)) != 0 &&
      status.ok()) {
    status = SystemError("cannot end the trace", path_);
  }
  Forget();
  return status;
}

int MappedFile::TakeDescriptor() { return std::exchange(fd_, -1); }

void MappedFile::Forget() {
  if (mapped_) OpenFiles::Get().Remove(this);
  if (memory_ != nullptr) ::munmap(memory_, capacity_);
  if (fd_ >= 0) ::close(fd_);
  mapped_ = off_ = left_to_parent_ = false;
  fd_ = -1;
  memory_ = nullptr;
  capacity_ = 0;
  status_ = absl::OkStatus();
}

}  // namespace orrery
